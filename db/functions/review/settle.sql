-- review.settle: many answers about texts take effect on what is stored.
--
-- Promises: the values of all given items (of kind value or audit, answered in this transaction by review.take_answer with
-- p_later) are what the answers say, cleaned once for each source and field; the queue follows. Locks the sources. May run
-- again.
CREATE OR REPLACE FUNCTION review.settle(p_item_ids bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_group record;
BEGIN
    FOR v_group IN
        SELECT i.source_id, i.field, array_agg(DISTINCT v.value_id) FILTER (WHERE v.value_id IS NOT NULL) AS value_ids
        FROM review.items AS i
        LEFT JOIN LATERAL unnest(review.values_about(i)) AS v (value_id) ON true
        WHERE i.item_id = ANY (p_item_ids)
        GROUP BY i.source_id, i.field ORDER BY i.source_id, i.field
    LOOP
        PERFORM clean.lock_source(v_group.source_id);
        PERFORM clean.reclean_values(v_group.source_id, v_group.field, coalesce(v_group.value_ids, '{}'));
    END LOOP;
    PERFORM review.follow_up(d.item)
    FROM (
        SELECT DISTINCT ON (i.document_id) i AS item FROM review.items AS i
        WHERE i.item_id = ANY (p_item_ids) ORDER BY i.document_id, i.item_id
    ) AS d;
END
$$;

COMMENT ON FUNCTION review.settle(bigint[]) IS 'Cleaning after many answers, once for all of them.';
