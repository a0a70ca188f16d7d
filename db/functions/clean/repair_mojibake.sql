-- clean.repair_mojibake: undoes UTF-8 that was read as Windows-1252 or Latin-1, once or twice.
--
-- Promises: only sequences that are the bytes of one UTF-8 character are touched, and only those that a registry can
-- mean: Latin letters and signs up to U+017F, Romanian and Vietnamese ones, general punctuation, width forms, and runs of
-- two or more characters of another script. Correct text stays: in 'SÃO PEDRO' the Ã is followed by a letter, which no
-- UTF-8 has, and the quotation mark behind '„BLÅ“' closes one that was opened. Never raises.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.repair_mojibake(p_text text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Windows-1252 shows the bytes 80–9F as these characters, in this order (five bytes have none and stay C1).
    c_shown CONSTANT text := U&'\20AC\201A\0192\201E\2026\2020\2021\02C6\2030\0160\2039\0152\017D'
        || U&'\2018\2019\201C\201D\2022\2013\2014\02DC\2122\0161\203A\0153\017E\0178';
    c_bytes CONSTANT text := U&'\0080\0082\0083\0084\0085\0086\0087\0088\0089\008A\008B\008C\008E'
        || U&'\0091\0092\0093\0094\0095\0096\0097\0098\0099\009A\009B\009C\009E\009F';
    v_text text := p_text;
    v_next text;
    v_match text;
    v_repaired text;
    v_quoted boolean;
BEGIN
    FOR v_pass IN 1..2 LOOP
        EXIT WHEN v_text !~ U&'[\00C2-\00F4][\0080-\00BF\20AC\201A\0192\201E\2026\2020\2021\02C6\2030\0160\2039\0152\017D\2018\2019\201C\201D\2022\2013\2014\02DC\2122\0161\203A\0153\017E\0178]';
        v_next := translate(v_text, c_shown, c_bytes);
        v_quoted := v_next ~ U&'(^|[ (/-])[\0082\0084\008B\0091-\0094\00AB\00BB]';
        FOR v_match IN
            SELECT m[1]
            FROM regexp_matches(
                v_next,
                U&'([\00C2-\00C5][\0080-\00BF](?:\00C6\0092|\00CB[\0086\009C])?|\00C8[\0098-\009B]|\00E1[\00B8-\00BB][\0080-\00BF]'
                || U&'|\00E2[\0080-\0084][\0080-\00BF]|\00EF[\00BC\00BD][\0080-\00BF]'
                || U&'|(?:[\00CE-\00D1\00D6-\00DB][\0080-\00BF]){2,}|(?:[\00E0\00E3-\00ED][\0080-\00BF]{2}){2,})', 'g') AS m
            -- a quotation mark closes what was opened; a control character is meant only where one is read
            WHERE NOT (v_quoted AND m[1] ~ U&'^.[\0092-\0094\009B\00AB\00BB]$')
                AND NOT (m[1] ~ U&'^\00C2[\0080-\009F]' AND v_text !~ U&'\00C2[\0080-\009F]')
            GROUP BY m[1]
            ORDER BY length(m[1]) DESC
        LOOP
            BEGIN
                v_repaired := convert_from(convert_to(v_match, 'LATIN1'), 'UTF8');
                v_next := replace(translate(v_next, c_shown, c_bytes), v_match, v_repaired);
            EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
                NULL;  -- not the bytes of a character after all: leave them
            END;
        END LOOP;
        -- what was shown by Windows-1252 and is not part of a repaired sequence is shown again
        v_next := translate(v_next, c_bytes, c_shown);
        EXIT WHEN v_next = translate(translate(v_text, c_shown, c_bytes), c_bytes, c_shown);
        v_text := v_next;
    END LOOP;
    RETURN v_text;
END
$$;

COMMENT ON FUNCTION clean.repair_mojibake(text) IS
    'Double-encoded UTF-8 repaired: ''ZAMÃ¨NE'' → ''ZAMèNE''; ''SÃO PEDRO'' and ''PËCHEURS'' stay.';
