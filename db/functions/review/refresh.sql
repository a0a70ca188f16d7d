-- review.refresh: the queue as the state of the cells demands it.
--
-- Promises: every open decision (review.open_decision) of the given document's source, or of all, is an open item, once,
-- with its row and its priority; items whose question has gone are withdrawn. Where items have no suggestions yet, a job of
-- the queue ask finds them. Returns how many items were opened and withdrawn. OC404 where there is no such document. Locks
-- the source, or all of them in their order, as an answer does: what was settled meanwhile is not asked. May run again.
CREATE OR REPLACE FUNCTION review.refresh(p_document_id bigint DEFAULT NULL, OUT opened bigint, OUT withdrawn bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
SET jit = off
AS $$
DECLARE
    v_source_id integer := (SELECT d.source_id FROM stage.documents AS d WHERE d.document_id = p_document_id);
    v_batch numeric := review.policy_value('column_batch_cells');
BEGIN
    IF v_source_id IS NULL AND p_document_id IS NOT NULL THEN
        RAISE EXCEPTION 'there is no document %', p_document_id
            USING ERRCODE = 'OC404', HINT = 'SELECT document_id, file_name FROM stage.documents lists them.';
    END IF;
    PERFORM clean.lock_source(s.source_id)
    FROM (
        SELECT x.source_id FROM stage.source AS x WHERE coalesce(v_source_id, x.source_id) = x.source_id ORDER BY x.source_id
    ) AS s;

    DROP TABLE IF EXISTS pg_temp.wanted_item, pg_temp.placed_item;
    CREATE TEMPORARY TABLE wanted_item ON COMMIT DROP AS
    SELECT o.*, i.item_id, i.document_id AS item_document_id, i.cells AS item_cells,
        review.priority(o.cells, o.confidence, o.field) AS priority,
        sum(o.cells) OVER (PARTITION BY o.document_id, o.column_position) AS column_cells
    FROM review.open_decision AS o
    LEFT JOIN review.items AS i ON i.item_key = o.item_key AND i.status IN ('open', 'second', 'adjudication')
    WHERE v_source_id IS NULL OR o.source_id = v_source_id;

    UPDATE review.items AS i SET status = 'withdrawn', closed_at = clock_timestamp()
    WHERE i.status IN ('open', 'second', 'adjudication') AND i.decision_on NOT IN ('audit', 'pair')
        AND (v_source_id IS NULL OR i.source_id = v_source_id)
        AND NOT EXISTS (SELECT FROM pg_temp.wanted_item AS w WHERE w.item_id = i.item_id);
    GET DIAGNOSTICS withdrawn = ROW_COUNT;

    -- the row to show: of what is new, and of what is now shown in another document
    CREATE TEMPORARY TABLE placed_item ON COMMIT DROP AS
    WITH unplaced AS MATERIALIZED (
        SELECT w.item_key, w.document_id, w.column_position, w.shown_value_id, w.row_index
        FROM pg_temp.wanted_item AS w WHERE w.document_id IS DISTINCT FROM w.item_document_id
    ), placed AS MATERIALIZED (
        SELECT u.item_key, u.document_id, coalesce(u.row_index, s.row_index) AS row_index
        FROM unplaced AS u
        LEFT JOIN review.show_values(
            (SELECT array_agg(x.document_id ORDER BY x.item_key) FROM unplaced AS x WHERE x.row_index IS NULL),
            (SELECT array_agg(x.column_position ORDER BY x.item_key) FROM unplaced AS x WHERE x.row_index IS NULL),
            (SELECT array_agg(x.shown_value_id ORDER BY x.item_key) FROM unplaced AS x WHERE x.row_index IS NULL)) AS s
            ON s.document_id = u.document_id AND s.column_position = u.column_position
            AND s.value_id IS NOT DISTINCT FROM u.shown_value_id
    )
    SELECT p.item_key, p.row_index, coalesce(c.context, '{}') AS context
    FROM placed AS p
    LEFT JOIN review.row_contexts(
        (SELECT array_agg(x.document_id ORDER BY x.item_key) FROM placed AS x),
        (SELECT array_agg(x.row_index ORDER BY x.item_key) FROM placed AS x)) AS c
        ON c.document_id = p.document_id AND c.row_index = p.row_index;

    INSERT INTO review.items (
        item_key, decision_on, batch_key, source_id, field, document_id, column_position, row_index, reading_id, value_id,
        subject, machine_value, proposal, proposal_field, reason, cells, priority, context)
    SELECT w.item_key, w.decision_on,
        CASE
            WHEN w.column_cells > v_batch THEN format('column:%s:%s', w.document_id, w.column_position)
            ELSE format('field:%s:%s', w.source_id, coalesce(w.field, ''))
        END,
        w.source_id, w.field, w.document_id, w.column_position, p.row_index, w.reading_id, w.value_id,
        coalesce(w.raw_value, ''), m.machine_value,
        coalesce(CASE WHEN m.failed_part IS NOT NULL AND m.is_code THEN m.machine_value END, w.proposal),
        CASE WHEN w.decision_on IN ('value', 'reading') THEN w.proposal_field END, w.reason, w.cells, w.priority, p.context
    FROM pg_temp.wanted_item AS w
    JOIN pg_temp.placed_item AS p USING (item_key)
    -- of several values in one cell, the item is about the one that failed
    LEFT JOIN LATERAL (
        SELECT d.failed_part,
            CASE WHEN d.failed_part IS NULL THEN d.cleaned_value ELSE clean.normalise_code(d.failed_part, r) END AS machine_value,
            -- a register's own code may stand; a flag must be a State's
            r.kind <> 'country' AS is_code
        FROM stage.distinct_values AS d JOIN stage.readings AS r USING (reading_id)
        WHERE d.value_id = w.value_id OFFSET 0
    ) AS m ON true
    WHERE w.item_id IS NULL;
    GET DIAGNOSTICS opened = ROW_COUNT;

    UPDATE review.items AS i
    SET cells = w.cells, priority = w.priority, document_id = w.document_id, column_position = w.column_position,
        row_index = coalesce(p.row_index, i.row_index), context = coalesce(p.context, i.context)
    FROM pg_temp.wanted_item AS w
    LEFT JOIN pg_temp.placed_item AS p USING (item_key)
    WHERE i.item_id = w.item_id AND (w.item_cells <> w.cells OR w.item_document_id <> w.document_id);

    PERFORM ops.enqueue('ask', jsonb_build_object('suggest', i.source_id) || CASE
            WHEN p_document_id IS NULL THEN '{}' ELSE jsonb_build_object('document_id', p_document_id) END,
        'suggest:' || i.source_id || ':' || pg_current_xact_id())
    FROM (
        SELECT DISTINCT x.source_id FROM review.items AS x
        WHERE x.suggested_at IS NULL AND x.decision_on <> 'audit' AND coalesce(v_source_id, x.source_id) = x.source_id
    ) AS i;
END
$$;

COMMENT ON FUNCTION review.refresh(bigint) IS 'Brings review.items to what is open now: SELECT * FROM review.refresh().';
