-- ops.backoff: how long a job waits after its n-th failed attempt, before jitter.
--
-- Promises: base, 2 base, 4 base, … never more than the maximum. Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION ops.backoff(p_base interval, p_max interval, p_attempt integer) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN least(p_max, p_base * (2 ^ least(greatest(p_attempt - 1, 0), 30)));

COMMENT ON FUNCTION ops.backoff(interval, interval, integer) IS
'Wait after the n-th failed attempt: doubles from base up to max. ops.fail adds jitter of a fifth both ways.';
