-- identity.name_words: the words of a vessel's name by which two spellings meet.
--
-- Promises: upper case Latin words and numbers, single blanks between; without prefixes (MV, F/V, …) and without the word
-- for number (No. 668, Nº 668 → 668); letters and digits apart (YU938 → YU 938); leading zeros gone; a roman or spelled-
-- out number at the end as digits (VICTORY III, VICTORY THREE → VICTORY 3). NULL where nothing is left. Applied to its own
-- result it changes nothing. Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION identity.name_words(p_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_words text := ref.match_key(identity.transliterate(p_name));
    v_last text;
BEGIN
    IF v_words ~ '[0-9]' THEN
        v_words := regexp_replace(v_words, '(?<=[[:alpha:]])(?=[0-9])|(?<=[0-9])(?=[[:alpha:]])', ' ', 'g');
        v_words := regexp_replace(v_words, '\m(?:NO|NR|NRO|NUM|NUMERO|NUMBER|N) (?=[0-9])', '', 'g');
        v_words := regexp_replace(v_words, '\m0+(?=[0-9])', '', 'g');
    END IF;
    IF v_words ~ '^(?:[MFSBRLK] [VTSMPKB]|M F V|[MFSR]V|F ?T|MFV|MSV|KM|BM|BP|LM|PSV) [[:alnum:]]' THEN
        v_words := regexp_replace(v_words, '^(?:(?:[MFSBRLK] [VTSMPKB]|M F V|[MFSR]V|F ?T|MFV|MSV|KM|BM|BP|LM|PSV) )+(?=[[:alnum:]])', '');
    END IF;
    v_last := substring(v_words FROM ' ([[:alpha:]]+)$');
    IF v_last IS NOT NULL THEN
        v_last := jsonb '{
            "I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "X": "10",
            "XI": "11", "XII": "12", "XIII": "13", "XIV": "14", "XV": "15", "XVI": "16", "XVII": "17", "XVIII": "18",
            "XIX": "19", "XX": "20", "XXI": "21", "XXII": "22", "XXIII": "23", "XXIV": "24", "XXV": "25",
            "ONE": "1", "TWO": "2", "THREE": "3", "FOUR": "4", "FIVE": "5", "SIX": "6", "SEVEN": "7", "EIGHT": "8",
            "NINE": "9", "TEN": "10", "ELEVEN": "11", "TWELVE": "12",
            "FIRST": "1", "SECOND": "2", "THIRD": "3",
            "UNO": "1", "PRIMERO": "1", "PRIMERA": "1", "PRIMEIRO": "1", "PRIMO": "1", "UN": "1",
            "DOS": "2", "SEGUNDO": "2", "SEGUNDA": "2", "DOIS": "2", "DEUX": "2",
            "TRES": "3", "TERCERO": "3", "TERCERA": "3", "TERCEIRO": "3", "TROIS": "3",
            "CUATRO": "4", "QUATRO": "4", "QUATRE": "4", "CUARTO": "4", "CINCO": "5", "CINQ": "5", "QUINTO": "5",
            "SEIS": "6", "SIETE": "7", "SETE": "7", "SEPT": "7", "OCHO": "8", "OITO": "8", "HUIT": "8",
            "NUEVE": "9", "NOVE": "9", "NEUF": "9", "DIEZ": "10", "DEZ": "10"}' ->> v_last;
        IF v_last IS NOT NULL THEN
            v_words := regexp_replace(v_words, '[[:alpha:]]+$', v_last);
        END IF;
    END IF;
    RETURN nullif(v_words, '');
END
$$;

COMMENT ON FUNCTION identity.name_words(text) IS
    'Words of a name for matching: ''F/V Lu Rong Yuan Yu No.668'' → ''LU RONG YUAN YU 668''; ''VICTORY III'' → ''VICTORY 3''.';
