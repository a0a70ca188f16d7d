-- clean.normalise_year: a year of four digits where the text names one.
--
-- Promises: '1974' for '1974.0', '197401' (year and month), '19740131' and any other date; other text stays as it is.
-- Pure but for today's year (STABLE); takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_year(p_text text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~ '^[12][0-9]{3}$' THEN p_text
    WHEN clean.fold(p_text) ~ '^[12][0-9]{3}([.,]0+|(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])?)$' THEN left(clean.fold(p_text), 4)
    WHEN clean.fold(p_text) ~ '^-?[0-9.]+$' THEN clean.fold(p_text)
    ELSE coalesce(left(clean.read_date(p_text, 'DMY', false), 4), left(clean.read_date(p_text, 'MDY', false), 4),
        clean.fold(p_text))
END;

COMMENT ON FUNCTION clean.normalise_year(text) IS 'Year of building: ''1974.0'', ''197401'', ''2000-01-01'' → ''1974'', ''1974'', ''2000''.';
