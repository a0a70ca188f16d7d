-- review.canonical: a value that a person wrote, in the canonical form of its field.
--
-- Promises: what cleaning makes of it; OC001 with the validator's words where it does not pass. Written in base units and
-- unambiguous dates: the column's own unit and date order do not apply. Writes temporary tables only.
CREATE OR REPLACE FUNCTION review.canonical(p_reading stage.readings, p_value text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_source stage.source;
    v_reading_id integer;
    v_graded record;
BEGIN
    SELECT * INTO v_source FROM stage.source AS s WHERE s.source_id = p_reading.source_id;
    INSERT INTO stage.readings (source_id, field, kind, decimal_sign)
    VALUES (p_reading.source_id, p_reading.field, p_reading.kind, '.') ON CONFLICT DO NOTHING;
    v_reading_id := (
        SELECT r.reading_id FROM stage.readings AS r
        WHERE r.source_id = p_reading.source_id AND r.field IS NOT DISTINCT FROM p_reading.field AND r.kind = p_reading.kind
            AND r.date_order IS NULL AND r.decimal_sign = '.' AND r.unit IS NULL AND r.separators IS NULL);
    PERFORM clean.begin_work();
    INSERT INTO pg_temp.work_value (value_id, reading_id, raw_type, raw_value) VALUES (-1, v_reading_id, 's', p_value);
    PERFORM clean.evaluate(v_source.source_type, v_source.source_name);
    PERFORM clean.grade_work(v_source.trust);
    SELECT * INTO v_graded FROM pg_temp.work_graded;
    IF v_graded.review_rule_id IS NOT NULL OR v_graded.cleaned_value IS NULL THEN
        RAISE EXCEPTION '% cannot be a % : %', p_value, coalesce(p_reading.field, 'text'),
            coalesce(v_graded.review_reason, 'it says that there is no value')
            USING ERRCODE = 'OC001', HINT = 'Write the right value; NULL unknown where there is none.';
    END IF;
    RETURN v_graded.cleaned_value;
END
$$;

COMMENT ON FUNCTION review.canonical(stage.readings, text) IS 'A person''s value, validated like any cell.';
