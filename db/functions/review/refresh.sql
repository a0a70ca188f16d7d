-- review.refresh: the queue as the state of the cells demands it.
--
-- Promises: every open decision (review.open_decision) of the given document's source, or of all, is an open item, once,
-- with its row, its suggestions and its priority; items whose question has gone are withdrawn. Returns how many items
-- were opened and withdrawn. Takes a lock that lets one refresh of a source run at a time. May run again.
CREATE OR REPLACE FUNCTION review.refresh(p_document_id bigint DEFAULT NULL, OUT opened bigint, OUT withdrawn bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    v_source_id integer := (SELECT d.source_id FROM stage.documents AS d WHERE d.document_id = p_document_id);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.review'), coalesce(v_source_id, 0));
    CREATE TEMPORARY TABLE IF NOT EXISTS wanted_item ON COMMIT DROP AS SELECT * FROM review.open_decision LIMIT 0;
    TRUNCATE pg_temp.wanted_item;
    INSERT INTO pg_temp.wanted_item
    SELECT * FROM review.open_decision AS o WHERE v_source_id IS NULL OR o.source_id = v_source_id;

    WITH gone AS (
        UPDATE review.items AS i SET status = 'withdrawn', closed_at = clock_timestamp()
        WHERE i.status IN ('open', 'second', 'adjudication') AND i.decision_on <> 'audit'
            AND (v_source_id IS NULL OR i.source_id = v_source_id)
            AND NOT EXISTS (SELECT FROM pg_temp.wanted_item AS w WHERE w.item_key = i.item_key)
        RETURNING i.item_id
    )
    SELECT count(*) INTO withdrawn FROM gone;

    WITH added AS (
        INSERT INTO review.items (
            item_key, decision_on, batch_key, source_id, field, document_id, column_position, row_index, reading_id, value_id,
            subject, machine_value, proposal, proposal_field, reason, cells, priority, context)
        SELECT w.item_key, w.decision_on,
            CASE
                WHEN sum(w.cells) OVER (PARTITION BY w.document_id, w.column_position) > review.policy_value('column_batch_cells')
                    THEN format('column:%s:%s', w.document_id, w.column_position)
                ELSE format('field:%s:%s', w.source_id, coalesce(w.field, ''))
            END,
            w.source_id, w.field, w.document_id, w.column_position, coalesce(w.row_index, s.row_index), w.reading_id, w.value_id,
            coalesce(w.raw_value, ''), p.machine_value,
            coalesce(CASE WHEN d.failed_part IS NOT NULL AND p.is_code THEN p.machine_value END, w.proposal),
            CASE WHEN w.decision_on IN ('value', 'reading') THEN w.proposal_field END, w.reason, w.cells,
            review.priority(w.cells, w.confidence, w.field), '{}'
        FROM pg_temp.wanted_item AS w
        LEFT JOIN stage.distinct_values AS d ON d.value_id = w.value_id
        -- of several values in one cell, the item is about the one that failed
        LEFT JOIN LATERAL (
            SELECT
                CASE WHEN d.failed_part IS NULL THEN d.cleaned_value
                    ELSE clean.normalise_code(d.failed_part, r) END AS machine_value,
                -- a register's own code may stand; a flag must be a State's
                r.kind <> 'country' AS is_code
            FROM stage.readings AS r WHERE r.reading_id = d.reading_id
        ) AS p ON true
        LEFT JOIN LATERAL review.sample_row(w.document_id, w.column_position, w.value_id) AS s (row_index) ON true
        WHERE NOT EXISTS (
            SELECT FROM review.items AS i
            WHERE i.item_key = w.item_key AND i.status IN ('open', 'second', 'adjudication'))
        -- a refresh of all sources and one of this source may run side by side
        ON CONFLICT (item_key) WHERE status IN ('open', 'second', 'adjudication') DO NOTHING
        RETURNING item_id
    )
    SELECT count(*) INTO opened FROM added;
    UPDATE review.items AS i SET cells = w.cells, document_id = w.document_id, column_position = w.column_position,
        priority = review.priority(w.cells, w.confidence, w.field)
    FROM pg_temp.wanted_item AS w
    WHERE i.item_key = w.item_key AND i.status IN ('open', 'second', 'adjudication') AND i.cells <> w.cells;
    UPDATE review.items AS i
    SET context = review.row_context(i.document_id, i.row_index), suggestions = review.suggestions(i.item_id)
    WHERE i.status = 'open' AND i.context = '{}' AND (v_source_id IS NULL OR i.source_id = v_source_id);
END
$$;

COMMENT ON FUNCTION review.refresh(bigint) IS 'Brings review.items to what is open now: SELECT * FROM review.refresh().';
