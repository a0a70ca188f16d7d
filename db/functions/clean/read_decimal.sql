-- clean.read_decimal: a number of one sign convention as a plain decimal.
--
-- Promises: dot as the point, no grouping, no exponent, no trailing zeros; NULL where the text is no number or can be
-- read two ways ('1.234' where p_decimal_sign is NULL). A single comma or dot before exactly three digits is the only
-- such case; grouping by two (Indian) is understood; a blank or an apostrophe groups by three or the text is no number;
-- a currency sign counts nothing. Never raises.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.read_decimal(p_text text, p_decimal_sign text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := regexp_replace(p_text, U&'^[ \00A3\20AC$]*([-+]?) *|[ \00A3\20AC$]+$', '\1', 'g');
    v_sign text := p_decimal_sign;
BEGIN
    IF v_text ~ U&'^[-+]?[0-9]{1,3}([ ''\2019\00A0\2009\202F][0-9]{3})+([.,][0-9]*)?$' THEN
        v_text := translate(v_text, U&' ''\2019\00A0\2009\202F', '');
    END IF;
    IF v_text ~ '^[-+]?[0-9]{1,12}([.][0-9]*)?[eE][-+]?[0-9]{1,2}$' THEN
        RETURN v_text::numeric;
    ELSIF v_text !~ '^[-+]?([0-9]+([.,][0-9]+)*[.,]?|[.,][0-9]+)$' OR length(v_text) > 30 THEN
        RETURN NULL;
    ELSIF v_text ~ '^[-+]?[0-9]+$' THEN
        RETURN v_text::numeric;
    END IF;
    -- what the text itself shows goes before what its column shows
    IF v_text ~ '[.].*,' OR v_text ~ '[.].*[.]' OR v_text ~ ',[0-9]{0,2}$' OR v_text ~ ',[0-9]{4,}$' THEN
        v_sign := ',';
    END IF;
    IF v_text ~ ',.*[.]' OR v_text ~ ',.*,' OR v_text ~ '[.][0-9]{0,2}$' OR v_text ~ '[.][0-9]{4,}$' THEN
        v_sign := CASE WHEN v_text ~ '[.].*,' AND v_text ~ ',.*[.]' THEN NULL ELSE '.' END;
    ELSIF v_text ~ '^[-+]?0*[.][0-9]+$' OR v_text ~ '^[-+]?[0-9]{4,}[.][0-9]{3}$' THEN
        v_sign := '.';
    ELSIF v_text ~ '^[-+]?0*,[0-9]+$' OR v_text ~ '^[-+]?[0-9]{4,},[0-9]{3}$' THEN
        v_sign := ',';
    END IF;
    IF v_sign = '.' AND v_text ~ '^[-+]?([0-9]*|[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3})([.][0-9]*)?$' THEN
        RETURN replace(v_text, ',', '')::numeric;
    ELSIF v_sign = ',' AND v_text ~ '^[-+]?([0-9]*|[0-9]{1,3}([.][0-9]{2,3})*[.][0-9]{3})(,[0-9]*)?$' THEN
        RETURN replace(replace(v_text, '.', ''), ',', '.')::numeric;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION clean.read_decimal(text, text) IS
    'A number read in one convention: ''1.327,99'' → 1327.99; NULL where ''1.234'' could be either.';
