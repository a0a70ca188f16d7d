-- review.reviewer_pace: what each reviewer answered in each hour, and what that settled.
--
-- Promises: one row a reviewer and hour with answers; what was taken back is not counted as settled.
CREATE OR REPLACE VIEW review.reviewer_pace AS
SELECT
    date_trunc('hour', d.decided_at) AS hour, d.reviewer,
    count(*) FILTER (WHERE d.action <> 'undo') AS decisions,
    count(*) FILTER (WHERE d.action = 'unsure') AS unsure,
    count(*) FILTER (WHERE d.action = 'undo') AS undone,
    coalesce(sum(d.cells_settled) FILTER (WHERE u.decision_id IS NULL), 0)::bigint AS cells_settled,
    coalesce(sum(d.cells_settled) FILTER (WHERE u.decision_id IS NULL), 0)::double precision
        / nullif(count(*) FILTER (WHERE d.action <> 'undo'), 0) AS cells_per_decision
FROM review.decisions AS d
LEFT JOIN review.decisions AS u ON u.action = 'undo' AND u.supersedes = d.decision_id
GROUP BY date_trunc('hour', d.decided_at), d.reviewer;

COMMENT ON VIEW review.reviewer_pace IS 'Decisions an hour and reviewer, and cells settled by each.';
COMMENT ON COLUMN review.reviewer_pace.hour IS 'Beginning of the hour.';
COMMENT ON COLUMN review.reviewer_pace.reviewer IS 'Reviewer.';
COMMENT ON COLUMN review.reviewer_pace.decisions IS 'Answers, unsure ones among them.';
COMMENT ON COLUMN review.reviewer_pace.unsure IS 'Answers that left the item open.';
COMMENT ON COLUMN review.reviewer_pace.undone IS 'Answers taken back in this hour by this reviewer.';
COMMENT ON COLUMN review.reviewer_pace.cells_settled IS 'Cells that the answers settled and that nobody took back.';
COMMENT ON COLUMN review.reviewer_pace.cells_per_decision IS 'Cells settled by one answer, on average.';
