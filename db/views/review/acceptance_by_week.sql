-- review.acceptance_by_week: how often people took what the machine proposed, week by week.
--
-- Promises: one row a week (from Monday) and kind of question; unsure answers and undone ones are not counted.
CREATE OR REPLACE VIEW review.acceptance_by_week AS
SELECT
    date_trunc('week', d.decided_at)::date AS week, i.decision_on, count(*) AS decisions,
    count(*) FILTER (WHERE d.action = 'accept') AS accepted,
    count(*) FILTER (WHERE d.action = 'accept')::double precision / count(*) AS acceptance
FROM review.decisions AS d
JOIN review.items AS i USING (item_id)
WHERE d.action IN ('accept', 'reject', 'custom')
    AND NOT EXISTS (SELECT FROM review.decisions AS u WHERE u.action = 'undo' AND u.supersedes = d.decision_id)
GROUP BY date_trunc('week', d.decided_at)::date, i.decision_on;

COMMENT ON VIEW review.acceptance_by_week IS 'Acceptance rate of the machine''s proposals by week and kind of question.';
COMMENT ON COLUMN review.acceptance_by_week.week IS 'Monday of the week.';
COMMENT ON COLUMN review.acceptance_by_week.decision_on IS 'column, reading, value, cell or audit.';
COMMENT ON COLUMN review.acceptance_by_week.decisions IS 'Answers: accept, reject or custom.';
COMMENT ON COLUMN review.acceptance_by_week.accepted IS 'Of these, accept.';
COMMENT ON COLUMN review.acceptance_by_week.acceptance IS 'Share accepted.';
