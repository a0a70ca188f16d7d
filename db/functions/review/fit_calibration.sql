-- review.fit_calibration: how often the machine was right at each score of a field, as a rising step function.
--
-- Promises: one row a score at which a step begins. Each judged value counts once, an audited one as often as it was drawn.
-- p_fold 0 or 1 leaves out every other document (see review.judged_fold), so that the fit can be tried on what it has not
-- seen; NULL takes all. Reads review.judged, locks nothing.
CREATE OR REPLACE FUNCTION review.fit_calibration(p_field text, p_fold integer DEFAULT NULL)
RETURNS TABLE (score double precision, confidence double precision)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT t.score, t.confidence
    FROM (
        SELECT f.score, f.confidence, lag(f.confidence) OVER (ORDER BY f.score) AS before
        FROM (
            SELECT array_agg(o.score ORDER BY o.score) AS scores, array_agg(o.rights ORDER BY o.score) AS rights,
                array_agg(o.weight ORDER BY o.score) AS weights
            FROM (
                SELECT j.score::double precision AS score, sum(j.weight) AS weight,
                    coalesce(sum(j.weight) FILTER (WHERE j.was_right), 0) AS rights
                FROM review.judged_fold AS j
                WHERE j.field = p_field AND (p_fold IS NULL OR j.fold <> p_fold)
                GROUP BY j.score
            ) AS o
        ) AS a
        CROSS JOIN LATERAL review.isotonic(a.scores, a.rights::double precision[], a.weights::double precision[]) AS f
    ) AS t
    WHERE t.before IS DISTINCT FROM t.confidence
    ORDER BY t.score;
END;

COMMENT ON FUNCTION review.fit_calibration(text, integer) IS 'Score to share right, learnt from reviewed values of a field.';
