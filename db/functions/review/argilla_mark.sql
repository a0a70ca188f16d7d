-- review.argilla_mark: records were sent.
--
-- Promises: each of p_sent, [{item_id, round, record_id, content_hash, withdrawn}], is known as sent with that content; a
-- row that has gone meanwhile is passed over. Returns how many. May be called twice.
CREATE OR REPLACE FUNCTION review.argilla_mark(p_sent jsonb) RETURNS bigint
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    WITH marked AS (
        UPDATE review.argilla_record AS r
        SET record_id = s.record_id, content_hash = s.content_hash, pushed_at = clock_timestamp(),
            withdrawn_at = CASE WHEN s.withdrawn THEN clock_timestamp() END
        FROM jsonb_to_recordset(p_sent) AS s (item_id bigint, round integer, record_id uuid, content_hash text, withdrawn boolean)
        WHERE r.item_id = s.item_id AND r.round = s.round
        RETURNING r.item_id
    )
    SELECT count(*) FROM marked;
END;

COMMENT ON FUNCTION review.argilla_mark(jsonb) IS 'Remembers which records were sent to Argilla.';
