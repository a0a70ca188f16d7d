-- 0004_stage: documents, their raw cells, the distinct values these point at, and the rules and policies that clean them.
--
-- A document is stored the way a columnar file is: every column has a dictionary of its distinct raw texts
-- (stage.raw_values) and every row is an array of dictionary numbers (stage.rows). Both are written once and never
-- updated. What cleaning makes of a text is a row of stage.distinct_values, shared by every document of the source;
-- stage.cell_values links the two. stage.cells and stage.csv_extractions show one row per cell.
-- Big tables carry no foreign keys: documents are written and removed as wholes, and ops.conservation proves the links.

CREATE TABLE stage.source (
    source_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_type text NOT NULL CHECK (source_type ~ '^[A-Z][A-Z0-9_]*$' AND source_type <> 'GLOBAL'),
    source_name text NOT NULL CHECK (btrim(source_name) <> ''),
    trust text NOT NULL DEFAULT 'standard' CHECK (trust IN ('low', 'standard', 'high')),
    description text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_type, source_name)
);
COMMENT ON TABLE stage.source IS 'Who publishes lists: source_type (RFMO, COUNTRY, …), name, and how far it is trusted.';
COMMENT ON COLUMN stage.source.trust IS 'high lowers every threshold of the gate by 0.02, low raises it by 0.02.';

CREATE TABLE stage.documents (
    document_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    source_id integer NOT NULL REFERENCES stage.source,
    list_name text NOT NULL DEFAULT 'vessels',
    version_no integer NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    file_name text NOT NULL,
    byte_size bigint NOT NULL,
    object_key text NOT NULL,
    read_options jsonb NOT NULL DEFAULT '{}',
    status text NOT NULL DEFAULT 'received' CHECK (status IN ('received', 'read', 'cleaned', 'gated', 'rejected')),
    rejection text,
    format text,
    encoding text,
    encoding_method text,
    delimiter text,
    sheet_name text,
    header_row integer,
    header_height integer,
    preamble jsonb,
    row_count integer,
    column_count integer,
    warnings jsonb NOT NULL DEFAULT '[]',
    received_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz,
    cleaned_at timestamptz,
    gated_at timestamptz,
    UNIQUE (source_id, sha256),
    UNIQUE (source_id, list_name, version_no),
    CHECK ((status = 'rejected') = (rejection IS NOT NULL))
);
COMMENT ON TABLE stage.documents IS
    'One row per file and source: the same bytes of a source are one document; a new file of a list is its next version.';
COMMENT ON COLUMN stage.documents.read_options IS 'What the operator declared instead of having it detected: encoding, delimiter, sheet, header_row.';
COMMENT ON COLUMN stage.documents.preamble IS 'What stands above the header, line by line, as it was.';
COMMENT ON COLUMN stage.documents.warnings IS 'What the reader noticed and kept: ragged rows, NUL bytes, duplicate headers.';

CREATE TABLE stage.rows (
    document_id bigint NOT NULL,
    row_index integer NOT NULL CHECK (row_index > 0),
    source_line integer NOT NULL,
    value_nos integer[] NOT NULL,
    PRIMARY KEY (document_id, row_index)
);
COMMENT ON TABLE stage.rows IS
    'One row per data row: element n is the dictionary number of column n''s cell; 0 where the row ends before column n.';
COMMENT ON COLUMN stage.rows.row_index IS 'First row under the header is 1; rows without any text are not stored but counted.';
COMMENT ON COLUMN stage.rows.source_line IS 'Line or sheet row where the row begins in the file, from 1.';

CREATE TABLE stage.raw_values (
    document_id bigint NOT NULL,
    column_position smallint NOT NULL CHECK (column_position > 0),
    value_no integer NOT NULL CHECK (value_no > 0),
    raw_type "char" NOT NULL CHECK (raw_type IN ('s', 'n', 'd', 'b')),
    raw_value text NOT NULL,
    cell_count integer NOT NULL CHECK (cell_count > 0),
    PRIMARY KEY (document_id, column_position, value_no)
);
COMMENT ON TABLE stage.raw_values IS
    'A column''s dictionary: its raw texts, exactly as read, and how many cells hold each. Written once. A text may stand '
    'twice under two numbers, because the reader numbers block by block to keep its memory flat.';
COMMENT ON COLUMN stage.raw_values.raw_type IS 's text, n number, d date, b boolean: how the file typed the cell (CSV: always s).';

