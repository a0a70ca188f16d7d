-- clean.split_parts: the values in pg_temp.work_value as parts in pg_temp.work_part, and which of these are placeholders.
--
-- Promises: one part a value, or several where the text holds a semicolon, a bar or a line break, or a separator that
-- its reading allows; free text is never split. Blank texts have no part. Then as clean.name_placeholders.
-- Reads the vocabularies; writes only temporary tables.
CREATE OR REPLACE FUNCTION clean.split_parts() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO pg_temp.work_part (value_id, part_no, reading_id, text)
    SELECT v.value_id, 1, v.reading_id, v.raw_value
    FROM pg_temp.work_value AS v
    JOIN stage.readings AS r USING (reading_id)
    WHERE v.raw_value ~ U&'[^\0001-\0020\00A0\200B\3000\FEFF]'
        AND (r.kind = 'text' OR (v.raw_value !~ '[;|\r\n]'
            AND (r.separators IS NULL OR v.raw_value !~ ('[' || r.separators || ']'))));

    INSERT INTO pg_temp.work_part (value_id, part_no, reading_id, text)
    SELECT v.value_id, p.part_no, v.reading_id, p.text
    FROM pg_temp.work_value AS v
    JOIN stage.readings AS r USING (reading_id)
    CROSS JOIN LATERAL regexp_split_to_table(
        clean.decode_entities(v.raw_value), '[;|\r\n' || coalesce(r.separators, '') || ']+') WITH ORDINALITY AS p (text, part_no)
    WHERE r.kind <> 'text'
        AND (v.raw_value ~ '[;|\r\n]' OR v.raw_value ~ ('[' || r.separators || ']'))
        AND p.text ~ U&'[^\0001-\0020\00A0\200B\3000\FEFF]';

    -- A whole that the vocabulary knows is not taken apart: 'Fishing Entity of Taiwan, China', 'N/A'.
    DELETE FROM pg_temp.work_part AS p
    USING pg_temp.work_value AS v, stage.readings AS r
    WHERE p.value_id = v.value_id AND r.reading_id = v.reading_id
        AND r.separators IS NOT NULL AND v.raw_value ~ ('[' || r.separators || ']') AND v.raw_value !~ '[;|\r\n]'
        AND clean.is_whole(v.raw_value, r);
    INSERT INTO pg_temp.work_part (value_id, part_no, reading_id, text)
    SELECT v.value_id, 1, v.reading_id, v.raw_value
    FROM pg_temp.work_value AS v
    JOIN stage.readings AS r USING (reading_id)
    WHERE r.separators IS NOT NULL AND v.raw_value ~ ('[' || r.separators || ']') AND v.raw_value !~ '[;|\r\n]'
        AND clean.is_whole(v.raw_value, r);


    PERFORM clean.name_placeholders();
END
$$;

COMMENT ON FUNCTION clean.split_parts() IS 'Values taken apart where a cell holds several, placeholders named.';
