-- review.calibration_worth: how well a calibration learnt from a field's reviewed values does where it has not seen them.
--
-- Promises: expected calibration error (ten bins) and mean squared error of two maps, each learnt from one half of the
-- documents and tried on the other; and of the map in force on the same values. NULL without values of two documents.
-- Reads review.judged_fold and stage.calibration, locks nothing.
CREATE OR REPLACE FUNCTION review.calibration_worth(
    p_field text, p_kind text,
    OUT error double precision, OUT error_before double precision, OUT brier double precision, OUT brier_before double precision
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    WITH step AS MATERIALIZED (
        SELECT g.fold, s.score, s.confidence
        FROM generate_series(0, 1) AS g (fold) CROSS JOIN LATERAL review.fit_calibration(p_field, g.fold) AS s
    ), observed AS MATERIALIZED (
        SELECT j.fold, j.score, sum(j.weight)::double precision AS weight,
            coalesce(sum(j.weight) FILTER (WHERE j.was_right), 0)::double precision AS rights
        FROM review.judged_fold AS j WHERE j.field = p_field GROUP BY j.fold, j.score
    ), guessed AS MATERIALIZED (
        SELECT o.weight, o.rights, clean.calibrated(p_field, p_kind, o.score) AS now, (
            SELECT s.confidence FROM step AS s WHERE s.fold = o.fold
            ORDER BY (s.score <= o.score + 1e-6) DESC, CASE WHEN s.score <= o.score + 1e-6 THEN -s.score ELSE s.score END
            LIMIT 1) AS learnt
        FROM observed AS o
    ), binned AS (
        SELECT m.which, abs(sum(m.guess * m.weight) - sum(m.rights)) AS gap, sum(m.weight) AS weight,
            sum(m.rights * (1 - m.guess) ^ 2 + (m.weight - m.rights) * m.guess ^ 2) AS squares
        FROM (
            SELECT 'learnt' AS which, g.learnt AS guess, g.weight, g.rights FROM guessed AS g
            UNION ALL
            SELECT 'now', g.now, g.weight, g.rights FROM guessed AS g
        ) AS m
        WHERE m.guess IS NOT NULL
        GROUP BY m.which, least(9, floor(m.guess * 10))
    )
    SELECT sum(b.gap) FILTER (WHERE b.which = 'learnt') / sum(b.weight) FILTER (WHERE b.which = 'learnt'),
        sum(b.gap) FILTER (WHERE b.which = 'now') / sum(b.weight) FILTER (WHERE b.which = 'now'),
        sum(b.squares) FILTER (WHERE b.which = 'learnt') / sum(b.weight) FILTER (WHERE b.which = 'learnt'),
        sum(b.squares) FILTER (WHERE b.which = 'now') / sum(b.weight) FILTER (WHERE b.which = 'now')
    INTO error, error_before, brier, brier_before
    FROM binned AS b;
END
$$;

COMMENT ON FUNCTION review.calibration_worth(text, text) IS 'Error of a learnt calibration out of sample, and of the one in force.';
