-- clean.validate_bounds: whether a plain decimal lies within bounds.
--
-- Promises: true or false; NULL where the text is no plain decimal (another validator's matter). Never raises. A rule
-- that names it gets the bounds of the value's reading (clean.bounds_of).
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_bounds(p_text text, p_minimum numeric, p_maximum numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_text ~ '^-?[0-9]{1,12}([.][0-9]+)?$' THEN p_text::numeric BETWEEN p_minimum AND p_maximum END;

COMMENT ON FUNCTION clean.validate_bounds(text, numeric, numeric) IS
    'Whether a number lies within the bounds of its field: no vessel is 2,450 m long.';
