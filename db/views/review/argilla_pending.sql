-- review.argilla_pending: what Argilla does not show yet as it is.
--
-- Promises: of each item that was planned (review.argilla_record), its last round where the record is not as it should be:
-- push: the item is open and the record has not been sent, or was sent with another content;
-- withdraw: the item was settled elsewhere and the record still waits for an answer.
CREATE OR REPLACE VIEW review.argilla_pending AS
SELECT
    r.item_id, r.round, r.external_id, r.dataset, CASE WHEN o.open THEN 'push' ELSE 'withdraw' END AS step,
    c.content, md5(c.content::text) AS content_hash
FROM (SELECT DISTINCT ON (a.item_id) a.* FROM review.argilla_record AS a ORDER BY a.item_id, a.round DESC) AS r
JOIN review.items AS i ON i.item_id = r.item_id
CROSS JOIN LATERAL (SELECT i.status IN ('open', 'second', 'adjudication') AS open) AS o
CROSS JOIN LATERAL (SELECT review.argilla_content(i) AS content OFFSET 0) AS c
WHERE r.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT FROM review.argilla_response AS a
        WHERE a.item_id = r.item_id AND a.round = r.round AND a.status = 'submitted')
    AND (NOT o.open OR r.content_hash IS DISTINCT FROM md5(c.content::text));

COMMENT ON VIEW review.argilla_pending IS 'Items whose record in Argilla has to be sent, sent again or closed.';
COMMENT ON COLUMN review.argilla_pending.item_id IS 'The item.';
COMMENT ON COLUMN review.argilla_pending.round IS 'The asking.';
COMMENT ON COLUMN review.argilla_pending.external_id IS 'Name of the record.';
COMMENT ON COLUMN review.argilla_pending.dataset IS 'Dataset.';
COMMENT ON COLUMN review.argilla_pending.step IS 'push or withdraw.';
COMMENT ON COLUMN review.argilla_pending.content IS 'What the record should be.';
COMMENT ON COLUMN review.argilla_pending.content_hash IS 'Its hash.';