CREATE TABLE stage.readings (
    reading_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id integer NOT NULL REFERENCES stage.source,
    field text REFERENCES ref.field,
    kind text NOT NULL,
    date_order text CHECK (date_order IN ('DMY', 'MDY', 'YMD')),
    decimal_sign text CHECK (decimal_sign IN ('.', ',')),
    unit text,
    separators text,
    UNIQUE NULLS NOT DISTINCT (source_id, field, kind, date_order, decimal_sign, unit, separators)
);
COMMENT ON TABLE stage.readings IS
    'How a column''s text is to be read: decided once per column from its own evidence, shared by columns that agree.';
COMMENT ON COLUMN stage.readings.unit IS 'Unit of numbers that do not name their own; ''?'' where the row names one that the field cannot take.';
COMMENT ON COLUMN stage.readings.separators IS 'Characters that separate several values of one cell, as a bracket expression body.';

CREATE TABLE stage.columns (
    document_id bigint NOT NULL REFERENCES stage.documents ON DELETE CASCADE,
    column_position smallint NOT NULL,
    header_raw text,
    column_name text NOT NULL,
    field text REFERENCES ref.field,
    kind text NOT NULL DEFAULT 'text',
    mapping_method text CHECK (mapping_method IN ('source alias', 'alias', 'fuzzy header', 'content', 'decision', 'none')),
    mapping_confidence real,
    suggestions jsonb,
    evidence jsonb,
    unit_position smallint,
    reading_id integer REFERENCES stage.readings,
    needs_review boolean NOT NULL DEFAULT false,
    review_reason text,
    PRIMARY KEY (document_id, column_position),
    UNIQUE (document_id, column_name)
);
COMMENT ON TABLE stage.columns IS 'A document''s columns: header as read, unique name, the field it means and how sure that is.';
COMMENT ON COLUMN stage.columns.unit_position IS 'Column of the same row that names the unit of this one.';
COMMENT ON COLUMN stage.columns.evidence IS 'What the column''s values look like: shares of a sample that pass each test.';

