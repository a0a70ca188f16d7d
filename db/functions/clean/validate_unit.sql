-- clean.validate_unit: whether a text is a unit, or kind of measure, of the field's own dimension, or a unit of
-- another: a list may well give its holds in tonnes, and it is the hold's volume that is then reviewed, not the unit.
--
-- Promises: true or false, never raises. Reads ref.field and ref.unit, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_unit(p_text text, p_reading stage.readings) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM ref.field AS f JOIN ref.unit AS u USING (dimension)
        WHERE f.field = (p_reading).field AND u.unit = p_text
    ) OR (
        (p_reading).field LIKE '%\_UNIT' AND EXISTS (SELECT FROM ref.unit AS u WHERE u.unit = p_text AND u.factor IS NOT NULL)
    );
END
$$;

COMMENT ON FUNCTION clean.validate_unit(text, stage.readings) IS 'Whether a unit belongs to the dimension of its field.';
