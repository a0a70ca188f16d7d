-- clean.same_but_case: whether two texts are the same when case is set aside.
--
-- Promises: true or false, false where one is NULL; never raises.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.same_but_case(p_one text, p_other text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(p_one = p_other OR upper(p_one) = upper(p_other), false);

COMMENT ON FUNCTION clean.same_but_case(text, text) IS 'Whether nothing but case distinguishes two texts.';
