-- clean.validate_unit_fits: false where the row's unit column names a unit that the field cannot take.
--
-- Promises: true or false, never raises. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_unit_fits(p_text text, p_reading stage.readings) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (p_reading).unit IS NULL OR (p_reading).unit NOT LIKE '?%' OR (p_reading).decided_unit IS NOT NULL;

COMMENT ON FUNCTION clean.validate_unit_fits(text, stage.readings) IS 'Whether the unit of the row measures what the field measures.';
