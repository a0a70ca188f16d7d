-- 0003_ref: vocabularies. Shipped rows come from db/reference/*.csv; operators add their own with plain SQL.

-- ref.match_key: the key under which two spellings of one name meet. It lives in the versioned lane because generated
-- columns store it. Promises: upper case, no diacritics, every run of punctuation one blank; '' where nothing is left.
CREATE FUNCTION ref.match_key(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    replace(replace(replace(replace(
        translate(
            upper(regexp_replace(normalize(p_text, NFKD), U&'[\0300-\036F\064B-\065F]', '', 'g')),
            U&'\00D8\00D0\0110\0141\0131', 'ODDLI'),
        U&'\00C6', 'AE'), U&'\0152', 'OE'), U&'\00DE', 'TH'), U&'\00DF', 'SS'),
    '[^[:alnum:]]+', ' ', 'g'));
COMMENT ON FUNCTION ref.match_key(text) IS
    'Key under which spellings meet: ''Côte d’Ivoire'' and ''COTE D IVOIRE'' share one. Stored in generated columns.';

-- ref.trigrams: the sets of three neighbouring signs in a key's words, each word padded with blanks. Generated columns
-- store it. Promises: distinct trigrams; '{}' for an empty key.
CREATE FUNCTION ref.trigrams(p_key text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT substr(w.padded, i, 3)), '{}')
    FROM (SELECT '  ' || word || ' ' AS padded FROM regexp_split_to_table(p_key, ' ') AS word WHERE word <> '') AS w
    CROSS JOIN LATERAL generate_series(1, length(w.padded) - 2) AS i;
END;
COMMENT ON FUNCTION ref.trigrams(text) IS 'Trigrams of a key, for telling how alike two headers are.';

CREATE TABLE ref.field (
    field text PRIMARY KEY CHECK (field ~ '^[A-Z][A-Z0-9_]*$'),
    kind text NOT NULL CHECK (kind IN (
        'name', 'imo', 'mmsi', 'ircs', 'eu_cfr', 'registration', 'country', 'date', 'year', 'length', 'tonnage', 'power',
        'volume', 'mass', 'speed', 'count', 'unit', 'gear', 'vessel_type', 'species', 'area', 'rfmo', 'boolean', 'text')),
    dimension text,
    base_unit text,
    unit_field text,
    description text NOT NULL,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ref.field IS 'What a column can mean. The kind of a field fixes the form of its clean value.';
COMMENT ON COLUMN ref.field.dimension IS 'Vocabulary of ref.unit that measures (or, for kind unit, names) this field.';
COMMENT ON COLUMN ref.field.base_unit IS 'Unit of the clean value.';
COMMENT ON COLUMN ref.field.unit_field IS 'Field of the column that, where a list has one, names the unit of this field row by row.';

CREATE TABLE ref.country (
    iso3 text PRIMARY KEY CHECK (iso3 ~ '^[A-Z]{3}$'),
    iso2 text UNIQUE CHECK (iso2 ~ '^[A-Z]{2}$'),
    name text NOT NULL,
    status text NOT NULL DEFAULT 'state' CHECK (status IN ('state', 'territory', 'union')),
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ref.country IS 'Flags by ISO 3166-1 alpha-3; EUE is the European Union itself.';

CREATE TABLE ref.country_alias (
    alias text NOT NULL,
    source_name text,
    iso3 text REFERENCES ref.country,
    null_reason text,
    language text,
    alias_key text NOT NULL GENERATED ALWAYS AS (ref.match_key(alias)) STORED,
    shipped boolean NOT NULL DEFAULT false,
    CHECK ((iso3 IS NULL) <> (null_reason IS NULL)),
    UNIQUE NULLS NOT DISTINCT (alias, source_name)
);
CREATE INDEX country_alias_key ON ref.country_alias (alias_key);
COMMENT ON TABLE ref.country_alias IS
    'Spellings of a flag, in any language or of one source alone (source_name); or why such a text names no flag.';

CREATE TABLE ref.mid (
    mid text PRIMARY KEY CHECK (mid ~ '^[2-7][0-9]{2}$'),
    iso3 text NOT NULL REFERENCES ref.country,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ref.mid IS 'Maritime identification digits: the first three of a ship station''s MMSI. Source: ITU-R M.585.';

CREATE TABLE ref.call_sign_series (
    series_start text NOT NULL CHECK (series_start ~ '^[A-Z0-9]{3}$'),
    series_end text NOT NULL CHECK (series_end ~ '^[A-Z0-9]{3}$'),
    iso3 text REFERENCES ref.country,
    holder text NOT NULL,
    prefix text NOT NULL GENERATED ALWAYS AS (left(series_start, 2)) STORED,
    shipped boolean NOT NULL DEFAULT false,
    PRIMARY KEY (series_start, series_end),
    CHECK (series_start <= series_end)
);
CREATE INDEX call_sign_series_prefix ON ref.call_sign_series (prefix);
COMMENT ON TABLE ref.call_sign_series IS
    'International call-sign series (ITU Radio Regulations, appendix 42). iso3 is NULL where an organisation holds it.';

CREATE TABLE ref.gear (
    code text PRIMARY KEY,
    isscfg_code text,
    name text NOT NULL,
    system text NOT NULL DEFAULT 'ISSCFG',
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ref.gear IS 'Fishing gear codes: ISSCFG letters, and the codes that registries add to them (system says whose).';

CREATE TABLE ref.gear_alias (
    alias text NOT NULL,
    source_name text,
    code text NOT NULL REFERENCES ref.gear,
    alias_key text NOT NULL GENERATED ALWAYS AS (ref.match_key(alias)) STORED,
    shipped boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (alias, source_name)
);
CREATE INDEX gear_alias_key ON ref.gear_alias (alias_key);
COMMENT ON TABLE ref.gear_alias IS 'Spellings and foreign codes of a gear, global or of one source.';

CREATE TABLE ref.vessel_type (
    code text PRIMARY KEY,
    isscfv_code text,
    name text NOT NULL,
    system text NOT NULL DEFAULT 'ISSCFV',
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ref.vessel_type IS 'Vessel type codes: ISSCFV letters, and the codes that registries add to them (system says whose).';

CREATE TABLE ref.vessel_type_alias (
    alias text NOT NULL,
    source_name text,
    code text NOT NULL REFERENCES ref.vessel_type,
    alias_key text NOT NULL GENERATED ALWAYS AS (ref.match_key(alias)) STORED,
    shipped boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (alias, source_name)
);
CREATE INDEX vessel_type_alias_key ON ref.vessel_type_alias (alias_key);
COMMENT ON TABLE ref.vessel_type_alias IS 'Spellings and foreign codes of a vessel type, global or of one source.';

CREATE TABLE ref.species (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z0-9]{3}$'),
    scientific_name text,
    name text,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ref.species IS
    'Species by ASFIS 3-alpha code. A short list is shipped; ref.load_species reads the full one from a file you have.';

CREATE TABLE ref.area (
    code text PRIMARY KEY,
    name text NOT NULL,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ref.area IS 'FAO major fishing areas and subareas by number.';

CREATE TABLE ref.rfmo (
    code text PRIMARY KEY,
    name text NOT NULL,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ref.rfmo IS 'Regional fisheries bodies by acronym.';

CREATE TABLE ref.rfmo_alias (
    alias text PRIMARY KEY,
    code text NOT NULL REFERENCES ref.rfmo,
    alias_key text NOT NULL GENERATED ALWAYS AS (ref.match_key(alias)) STORED,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ref.rfmo_alias IS 'Other spellings of a regional fisheries body.';

CREATE TABLE ref.port (
    port_id text PRIMARY KEY,
    name text NOT NULL,
    country text,
    latitude numeric,
    longitude numeric,
    name_key text NOT NULL GENERATED ALWAYS AS (ref.match_key(name)) STORED,
    shipped boolean NOT NULL DEFAULT false
);
CREATE INDEX port_name_key ON ref.port (name_key);
COMMENT ON TABLE ref.port IS 'Ports: World Port Index is shipped; ref.load_locations adds UN/LOCODE from a file you have.';

CREATE TABLE ref.unit (
    unit text NOT NULL,
    dimension text NOT NULL,
    factor numeric,
    base_unit text,
    description text NOT NULL,
    shipped boolean NOT NULL DEFAULT false,
    PRIMARY KEY (dimension, unit),
    CHECK ((factor IS NULL) = (base_unit IS NULL))
);
COMMENT ON TABLE ref.unit IS
    'Units and kinds of measure by dimension (length, power, …, length_type, tonnage_type). factor × value is in base_unit.';

CREATE TABLE ref.unit_alias (
    alias text NOT NULL,
    dimension text NOT NULL,
    unit text NOT NULL,
    alias_key text NOT NULL GENERATED ALWAYS AS (lower(btrim(alias, ' .'))) STORED,
    shipped boolean NOT NULL DEFAULT false,
    PRIMARY KEY (dimension, alias),
    FOREIGN KEY (dimension, unit) REFERENCES ref.unit (dimension, unit)
);
COMMENT ON TABLE ref.unit_alias IS 'Spellings of a unit, without case and outer dots: metres, mtrs, pies, CV, PS, Eslora total.';

CREATE TABLE ref.placeholder (
    placeholder text NOT NULL,
    match text NOT NULL DEFAULT 'text' CHECK (match IN ('text', 'regex')),
    null_reason text NOT NULL CHECK (null_reason IN (
        'blank', 'not_applicable', 'unknown', 'pending', 'not_eligible', 'none', 'masked', 'open_ended')),
    source_type text NOT NULL DEFAULT 'GLOBAL',
    source_name text,
    field text REFERENCES ref.field,
    kind text,
    shipped boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (placeholder, match, source_type, source_name, field, kind)
);
COMMENT ON TABLE ref.placeholder IS
    'Texts that say there is no value, and why. text: equal to the folded upper-case cell; regex: matches it. '
    'The most specific row wins: source before GLOBAL, field before kind before any.';

CREATE TABLE ref.header_alias (
    alias text NOT NULL,
    source_type text NOT NULL DEFAULT 'GLOBAL',
    source_name text,
    field text REFERENCES ref.field,
    unit text,
    language text,
    alias_key text NOT NULL GENERATED ALWAYS AS (ref.match_key(alias)) STORED,
    trigrams text[] NOT NULL GENERATED ALWAYS AS (ref.trigrams(ref.match_key(alias))) STORED,
    shipped boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (alias, source_type, source_name)
);
CREATE INDEX header_alias_key ON ref.header_alias (alias_key);
COMMENT ON TABLE ref.header_alias IS
    'What a header means. field NULL: known, and plain text on purpose. A source''s own row wins over GLOBAL.';
COMMENT ON COLUMN ref.header_alias.unit IS 'Unit that the header implies where the words alone do not name one.';
