-- clean.reclean_values: cleans given values of one source again, as rules and answers stand now.
--
-- Promises: only values that differ are written; cross-checks of their documents follow where the field takes part in one.
-- Returns the cells that the given values stand for. The caller holds the source's lock. May run again.
CREATE OR REPLACE FUNCTION clean.reclean_values(p_source_id integer, p_field text, p_value_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_source stage.source;
    v_document bigint;
BEGIN
    SELECT * INTO v_source FROM stage.source AS s WHERE s.source_id = p_source_id;
    PERFORM clean.begin_work();
    INSERT INTO pg_temp.work_value (value_id, reading_id, raw_type, raw_value)
    SELECT d.value_id, d.reading_id, d.raw_type, d.raw_value
    FROM stage.distinct_values AS d WHERE d.value_id = ANY (p_value_ids);
    PERFORM clean.evaluate(v_source.source_type, v_source.source_name);
    PERFORM clean.grade_work(v_source.trust);
    PERFORM clean.store_graded();
    IF p_field IN ('FLAG', 'MMSI', 'IRCS', 'LENGTH', 'LENGTH_OVERALL', 'BEAM', 'AUTH_START', 'AUTH_END') THEN
        FOR v_document IN
            SELECT DISTINCT v.document_id FROM stage.cell_values AS v WHERE v.value_id = ANY (p_value_ids) ORDER BY 1
        LOOP
            PERFORM clean.check_rows(v_document, p_value_ids);
        END LOOP;
    END IF;
    RETURN (SELECT coalesce(sum(v.cell_count), 0) FROM stage.cell_values AS v WHERE v.value_id = ANY (p_value_ids));
END
$$;

COMMENT ON FUNCTION clean.reclean_values(integer, text, bigint[]) IS 'Cleans given values again; what an answer applies itself with.';
