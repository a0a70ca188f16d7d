-- review.queue_depth: how much waits for people, by how long it has waited and how much hangs on it.
--
-- Promises: one row for each age and priority band that has open items. A band of priority is a power of ten.
CREATE OR REPLACE VIEW review.queue_depth AS
SELECT
    w.age, w.priority_from, count(*) AS items, sum(w.cells)::bigint AS cells,
    count(*) FILTER (WHERE w.decision_on = 'audit') AS audits, min(w.opened_at) AS oldest
FROM (
    SELECT i.cells, i.decision_on, i.opened_at,
        CASE
            WHEN clock_timestamp() - i.opened_at < interval '1 hour' THEN 'under an hour'
            WHEN clock_timestamp() - i.opened_at < interval '1 day' THEN 'under a day'
            WHEN clock_timestamp() - i.opened_at < interval '7 days' THEN 'under a week'
            ELSE 'a week or more'
        END AS age,
        CASE WHEN i.priority < 1 THEN 0 ELSE 10 ^ floor(log(i.priority::numeric)) END::bigint AS priority_from
    FROM review.items AS i
    WHERE i.status IN ('open', 'second', 'adjudication')
) AS w
GROUP BY w.age, w.priority_from
ORDER BY w.priority_from DESC, min(w.opened_at);

COMMENT ON VIEW review.queue_depth IS 'Open items and their cells by age and priority.';
COMMENT ON COLUMN review.queue_depth.age IS 'How long they have waited: under an hour, under a day, under a week, a week or more.';
COMMENT ON COLUMN review.queue_depth.priority_from IS 'Least priority of the band: 0, 1, 10, 100, …';
COMMENT ON COLUMN review.queue_depth.items IS 'Items.';
COMMENT ON COLUMN review.queue_depth.cells IS 'Cells that their answers settle.';
COMMENT ON COLUMN review.queue_depth.audits IS 'Of the items, audits of accepted cells.';
COMMENT ON COLUMN review.queue_depth.oldest IS 'When the oldest of them was opened.';
