-- 0010_analysts: search by name without an extension, indexes for look-ups, and organisations that see only their vessels.

-- curated.search_key: a name as search compares it.
--
-- Promises: capital letters and digits of one alphabet, words apart by one blank: no diacritics, Cyrillic transliterated,
-- apostrophes dropped, every other sign a blank. Letters of other scripts stay. '' where nothing remains. Of a key it is
-- the key itself.
-- Pure: reads no table, may be called any number of times. Indexes depend on it: never change it without rebuilding them.
CREATE FUNCTION curated.search_key(p_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key text;
BEGIN
    IF p_name ~ '^[A-Z0-9]+( [A-Z0-9]+)*$' THEN
        RETURN p_name;
    END IF;
    -- A composed letter becomes its base letter and marks, and the marks go.
    v_key := regexp_replace(normalize(upper(p_name), NFD), U&'[\0300-\036F]', '', 'g');
    v_key := translate(v_key, 'ØĐÐŁĦŊıªº''’‘`´', 'ODDLHNIAO');
    v_key := replace(replace(replace(replace(v_key, 'Æ', 'AE'), 'Œ', 'OE'), 'Þ', 'TH'), 'ß', 'SS');
    IF v_key ~ U&'[\0400-\04FF]' THEN
        v_key := translate(v_key, 'АБВГДЕЗИКЛМНОПРСТУФЫЭІЄҐЪЬ', 'ABVGDEZIKLMNOPRSTUFYEIEG');
        v_key := replace(replace(replace(replace(v_key, 'Ж', 'ZH'), 'Х', 'KH'), 'Ц', 'TS'), 'Ч', 'CH');
        v_key := replace(replace(replace(replace(v_key, 'Щ', 'SHCH'), 'Ш', 'SH'), 'Ю', 'YU'), 'Я', 'YA');
    END IF;
    RETURN btrim(regexp_replace(v_key, '[^[:alnum:]]+', ' ', 'g'));
END
$$;
COMMENT ON FUNCTION curated.search_key(text) IS
    'A name as search compares it: ''São Pedro N.º 3'' → ''SAO PEDRO N O 3'', ''ВОСТОК-1'' → ''VOSTOK 1''.';

-- curated.name_tokens: what a name is found by: its words, each word with one letter left out, and the number of words.
--
-- Promises: two words that differ by one typing slip (a letter too many, too few, wrong, or two swapped) share a token.
-- Words with a digit and words of fewer than four letters are found as they are, because there one letter makes another
-- name; words of more than 30 letters too. The words of a name written as one are a token as well. '#2' says two words.
-- Pure: reads no table, may be called any number of times. An index depends on it: never change it without rebuilding that.
CREATE FUNCTION curated.name_tokens(p_name text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_words text[] := string_to_array(curated.search_key(p_name), ' ');
    v_tokens text[] := v_words || ('#' || cardinality(v_words));
    v_word text;
BEGIN
    IF cardinality(v_words) > 1 THEN
        v_tokens := v_tokens || array_to_string(v_words, '');
    END IF;
    FOREACH v_word IN ARRAY v_words LOOP
        CONTINUE WHEN length(v_word) NOT BETWEEN 4 AND 30 OR v_word ~ '\d';
        FOR v_place IN 1..length(v_word) LOOP
            v_tokens := v_tokens || (left(v_word, v_place - 1) || substr(v_word, v_place + 1));
        END LOOP;
    END LOOP;
    RETURN v_tokens;
END
$$;
COMMENT ON FUNCTION curated.name_tokens(text) IS
    'What a name is found by: ''ANNA 3'' → {ANNA,3,#2,ANNA3,NNA,ANA,ANA,ANN}. Two words with one slip between them share a token.';

CREATE INDEX names_key ON curated.names (curated.search_key(name) text_pattern_ops);
CREATE INDEX names_tokens ON curated.names USING gin (curated.name_tokens(name));

ALTER TABLE curated.vessels ADD COLUMN listed_by text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN curated.vessels.listed_by IS 'Sources whose lists list it now, in alphabetical order.';
CREATE INDEX vessels_flag ON curated.vessels (flag_state);
CREATE INDEX vessels_gear ON curated.vessels USING gin (gear_types);
CREATE INDEX vessels_listed_by ON curated.vessels USING gin (listed_by);
CREATE INDEX authorisations_ends ON curated.authorisations (ends_on);

-- Organisations. Who is a member of an organisation's role, and of oceanid_organisation, sees the vessels that the
-- organisation's rows name, with everything known about them, and no others.
CREATE TABLE curated.organisation (
    organisation text PRIMARY KEY CHECK (btrim(organisation) <> ''),
    role_name name NOT NULL UNIQUE CHECK (role_name !~ '^(oceanid_|pg_)'),
    description text,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE curated.organisation IS 'Organisations whose analysts see only some vessels, and the database role of each.';
COMMENT ON COLUMN curated.organisation.organisation IS 'Its name.';
COMMENT ON COLUMN curated.organisation.role_name IS 'Role of its analysts: they log in as it, or are members of it.';
COMMENT ON COLUMN curated.organisation.description IS 'What it is, for people.';
COMMENT ON COLUMN curated.organisation.created_at IS 'When it was entered.';

CREATE TABLE curated.organisation_access (
    organisation text NOT NULL REFERENCES curated.organisation ON DELETE CASCADE,
    attribute text NOT NULL CHECK (attribute IN ('flag_state', 'listed_by')),
    value text NOT NULL CHECK (btrim(value) <> ''),
    granted_at timestamptz NOT NULL DEFAULT now(),
    granted_by name NOT NULL DEFAULT CURRENT_USER,
    note text,
    PRIMARY KEY (organisation, attribute, value)
);
COMMENT ON TABLE curated.organisation_access IS
    'Which vessels an organisation sees: those of a flag, and those that a source lists. Each row adds vessels.';
COMMENT ON COLUMN curated.organisation_access.organisation IS 'The organisation.';
COMMENT ON COLUMN curated.organisation_access.attribute IS 'Column of curated.vessels that is compared: flag_state or listed_by.';
COMMENT ON COLUMN curated.organisation_access.value IS 'A flag (ISO 3166-1 alpha-3), or the name of a source such as NAFO.';
COMMENT ON COLUMN curated.organisation_access.granted_at IS 'When it was granted.';
COMMENT ON COLUMN curated.organisation_access.granted_by IS 'Role that granted it.';
COMMENT ON COLUMN curated.organisation_access.note IS 'Why, for people.';

-- Row-level security. Everyone but organisations sees all rows that their grants let them read. What an organisation sees
-- is decided once, at curated.vessels; everything else follows the vessel.
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'vessels', 'record_versions', 'names', 'identifiers', 'flags', 'authorisations', 'associates', 'metrics', 'builds',
        'attributes', 'organisation', 'organisation_access'
    ] LOOP
        EXECUTE format('ALTER TABLE curated.%I ENABLE ROW LEVEL SECURITY', v_table);
        EXECUTE format(
            'CREATE POLICY staff ON curated.%I TO oceanid_worker, oceanid_operator USING (true) WITH CHECK (true)', v_table);
        EXECUTE format(
            'CREATE POLICY reading ON curated.%I FOR SELECT TO oceanid_analyst, oceanid_reviewer USING (true)', v_table);
    END LOOP;
    FOREACH v_table IN ARRAY ARRAY[
        'names', 'identifiers', 'flags', 'authorisations', 'associates', 'metrics', 'builds', 'attributes'
    ] LOOP
        EXECUTE format(
            'CREATE POLICY organisation ON curated.%1$I FOR SELECT TO oceanid_organisation USING (EXISTS ('
            'SELECT FROM curated.record_versions AS v WHERE v.record_version_id = %1$I.record_version_id))', v_table);
    END LOOP;
END
$$;
CREATE POLICY organisation ON curated.organisation FOR SELECT TO oceanid_organisation
USING (EXISTS (
    SELECT FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = organisation.role_name AND pg_catalog.pg_has_role(r.oid, 'USAGE')));
CREATE POLICY organisation ON curated.organisation_access FOR SELECT TO oceanid_organisation
USING (organisation IN (SELECT o.organisation FROM curated.organisation AS o));
CREATE POLICY organisation ON curated.vessels FOR SELECT TO oceanid_organisation
USING (
    flag_state = ANY (ARRAY(SELECT a.value FROM curated.organisation_access AS a WHERE a.attribute = 'flag_state'))
    OR listed_by && ARRAY(SELECT a.value FROM curated.organisation_access AS a WHERE a.attribute = 'listed_by'));
CREATE POLICY organisation ON curated.record_versions FOR SELECT TO oceanid_organisation
USING (EXISTS (SELECT FROM curated.vessels AS s WHERE s.id = record_versions.vessel_id));
