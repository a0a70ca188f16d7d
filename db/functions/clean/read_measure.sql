-- clean.read_measure: what clean.normalise_measure makes of a text that is not plain digits in the base unit.
--
-- Promises: a plain decimal in the field's base unit; converted values are rounded to two decimals, half away from zero.
-- The unit comes from the text, else from the reading. The folded text as it is where it is no number, can be read two
-- ways, names a unit of another dimension, or is another tonnage than the field's (GT and GRT are never converted).
-- Twice changes nothing more where the reading has no unit.
-- Reads ref.unit, ref.unit_alias and ref.field, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.read_measure(p_text text, p_reading stage.readings) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := clean.fold(p_text);
    v_field ref.field;
    v_factor numeric;
    v_value numeric;
    v_before text;
    v_after text;
    v_unit text;
    m text[];
BEGIN
    m := regexp_match(v_text,
        '^([[:alpha:]][[:alpha:]./()²³ ]*[ .:]+|[[:alpha:]]+)?([-+]?[0-9.,](?:[0-9., ''’]*[0-9.,])?(?:[eE][-+]?[0-9]{1,2})?)'
        ' ?([[:alpha:]''"(][^0-9]*[23²³]?[^0-9]?)?$');
    IF m IS NULL THEN
        RETURN v_text;
    END IF;
    v_value := clean.read_decimal(m[2], coalesce((p_reading).decimal_sign, (p_reading).decided_decimal_sign));
    IF v_value IS NULL THEN
        RETURN v_text;
    END IF;
    v_unit := CASE WHEN (p_reading).unit LIKE '?%' THEN coalesce((p_reading).decided_unit, (p_reading).unit) ELSE (p_reading).unit END;
    IF coalesce(m[1], m[3], v_unit) IS NULL THEN
        RETURN trim_scale(v_value)::text;
    END IF;
    SELECT * INTO v_field FROM ref.field AS f WHERE f.field = (p_reading).field;
    v_before := clean.measure_unit(coalesce(m[1], ''), v_field.dimension);
    v_after := clean.measure_unit(coalesce(m[3], ''), v_field.dimension);
    IF v_before IS NULL OR v_after IS NULL THEN
        RETURN v_text;
    END IF;
    v_unit := coalesce(nullif(v_after, ''), nullif(v_before, ''), v_unit);
    IF v_unit LIKE '?%' THEN
        RETURN v_text;
    END IF;
    v_factor := (SELECT u.factor FROM ref.unit AS u WHERE u.dimension = v_field.dimension AND u.unit = v_unit);
    IF v_field.dimension = 'tonnage' AND v_unit NOT IN (v_field.base_unit, 't') THEN
        RETURN v_text;
    END IF;
    RETURN trim_scale(CASE WHEN coalesce(v_factor, 1) = 1 THEN v_value ELSE round(v_value * v_factor, 2) END)::text;
END
$$;

COMMENT ON FUNCTION clean.read_measure(text, stage.readings) IS
    'Measure with a unit, a sign convention or a kind in the text: ''OA 32'' → ''32'', ''80 ft'' → ''24.38''.';
