-- clean.reclean: cleans stored values again, after a rule, a policy or a vocabulary has changed.
--
-- Promises: every stored value in scope (a source, a field, a kind of field; everything by default) is what the rules now
-- make of it; only values that differ are written; cells follow, because they point at values. Documents whose values
-- have to be compared again get a job in the queue score. Returns what it looked at and changed, by source.
-- Locks one source after the other, in order of source_id, to the end of the transaction. May run again: it then changes nothing.
CREATE OR REPLACE FUNCTION clean.reclean(
    p_source_type text DEFAULT NULL, p_source_name text DEFAULT NULL, p_field text DEFAULT NULL, p_kind text DEFAULT NULL
) RETURNS TABLE (source_name text, values_cleaned bigint, values_changed bigint, cells_changed bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Tables that were filled a moment ago have no statistics; a hash join is never far off there, a nested loop often is.
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    v_source stage.source;
    v_document bigint;
    v_changed bigint[];
    v_checked boolean;
BEGIN
    FOR v_source IN
        SELECT s.* FROM stage.source AS s
        WHERE coalesce(p_source_type, s.source_type) = s.source_type AND coalesce(p_source_name, s.source_name) = s.source_name
        ORDER BY s.source_id
    LOOP
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM stage.readings AS r
            WHERE r.source_id = v_source.source_id AND coalesce(p_field, r.field, '') = coalesce(r.field, '')
                AND coalesce(p_kind, r.kind) = r.kind);
        PERFORM clean.lock_source(v_source.source_id);
        PERFORM clean.evaluate_scope(v_source.source_id, p_field, p_kind);
        v_changed := clean.store_graded();
        v_checked := EXISTS (
            SELECT FROM stage.distinct_values AS d JOIN stage.readings AS r USING (reading_id)
            WHERE d.value_id = ANY (v_changed)
                AND r.field IN ('FLAG', 'MMSI', 'IRCS', 'LENGTH', 'LENGTH_OVERALL', 'BEAM', 'AUTH_START', 'AUTH_END'));
        FOR v_document IN
            SELECT DISTINCT v.document_id FROM stage.cell_values AS v WHERE v.value_id = ANY (v_changed) ORDER BY 1
        LOOP
            IF v_checked THEN
                PERFORM clean.check_rows(v_document);
            END IF;
            PERFORM clean.rescore(v_document);
        END LOOP;
        source_name := v_source.source_name;
        values_cleaned := (SELECT count(*) FROM pg_temp.work_graded);
        values_changed := cardinality(v_changed);
        cells_changed := (
            SELECT coalesce(sum(v.cell_count), 0) FROM stage.cell_values AS v WHERE v.value_id = ANY (v_changed));
        RETURN NEXT;
    END LOOP;
END
$$;

COMMENT ON FUNCTION clean.reclean(text, text, text, text) IS
    'Cleans stored values again after a rule or vocabulary changed: SELECT * FROM clean.reclean(p_field => ''IRCS'').';
