-- identity.transliterate: Cyrillic letters as Latin ones.
--
-- Promises: upper case; every Russian, Ukrainian, Belarusian and Bulgarian letter by its usual Latin spelling; everything
-- else as it was. Latin diacritics are ref.match_key's. Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION identity.transliterate(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN p_text !~ U&'[\0400-\045F]' THEN upper(p_text) ELSE
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        translate(upper(p_text), 'АБВГДЕЁЗИІЙКЛМНОПРСТУЎФЫЭЪЬҐ', 'ABVGDEEZIIIKLMNOPRSTUUFYE'),
        'Ж', 'ZH'), 'Х', 'KH'), 'Ц', 'TS'), 'Ч', 'CH'), 'Щ', 'SHCH'), 'Ш', 'SH'), 'Ю', 'YU'), 'Я', 'YA'), 'Є', 'YE'), 'Ї', 'YI')
END;

COMMENT ON FUNCTION identity.transliterate(text) IS 'Cyrillic as Latin: ''КАПИТАН ЮРЬЕВ'' → ''KAPITAN YUREV''.';
