-- clean.split_parts: the values in pg_temp.work_value as parts in pg_temp.work_part, and which of these are placeholders.
--
-- Promises: one part a value, or several where the text holds a semicolon, a bar or a line break, or a separator that
-- its reading allows; free text is never split, nor is a whole that the vocabulary knows ('Fishing Entity of Taiwan,
-- China', 'N/A'). Blank texts have no part. Then as clean.name_placeholders.
-- Reads the vocabularies; writes only temporary tables.
CREATE OR REPLACE FUNCTION clean.split_parts() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- part 0 is what has yet to be taken apart
    INSERT INTO pg_temp.work_part (value_id, part_no, reading_id, text)
    SELECT v.value_id,
        CASE
            WHEN r.kind = 'text' THEN 1
            WHEN v.raw_value ~ '[;|\r\n]' THEN 0
            WHEN r.separators IS NULL OR v.raw_value !~ ('[' || r.separators || ']') THEN 1
            WHEN clean.is_whole(v.raw_value, r) THEN 1
            ELSE 0
        END,
        v.reading_id, v.raw_value
    FROM pg_temp.work_value AS v
    JOIN stage.readings AS r USING (reading_id)
    WHERE v.raw_value ~ U&'[^\0001-\0020\00A0\200B\3000\FEFF]';

    WITH whole AS (
        DELETE FROM pg_temp.work_part AS p WHERE p.part_no = 0 RETURNING p.value_id, p.reading_id, p.text
    )
    INSERT INTO pg_temp.work_part (value_id, part_no, reading_id, text)
    SELECT w.value_id, p.part_no, w.reading_id, p.text
    FROM whole AS w
    JOIN stage.readings AS r USING (reading_id)
    CROSS JOIN LATERAL regexp_split_to_table(
        clean.decode_entities(w.text), '[;|\r\n' || coalesce(r.separators, '') || ']+') WITH ORDINALITY AS p (text, part_no)
    WHERE p.text ~ U&'[^\0001-\0020\00A0\200B\3000\FEFF]';

    PERFORM clean.name_placeholders();
END
$$;

COMMENT ON FUNCTION clean.split_parts() IS 'Values taken apart where a cell holds several, placeholders named.';
