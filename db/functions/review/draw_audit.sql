-- review.draw_audit: asks about cells that the gate accepted, drawn at random.
--
-- Promises: every accepted cell of the document in a mapped field is drawn with the same chance (the field's audit_rate,
-- else review.policy audit_rate); a value with many cells may be drawn more than once and is one question. The draw
-- follows from the file's bytes and the text alone: called again it draws the same. A value that was audited before, with
-- the same outcome, is not asked again: its verdict counts for this document too. Questions show no score and no
-- confidence, and stand in the queue by their draws. Open ones whose value has changed since are withdrawn. Left out:
-- blank cells, what people have answered already, columns whose meaning is in question. Returns the cells newly drawn and
-- the questions opened. Locks the source.
CREATE OR REPLACE FUNCTION review.draw_audit(p_document_id bigint, OUT drawn bigint, OUT opened bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
-- Tables that were filled a moment ago have no statistics; a hash join is never far off there, a nested loop often is.
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    v_document stage.documents;
    v_rate numeric := review.policy_value('audit_rate');
    v_salt text;
BEGIN
    SELECT * INTO v_document FROM stage.documents AS t WHERE t.document_id = p_document_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no document %', p_document_id
            USING ERRCODE = 'OC404', HINT = 'SELECT document_id, file_name FROM stage.documents lists them.';
    END IF;
    v_salt := encode(v_document.sha256, 'hex');
    PERFORM clean.lock_source(v_document.source_id);
    UPDATE review.items AS i SET status = 'withdrawn', closed_at = clock_timestamp()
    WHERE i.decision_on = 'audit' AND i.status IN ('open', 'second', 'adjudication') AND i.source_id = v_document.source_id
        AND NOT EXISTS (
            SELECT FROM stage.distinct_values AS d
            WHERE d.value_id = i.value_id AND NOT d.needs_review
                AND coalesce(d.cleaned_value, 'NULL ' || d.null_reason) = i.machine_value);

    DROP TABLE IF EXISTS pg_temp.drawn_value;
    CREATE TEMPORARY TABLE drawn_value ON COMMIT DROP AS
    SELECT a.*, floor(a.cells * a.rate::double precision + a.luck)::integer AS draws
    FROM (
        SELECT r.field, d.value_id, d.raw_value, d.score, d.confidence, v.column_position, v.cells,
            coalesce(d.cleaned_value, 'NULL ' || d.null_reason) AS outcome, coalesce(k.rate, p.audit_rate, v_rate) AS rate,
            -- a number in [0, 1) that is this text's in this file for ever: the draw can be repeated, and nobody can choose it
            (hashtextextended(v_salt || r.field || ':' || d.raw_value, 0) & 1099511627775)::double precision
                / 1099511627776 AS luck
        FROM (
            SELECT w.value_id, min(w.column_position) AS column_position, sum(w.cell_count) AS cells
            FROM stage.cell_values AS w
            JOIN stage.columns AS c USING (document_id, column_position)
            WHERE w.document_id = p_document_id AND NOT c.needs_review AND c.field IS NOT NULL
            GROUP BY w.value_id
        ) AS v
        -- only the source's own values are looked at, however many others there are
        JOIN (
            SELECT x.* FROM stage.distinct_values AS x
            WHERE x.reading_id = ANY (ARRAY(
                SELECT y.reading_id FROM stage.readings AS y WHERE y.source_id = v_document.source_id AND y.field IS NOT NULL))
        ) AS d USING (value_id)
        JOIN stage.readings AS r ON r.reading_id = d.reading_id
        LEFT JOIN review.field_policy AS p ON p.field = r.field
        -- a document keeps the rate with which it was first drawn: verdicts known by now must not steer a second draw
        LEFT JOIN (
            SELECT i.field, max(g.rate) AS rate FROM review.audit_draw AS g JOIN review.items AS i USING (item_id)
            WHERE g.document_id = p_document_id GROUP BY i.field
        ) AS k ON k.field = r.field
        WHERE NOT d.needs_review AND r.field IS NOT NULL AND d.null_reason IS DISTINCT FROM 'blank'
            AND NOT (2 = ANY (d.rule_chain)) AND d.score IS NOT NULL
    ) AS a
    WHERE a.rate > 0 AND floor(a.cells * a.rate::double precision + a.luck) >= 1
        AND NOT EXISTS (
            SELECT FROM review.audit_draw AS g JOIN review.items AS i USING (item_id)
            -- what is asked, or was answered, about this outcome; another one is asked about anew
            WHERE g.document_id = p_document_id AND g.value_id = a.value_id AND i.status <> 'withdrawn'
                AND i.machine_value = a.outcome);

    WITH shown AS MATERIALIZED (
        SELECT v.value_id, v.row_index
        FROM review.show_values(
            (SELECT array_agg(p_document_id ORDER BY w.value_id) FROM pg_temp.drawn_value AS w),
            (SELECT array_agg(w.column_position ORDER BY w.value_id) FROM pg_temp.drawn_value AS w),
            (SELECT array_agg(w.value_id ORDER BY w.value_id) FROM pg_temp.drawn_value AS w)) AS v
    ), context AS MATERIALIZED (
        SELECT c.row_index, c.context
        FROM review.row_contexts(
            (SELECT array_agg(p_document_id ORDER BY s.value_id) FROM shown AS s),
            (SELECT array_agg(s.row_index ORDER BY s.value_id) FROM shown AS s)) AS c
    ), everywhere AS MATERIALIZED (
        SELECT v.value_id, sum(v.cell_count) AS cells
        FROM stage.cell_values AS v
        WHERE v.value_id IN (SELECT w.value_id FROM pg_temp.drawn_value AS w) GROUP BY v.value_id
    ), asked AS (
        INSERT INTO review.items (
            item_key, decision_on, batch_key, source_id, field, document_id, column_position, row_index, value_id,
            subject, machine_value, reason, cells, priority, context)
        SELECT 'audit:' || w.value_id, 'audit', format('audit:%s:%s', v_document.source_id, w.field), v_document.source_id,
            w.field, p_document_id, w.column_position, s.row_index, w.value_id, w.raw_value, w.outcome,
            'Drawn at random: is this right?', e.cells, review.priority(w.draws, 0, w.field), coalesce(t.context, '{}')
        FROM pg_temp.drawn_value AS w
        JOIN everywhere AS e USING (value_id)
        LEFT JOIN shown AS s USING (value_id)
        LEFT JOIN context AS t ON t.row_index = s.row_index
        WHERE NOT EXISTS (
            SELECT FROM review.items AS i
            WHERE i.item_key = 'audit:' || w.value_id AND i.machine_value = w.outcome AND i.status <> 'withdrawn')
        RETURNING item_id
    )
    SELECT count(*) INTO opened FROM asked;
    WITH kept AS (
        INSERT INTO review.audit_draw AS g (document_id, value_id, item_id, draws, rate, score, confidence)
        SELECT p_document_id, w.value_id, max(i.item_id), w.draws, w.rate, w.score, w.confidence
        FROM pg_temp.drawn_value AS w
        JOIN review.items AS i ON i.item_key = 'audit:' || w.value_id AND i.machine_value = w.outcome AND i.status <> 'withdrawn'
        GROUP BY w.value_id, w.draws, w.rate, w.score, w.confidence
        ON CONFLICT (document_id, value_id) DO UPDATE
        SET item_id = excluded.item_id, draws = excluded.draws, rate = excluded.rate, score = excluded.score,
            confidence = excluded.confidence, drawn_at = excluded.drawn_at
        RETURNING g.draws
    )
    SELECT coalesce(sum(k.draws), 0) INTO drawn FROM kept AS k;
END
$$;

COMMENT ON FUNCTION review.draw_audit(bigint) IS 'Random questions about accepted cells: SELECT * FROM review.draw_audit(7).';
