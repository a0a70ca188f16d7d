-- clean.calibrated: a score as the confidence that past values with such a score turned out right.
--
-- Promises: the confidence of the greatest step not above the score, of the highest version that has the field, else its
-- kind, else any kind ('*'); the lowest step's where the score is below all. Reads stage.calibration, locks nothing.
CREATE OR REPLACE FUNCTION clean.calibrated(p_field text, p_kind text, p_score double precision)
RETURNS double precision
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.confidence::double precision
    FROM (
        SELECT c.*, rank() OVER (ORDER BY (c.field IS NULL), (c.kind = '*'), c.version DESC) AS preference
        FROM stage.calibration AS c
        WHERE c.field = p_field OR (c.field IS NULL AND c.kind IN (p_kind, '*'))
    ) AS s
    WHERE s.preference = 1
    ORDER BY (s.score <= p_score + 1e-6) DESC, CASE WHEN s.score <= p_score + 1e-6 THEN -s.score ELSE s.score END
    LIMIT 1;
END;

COMMENT ON FUNCTION clean.calibrated(text, text, double precision) IS
    'Confidence of a score in a field: a step function learnt from reviewed cells, shipped until there are enough.';