CREATE TABLE stage.distinct_values (
    value_id bigint GENERATED ALWAYS AS IDENTITY,
    reading_id integer NOT NULL,
    raw_type "char" NOT NULL,
    raw_value text NOT NULL,
    cleaned_value text,
    null_reason text,
    rule_chain integer[] NOT NULL DEFAULT '{}',
    similarity real,
    score real,
    confidence real,
    threshold real,
    needs_review boolean NOT NULL,
    review_rule_id integer,
    review_reason text,
    failed_part text,
    proposal text,
    proposal_field text,
    cleaned_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (value_id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX distinct_values_text ON stage.distinct_values (reading_id, hashtextextended(raw_value, 0), raw_type);
CREATE INDEX distinct_values_review ON stage.distinct_values (reading_id) WHERE needs_review;
COMMENT ON TABLE stage.distinct_values IS
    'What cleaning made of one raw text under one reading; every cell of every document that shares both points here.';
COMMENT ON COLUMN stage.distinct_values.rule_chain IS 'Rules that fired, in order; a negative id is a validator that failed.';
COMMENT ON COLUMN stage.distinct_values.review_rule_id IS 'The validator that must hold and did not; NULL where the confidence is too low.';
COMMENT ON COLUMN stage.distinct_values.failed_part IS 'Of several values in one cell, the first that failed: what the review is about.';
COMMENT ON COLUMN stage.distinct_values.score IS 'Composite score: ranks values; not a probability.';
COMMENT ON COLUMN stage.distinct_values.confidence IS 'Score calibrated for the field: what the gate compares with the threshold.';
COMMENT ON COLUMN stage.distinct_values.proposal IS 'What the machine would write if it had to; never applied by itself.';

CREATE TABLE stage.cell_values (
    document_id bigint NOT NULL,
    column_position smallint NOT NULL,
    value_no integer NOT NULL,
    unit_no integer NOT NULL DEFAULT 0,
    cell_count integer NOT NULL,
    value_id bigint NOT NULL,
    PRIMARY KEY (document_id, column_position, value_no, unit_no)
);
CREATE INDEX cell_values_value ON stage.cell_values (value_id);
COMMENT ON TABLE stage.cell_values IS
    'From a dictionary number (with the row''s unit where the column has one) to the value that cleaning made of it. '
    'Derived: clean.reclean writes it anew.';

CREATE TABLE stage.cell_findings (
    document_id bigint NOT NULL,
    row_index integer NOT NULL,
    column_position smallint NOT NULL,
    finding text NOT NULL,
    effect real NOT NULL,
    needs_review boolean NOT NULL DEFAULT false,
    reason text NOT NULL,
    PRIMARY KEY (document_id, row_index, column_position, finding)
);
COMMENT ON TABLE stage.cell_findings IS
    'What only the whole row shows (MMSI of another state than the flag, …): sparse, and added to the cell''s confidence.';

CREATE TABLE stage.cleaning_rules (
    rule_id integer GENERATED BY DEFAULT AS IDENTITY (START WITH 10000) PRIMARY KEY,
    rule_name text NOT NULL UNIQUE,
    source_type text NOT NULL DEFAULT 'GLOBAL',
    source_name text,
    field text REFERENCES ref.field,
    field_kind text,
    kind text NOT NULL CHECK (kind IN ('replace', 'normalise', 'validate', 'null')),
    pattern text NOT NULL,
    replacement text,
    priority integer NOT NULL DEFAULT 500,
    base_confidence real NOT NULL DEFAULT 0 CHECK (base_confidence BETWEEN -1 AND 1),
    penalty real NOT NULL DEFAULT 0 CHECK (penalty BETWEEN 0 AND 1),
    must_hold boolean NOT NULL DEFAULT false,
    review_scope text NOT NULL DEFAULT 'value' CHECK (review_scope IN ('value', 'reading')),
    enabled boolean NOT NULL DEFAULT true,
    description text NOT NULL,
    shipped boolean NOT NULL DEFAULT false,
    CHECK ((field IS NOT NULL) OR (field_kind IS NOT NULL)),
    CHECK (kind IN ('replace', 'null') = (replacement IS NOT NULL)),
    -- a broken expression is refused here, before it stands in the way of every document
    CHECK (kind NOT IN ('replace', 'null') OR ('' ~ pattern) IS NOT NULL)
);
COMMENT ON TABLE stage.cleaning_rules IS
    'Cleaning, rule by rule. replace: regular expression and replacement. normalise: function clean.<pattern>(text, '
    'stage.readings) returns text. validate: function clean.<pattern>(text, stage.readings) returns boolean. null: '
    'expression whose match means no value, replacement is the reason. Lower priority runs first, at most three passes.';
COMMENT ON COLUMN stage.cleaning_rules.base_confidence IS 'Added to the score when the rule fires (validate: when it holds), × 0.9 per earlier rule.';
COMMENT ON COLUMN stage.cleaning_rules.penalty IS 'Taken from the score when a validator does not hold.';
COMMENT ON COLUMN stage.cleaning_rules.must_hold IS 'A validator without which no confidence suffices: the value is reviewed, with the description as its reason.';
COMMENT ON COLUMN stage.cleaning_rules.review_scope IS
    'What one human answer settles when must_hold fails: the value, or everything read the same way (a date order, a unit).';
COMMENT ON COLUMN stage.cleaning_rules.field_kind IS 'Kind of field that the rule is for, where field is NULL.';

CREATE TABLE stage.field_policy (
    field text PRIMARY KEY REFERENCES ref.field,
    threshold real CHECK (threshold BETWEEN 0 AND 1),
    minimum numeric,
    maximum numeric,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE stage.field_policy IS 'A field''s own threshold and bounds (in the base unit); else those of its kind.';

CREATE TABLE stage.kind_policy (
    kind text PRIMARY KEY,
    threshold real NOT NULL CHECK (threshold BETWEEN 0 AND 1),
    minimum numeric,
    maximum numeric,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE stage.kind_policy IS 'Threshold of the gate and bounds for all fields of a kind.';

CREATE TABLE stage.calibration (
    version integer NOT NULL,
    kind text NOT NULL,
    field text REFERENCES ref.field,
    score real NOT NULL CHECK (score BETWEEN 0 AND 1),
    confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    shipped boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (version, kind, field, score)
);
COMMENT ON TABLE stage.calibration IS
    'Score to confidence, as steps: the step with the greatest score not above the value''s own holds. Highest version wins.';

CREATE TABLE stage.limits (
    name text PRIMARY KEY,
    value bigint NOT NULL CHECK (value > 0),
    description text NOT NULL,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE stage.limits IS 'What the reader refuses: sizes, rows, columns, cell length, zip ratio.';
