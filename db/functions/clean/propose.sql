-- clean.propose: what a text that failed its validator most likely is, and of which field.
--
-- Promises: at most one proposal; proposal_field differs from the reading's where the text is another identifier in the
-- wrong column. Both NULL where nothing suggests itself. Reads the vocabularies, locks nothing.
CREATE OR REPLACE FUNCTION clean.propose(
    p_raw text, p_cleaned text, p_reading stage.readings, OUT proposal text, OUT proposal_field text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := upper(clean.fold(p_raw));
    v_digits text := regexp_replace(v_text, '[^0-9]', '', 'g');
    v_kind text := (p_reading).kind;
BEGIN
    proposal_field := (p_reading).field;
    IF v_kind IN ('mmsi', 'ircs') AND clean.validate_imo(clean.normalise_imo(p_raw)) THEN
        proposal := clean.normalise_imo(p_raw);
        proposal_field := 'IMO';
    ELSIF v_kind IN ('imo', 'ircs') AND clean.validate_mmsi(clean.normalise_mmsi(p_raw)) THEN
        proposal := clean.normalise_mmsi(p_raw);
        proposal_field := 'MMSI';
    ELSIF v_kind IN ('imo', 'mmsi') AND v_text ~ '[A-Z]' AND clean.validate_call_sign(clean.normalise_call_sign(p_raw)) THEN
        proposal := clean.normalise_call_sign(p_raw);
        proposal_field := 'IRCS';
    ELSIF v_kind = 'imo' THEN
        proposal := (
            SELECT m[1] FROM regexp_matches(v_text, '(?:^|[^0-9])([0-9]{7})(?![0-9])', 'g') AS m
            WHERE clean.validate_imo(m[1]) LIMIT 1);
    ELSIF v_kind = 'ircs' THEN
        -- a zero for the letter O in the prefix, or a call sign among other words
        proposal := (
            SELECT t.text FROM (
                SELECT overlay(p_cleaned PLACING 'O' FROM 2 FOR 1) AS text, 1 AS rank WHERE p_cleaned ~ '^[A-Z]0'
                UNION ALL
                SELECT word, 2 FROM regexp_split_to_table(v_text, '[^A-Z0-9]+') AS word
            ) AS t
            WHERE clean.validate_call_sign(t.text) AND t.text ~ '[0-9]' ORDER BY t.rank LIMIT 1);
    ELSIF v_kind = 'country' THEN
        proposal := (
            SELECT string_agg(DISTINCT clean.country_of(part, clean.source_name_of(p_reading)), '; ')
            FROM regexp_split_to_table(v_text, '[,/;&]| - ') AS part);
    ELSIF v_kind = 'date' AND v_text ~ '^[2-6][0-9]{4}([.]0)?$' THEN
        -- a spreadsheet's day number
        proposal := to_char(date '1899-12-30' + left(v_text, 5)::integer, 'YYYY-MM-DD');
    ELSIF v_kind = 'length' AND p_cleaned ~ '^[0-9]{1,9}([.][0-9]+)?$' THEN
        proposal := (
            SELECT trim_scale(round(p_cleaned::numeric * u.factor, 2))::text FROM ref.unit AS u
            CROSS JOIN clean.bounds_of(p_reading) AS b
            WHERE u.dimension = 'length' AND u.unit IN ('cm', 'mm', 'ft')
                AND round(p_cleaned::numeric * u.factor, 2) BETWEEN b.minimum AND b.maximum
            ORDER BY array_position(ARRAY['cm', 'mm', 'ft'], u.unit) LIMIT 1);
    ELSIF v_kind IN ('gear', 'vessel_type', 'species', 'area', 'rfmo') THEN
        proposal := p_cleaned;
    END IF;
    IF proposal IS NULL THEN
        proposal_field := NULL;
    END IF;
END
$$;

COMMENT ON FUNCTION clean.propose(text, text, stage.readings) IS
    'Most likely value and field of a text that failed: an IMO under MMSI, ''H0-3272'' → ''HO3272'', centimetres as metres.';
