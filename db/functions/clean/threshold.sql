-- clean.threshold: the confidence that a field's value must reach to be accepted without a human.
--
-- Promises: the field's own policy, else its kind's, − 0.02 for a source of high trust, + 0.02 for one of low trust, at
-- most 0.995 so that a perfect value can pass anywhere. Reads the policies, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.threshold(p_field text, p_kind text, p_trust text) RETURNS double precision
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT least(0.995, round(
        (coalesce(f.threshold, k.threshold, 0.95)
        + CASE p_trust WHEN 'high' THEN -0.02 WHEN 'low' THEN 0.02 ELSE 0 END)::numeric, 4))::double precision
    FROM (SELECT p_field AS field, p_kind AS kind) AS p
    LEFT JOIN stage.field_policy AS f USING (field)
    LEFT JOIN stage.kind_policy AS k USING (kind);
END;

COMMENT ON FUNCTION clean.threshold(text, text, text) IS 'Gate of a field for a source of some trust: (''IMO'', ''imo'', ''high'') → 0.96.';
