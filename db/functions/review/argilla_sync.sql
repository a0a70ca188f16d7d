-- review.argilla_sync: Argilla and the queue are to be brought together.
--
-- Promises: open items without a record, or whose last record was answered or withdrawn, get a (new) one; what
-- review.argilla_pending lists is in jobs of the queue argilla_push, at most 500 records each, which is what one request
-- takes; of each dataset that holds records one sweep over its answers runs in argilla_pull, a page (policy argilla_page) a
-- job and transaction: many answers in one would make each slower. Where the policy argilla_every is above 0, the next call
-- is sent to argilla_pull for then. Returns how many jobs of each kind it sent. One runs at a time. May be called again at
-- any moment: work that waits is not sent twice.
CREATE OR REPLACE FUNCTION review.argilla_sync(OUT pushes bigint, OUT pulls bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_slice record;
    v_every interval := make_interval(secs => review.policy_value('argilla_every')::double precision);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.argilla'), 0);
    INSERT INTO review.argilla_record (item_id, round, dataset)
    SELECT i.item_id, coalesce(r.round, 0) + 1, review.argilla_dataset_of(i.decision_on, i.field)
    FROM review.items AS i
    LEFT JOIN LATERAL (
        SELECT a.round, a.withdrawn_at FROM review.argilla_record AS a WHERE a.item_id = i.item_id ORDER BY a.round DESC LIMIT 1
    ) AS r ON true
    WHERE i.status IN ('open', 'second', 'adjudication')
        AND (r.round IS NULL OR r.withdrawn_at IS NOT NULL
            OR EXISTS (
                SELECT FROM review.argilla_response AS a
                WHERE a.item_id = i.item_id AND a.round = r.round AND a.status = 'submitted' AND a.outcome <> 'no_reviewer'))
    ON CONFLICT DO NOTHING;

    pushes := 0;
    FOR v_slice IN
        SELECT n.dataset, jsonb_agg(n.item_id ORDER BY n.item_id) AS items,
            md5(string_agg(n.external_id || ':' || n.step || ':' || n.content_hash, ',' ORDER BY n.item_id)) AS fingerprint
        FROM (
            SELECT p.*, (row_number() OVER (PARTITION BY p.dataset ORDER BY p.item_id) - 1) / 500 AS slice
            FROM review.argilla_pending AS p
        ) AS n
        GROUP BY n.dataset, n.slice ORDER BY n.dataset, n.slice
    LOOP
        -- One key for one content: while it waits it is not sent twice, and where it was lost it is sent again.
        PERFORM ops.enqueue('argilla_push', jsonb_build_object('dataset', v_slice.dataset, 'items', v_slice.items),
            'push:' || v_slice.fingerprint);
        PERFORM ops.requeue('argilla_push', 'push:' || v_slice.fingerprint);
        pushes := pushes + 1;
    END LOOP;

    SELECT count(ops.enqueue('argilla_pull', jsonb_build_object(
            'dataset', d.dataset, 'sweep', d.sweep, 'from', 0, 'size', review.policy_value('argilla_page')::integer),
        format('pull:%s:%s:0', d.dataset, d.sweep)))
    INTO pulls
    FROM (
        SELECT q.dataset, nextval('review.argilla_sweep') AS sweep
        FROM (SELECT DISTINCT r.dataset FROM review.argilla_record AS r WHERE r.pushed_at IS NOT NULL) AS q
        WHERE NOT EXISTS (
            SELECT FROM ops.job AS j
            WHERE j.queue = 'argilla_pull' AND j.state IN ('pending', 'taken', 'running') AND j.payload ->> 'dataset' = q.dataset)
    ) AS d;

    IF v_every > interval '0' AND NOT EXISTS (
        SELECT FROM ops.job AS j WHERE j.queue = 'argilla_pull' AND j.state = 'pending' AND j.payload ? 'sync'
    ) THEN
        PERFORM ops.enqueue('argilla_pull', '{"sync": true}', 'sync:' || nextval('review.argilla_sweep'), v_every);
    END IF;
END
$$;

COMMENT ON FUNCTION review.argilla_sync() IS
    'Sends what is new to Argilla and fetches its answers: SELECT * FROM review.argilla_sync().';
