-- clean.clean_values: cleans the cells of a document: what its source has not seen before is cleaned, every cell linked.
--
-- Promises: stage.distinct_values has a row for every (reading, raw text) of the document, new ones cleaned and graded;
-- stage.cell_values links every cell of the columns given (all by default), replacing older links. The caller holds the
-- source's lock (clean.lock_source), so that nobody adds the same value meanwhile. Returns how many values were new.
CREATE OR REPLACE FUNCTION clean.clean_values(p_document_id bigint, p_positions smallint[] DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    v_source stage.source;
    -- looked up once: pg_get_serial_sequence in the query would be asked once a value
    v_sequence regclass := pg_get_serial_sequence('stage.distinct_values', 'value_id');
    v_positions smallint[] := coalesce(p_positions, ARRAY(
        SELECT c.column_position FROM stage.columns AS c WHERE c.document_id = p_document_id));
BEGIN
    SELECT s.* INTO v_source
    FROM stage.source AS s JOIN stage.documents AS d USING (source_id) WHERE d.document_id = p_document_id;
    PERFORM clean.unit_readings(p_document_id, v_positions);
    PERFORM clean.begin_work();

    DROP TABLE IF EXISTS pg_temp.work_cell, pg_temp.work_known;
    CREATE TEMPORARY TABLE work_cell ON COMMIT DROP AS
    SELECT v.column_position, v.value_no, 0 AS unit_no, v.cell_count, c.reading_id, v.raw_type, v.raw_value
    FROM stage.columns AS c
    JOIN stage.raw_values AS v USING (document_id, column_position)
    WHERE c.document_id = p_document_id AND c.unit_position IS NULL AND c.column_position = ANY (v_positions);

    INSERT INTO pg_temp.work_cell
    SELECT p.column_position, p.value_no, p.unit_no, p.cell_count, coalesce(u.reading_id, p.reading_id), v.raw_type, v.raw_value
    FROM (
        SELECT c.column_position, c.reading_id, r.value_nos[c.column_position] AS value_no,
            r.value_nos[c.unit_position] AS unit_no, count(*)::integer AS cell_count
        FROM stage.columns AS c
        JOIN stage.rows AS r USING (document_id)
        WHERE c.document_id = p_document_id AND c.unit_position IS NOT NULL AND c.column_position = ANY (v_positions)
        GROUP BY 1, 2, 3, 4
    ) AS p
    JOIN stage.raw_values AS v
        ON v.document_id = p_document_id AND v.column_position = p.column_position AND v.value_no = p.value_no
    LEFT JOIN pg_temp.unit_reading AS u ON u.column_position = p.column_position AND u.unit_no = p.unit_no;

    CREATE TEMPORARY TABLE work_known ON COMMIT DROP AS
    SELECT w.reading_id, w.raw_type, w.raw_value, d.value_id AS known_id,
        coalesce(d.value_id, nextval(v_sequence)) AS value_id
    FROM (SELECT DISTINCT c.reading_id, c.raw_type, c.raw_value FROM pg_temp.work_cell AS c) AS w
    -- only the values of these readings are looked at, however many other sources there are
    LEFT JOIN (
        SELECT x.* FROM stage.distinct_values AS x
        WHERE x.reading_id = ANY (ARRAY(SELECT DISTINCT c.reading_id FROM pg_temp.work_cell AS c))
    ) AS d
        ON d.reading_id = w.reading_id AND hashtextextended(d.raw_value, 0) = hashtextextended(w.raw_value, 0)
        AND d.raw_type = w.raw_type AND d.raw_value = w.raw_value;

    INSERT INTO pg_temp.work_value (value_id, reading_id, raw_type, raw_value)
    SELECT k.value_id, k.reading_id, k.raw_type, k.raw_value FROM pg_temp.work_known AS k WHERE k.known_id IS NULL;
    PERFORM clean.evaluate(v_source.source_type, v_source.source_name);
    PERFORM clean.grade_work(v_source.trust);

    INSERT INTO stage.distinct_values (
        value_id, reading_id, raw_type, raw_value, cleaned_value, null_reason, rule_chain, similarity, score,
        confidence, threshold, needs_review, review_rule_id, review_reason, failed_part)
    OVERRIDING SYSTEM VALUE
    SELECT g.value_id, g.reading_id, g.raw_type, g.raw_value, g.cleaned_value, g.null_reason, g.rule_chain, g.similarity,
        g.score, g.confidence, g.threshold, g.needs_review, g.review_rule_id, g.review_reason, g.failed_part
    FROM pg_temp.work_graded AS g
    ORDER BY g.reading_id, hashtextextended(g.raw_value, 0);
    PERFORM clean.propose_values(ARRAY(SELECT g.value_id FROM pg_temp.work_graded AS g WHERE g.needs_review));

    DELETE FROM stage.cell_values AS v WHERE v.document_id = p_document_id AND v.column_position = ANY (v_positions);
    INSERT INTO stage.cell_values (document_id, column_position, value_no, unit_no, cell_count, value_id)
    SELECT p_document_id, c.column_position, c.value_no, c.unit_no, c.cell_count, k.value_id
    FROM pg_temp.work_cell AS c
    JOIN pg_temp.work_known AS k USING (reading_id, raw_type, raw_value)
    ORDER BY c.column_position, c.value_no, c.unit_no;
    RETURN (SELECT count(*) FROM pg_temp.work_value);
END
$$;

COMMENT ON FUNCTION clean.clean_values(bigint, smallint[]) IS 'Cleans what is new among a document''s values and links its cells.';
