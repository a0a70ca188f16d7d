-- clean.month_number: the number of a month's name in English, Spanish, Portuguese, French, German, Italian, Dutch,
-- the Nordic languages and Russian, full or shortened.
--
-- Promises: 1 to 12, or NULL where the word is no month. Decided by the first letters that tell the months apart.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.month_number(p_word text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_word ~* '^(jan|janv|ene|gen|янв|yan)[[:alpha:]]*$' THEN 1
    WHEN p_word ~* '^(feb|fev|fév|fevr|février|фев)[[:alpha:]]*$' THEN 2
    WHEN p_word ~* '^(mar|mär|mrz|maa|mrt|мар)[[:alpha:]]*$' AND p_word !~* '^mars?ei' THEN 3
    WHEN p_word ~* '^(apr|abr|avr|апр)[[:alpha:]]*$' THEN 4
    WHEN p_word ~* '^(may|mai|mag|maj|mei|май|мая)[[:alpha:]]*$' THEN 5
    WHEN p_word ~* '^(jun|juin|giu|июн)[[:alpha:]]*$' THEN 6
    WHEN p_word ~* '^(jul|juil|lug|июл)[[:alpha:]]*$' THEN 7
    WHEN p_word ~* '^(aug|ago|aoû|aou|авг)[[:alpha:]]*$' THEN 8
    WHEN p_word ~* '^(sep|set|сен)[[:alpha:]]*$' THEN 9
    WHEN p_word ~* '^(oct|okt|out|ott|окт)[[:alpha:]]*$' THEN 10
    WHEN p_word ~* '^(nov|ноя)[[:alpha:]]*$' THEN 11
    WHEN p_word ~* '^(dec|dic|dez|déc|des|дек)[[:alpha:]]*$' THEN 12
END;

COMMENT ON FUNCTION clean.month_number(text) IS 'Month of a name or its short form, in twelve languages: ''MAY'', ''mayo'', ''мая'' → 5.';
