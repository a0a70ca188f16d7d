-- clean.evaluate_scope: cleans again, in temporary tables, what is stored of a source, as the rules would have it now.
--
-- Promises: pg_temp.work_graded holds the fresh result of every stored value of the source, or only of one field or kind
-- of field, with a candidate rule if given. Stored values are not changed. Writes temporary tables only.
CREATE OR REPLACE FUNCTION clean.evaluate_scope(
    p_source_id integer, p_field text DEFAULT NULL, p_kind text DEFAULT NULL, p_candidate jsonb DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_source stage.source;
BEGIN
    SELECT * INTO v_source FROM stage.source AS s WHERE s.source_id = p_source_id;
    PERFORM clean.begin_work();
    INSERT INTO pg_temp.work_value (value_id, reading_id, raw_type, raw_value)
    SELECT d.value_id, d.reading_id, d.raw_type, d.raw_value
    FROM stage.distinct_values AS d
    JOIN stage.readings AS r USING (reading_id)
    WHERE r.source_id = p_source_id AND (p_field IS NULL OR r.field = p_field) AND (p_kind IS NULL OR r.kind = p_kind);
    PERFORM clean.evaluate(v_source.source_type, v_source.source_name, p_candidate);
    PERFORM clean.grade_work(v_source.trust);
END
$$;

COMMENT ON FUNCTION clean.evaluate_scope(integer, text, text, jsonb) IS 'What cleaning would make of stored values now.';
