-- clean.bounds_of: between which numbers a value of a reading lies.
--
-- Promises: the field's own bounds (stage.field_policy), else its kind's (stage.kind_policy), else zero and no end.
-- Reads the two policies, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.bounds_of(p_reading stage.readings, OUT minimum numeric, OUT maximum numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(f.minimum, k.minimum, 0), coalesce(f.maximum, k.maximum, 'Infinity')
    FROM (SELECT (p_reading).field, (p_reading).kind) AS r
    LEFT JOIN stage.field_policy AS f USING (field)
    LEFT JOIN stage.kind_policy AS k USING (kind);
END;

COMMENT ON FUNCTION clean.bounds_of(stage.readings) IS 'Least and greatest number that a field may hold, in its base unit.';
