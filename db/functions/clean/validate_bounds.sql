-- clean.validate_bounds: whether a plain decimal lies within the bounds that stage.field_policy (else stage.kind_policy)
-- gives the field.
--
-- Promises: true or false; NULL where the text is no plain decimal (another validator's matter). Never raises.
-- Reads the two policies, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_bounds(p_text text, p_reading stage.readings) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_text !~ '^-?[0-9]{1,12}([.][0-9]+)?$' THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT p_text::numeric BETWEEN coalesce(f.minimum, k.minimum, 0) AND coalesce(f.maximum, k.maximum, 'Infinity')
        FROM (SELECT (p_reading).field, (p_reading).kind) AS r
        LEFT JOIN stage.field_policy AS f USING (field)
        LEFT JOIN stage.kind_policy AS k USING (kind)
    );
END
$$;

COMMENT ON FUNCTION clean.validate_bounds(text, stage.readings) IS
    'Whether a number lies within the bounds of its field: no vessel is 2,450 m long.';
