-- clean.apply_corrections: what people answered about a text goes before what the rules make of it.
--
-- Promises: every part in pg_temp.work_result whose raw text review.correction knows for its source and field has that
-- answer, with the rule chain {2}. Blanks around the text do not matter. Writes temporary tables only.
CREATE OR REPLACE FUNCTION clean.apply_corrections() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO pg_temp.work_answer
    SELECT DISTINCT ON (p.value_id, p.part_no) p.value_id, p.part_no, c.corrected_value, c.null_reason
    FROM review.correction AS c
    JOIN stage.readings AS r ON r.source_id = c.source_id AND coalesce(r.field, '') = c.field
    JOIN pg_temp.work_part AS p ON p.reading_id = r.reading_id AND btrim(coalesce(p.raw, p.text)) = btrim(c.raw_value)
    ORDER BY p.value_id, p.part_no, c.last_at DESC;
    UPDATE pg_temp.work_result AS w SET text = a.corrected_value, chain = ARRAY[2], checks = '{}'
    FROM pg_temp.work_answer AS a WHERE a.value_id = w.value_id AND a.part_no = w.part_no;
    INSERT INTO pg_temp.work_null AS n (value_id, part_no, null_reason)
    SELECT a.value_id, a.part_no, a.null_reason FROM pg_temp.work_answer AS a WHERE a.null_reason IS NOT NULL
    ON CONFLICT (value_id, part_no) DO UPDATE SET null_reason = excluded.null_reason;
    DELETE FROM pg_temp.work_null AS n USING pg_temp.work_answer AS a
    WHERE a.value_id = n.value_id AND a.part_no = n.part_no AND a.null_reason IS NULL;
END
$$;

COMMENT ON FUNCTION clean.apply_corrections() IS 'Answers of people, before rules.';
