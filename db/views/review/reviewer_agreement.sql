-- review.reviewer_agreement: how often two reviewers answered the same item alike.
--
-- Promises: one row a pair of reviewers with an item in common, the earlier name first; each one's last answer to an item
-- counts, unsure ones do not.
CREATE OR REPLACE VIEW review.reviewer_agreement AS
SELECT
    a.reviewer AS one, b.reviewer AS other, count(*) AS items,
    count(*) FILTER (WHERE (a.result, a.null_reason) IS NOT DISTINCT FROM (b.result, b.null_reason)) AS agreed,
    count(*) FILTER (WHERE (a.result, a.null_reason) IS NOT DISTINCT FROM (b.result, b.null_reason))::double precision
        / count(*) AS agreement
FROM (
    SELECT DISTINCT ON (d.item_id, d.reviewer) d.item_id, d.reviewer, d.result, d.result_null_reason AS null_reason
    FROM review.decisions AS d WHERE d.action IN ('accept', 'reject', 'custom')
    ORDER BY d.item_id, d.reviewer, d.decision_id DESC
) AS a
JOIN (
    SELECT DISTINCT ON (d.item_id, d.reviewer) d.item_id, d.reviewer, d.result, d.result_null_reason AS null_reason
    FROM review.decisions AS d WHERE d.action IN ('accept', 'reject', 'custom')
    ORDER BY d.item_id, d.reviewer, d.decision_id DESC
) AS b ON b.item_id = a.item_id AND b.reviewer > a.reviewer
GROUP BY a.reviewer, b.reviewer;

COMMENT ON VIEW review.reviewer_agreement IS 'Agreement of two reviewers on items that both answered.';
COMMENT ON COLUMN review.reviewer_agreement.one IS 'A reviewer.';
COMMENT ON COLUMN review.reviewer_agreement.other IS 'Another.';
COMMENT ON COLUMN review.reviewer_agreement.items IS 'Items that both answered.';
COMMENT ON COLUMN review.reviewer_agreement.agreed IS 'Of these, items with the same answer.';
COMMENT ON COLUMN review.reviewer_agreement.agreement IS 'Share with the same answer.';
