-- clean.normalise_measure: a measure as a plain decimal in the base unit of its field.
--
-- Promises: as clean.read_measure; plain digits in a reading without a unit to convert are answered at once.
-- Reads ref.unit, ref.unit_alias and ref.field, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_measure(p_text text, p_reading stage.readings) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN (p_reading).unit IS NULL
        AND (p_text ~ '^[0-9]{1,9}$' OR (p_text ~ '^[0-9]{1,9}[.][0-9]+$' AND coalesce((p_reading).decimal_sign, (p_reading).decided_decimal_sign) = '.'))
        THEN trim_scale(p_text::numeric)::text
    ELSE clean.read_measure(p_text, p_reading)
END;

COMMENT ON FUNCTION clean.normalise_measure(text, stage.readings) IS
    'Measure in the base unit: ''23.80 Metres'' → ''23.8'', 250 read as HP → ''186.43''.';
