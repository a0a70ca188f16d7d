-- 0009_curated: what gated cells become: records, assertions about vessels, the vessels, and the runs that made them.
--
-- A run promotes one document, wholly or not at all. It keeps what it said in promote.run_records: for every row the
-- record version that it promoted, or none where the row was held. What is in force is a function of that alone
-- (promote.settle): of each list the newest document with a standing run speaks. So rolling a run back is taking its
-- statement away and settling again, whichever run it is, and nothing is ever deleted: a record version carries the
-- periods in which it was in force.

CREATE SCHEMA promote;
COMMENT ON SCHEMA promote IS 'Gates of promotion, its runs, rollback, and lineage from curated values to cells.';

ALTER TABLE stage.documents ADD COLUMN listed_on date;
COMMENT ON COLUMN stage.documents.listed_on IS 'Day that the list speaks of, as declared (promote.declare_date); NULL: the day it was received.';

CREATE TABLE promote.policy (
    policy text NOT NULL CHECK (policy IN (
        'minimum_confidence', 'minimum_coverage', 'minimum_uniqueness', 'minimum_document_confidence')),
    source_type text,
    source_name text,
    value numeric NOT NULL CHECK (value BETWEEN 0 AND 1),
    description text NOT NULL,
    shipped boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (policy, source_type, source_name),
    CHECK (source_type IS NOT NULL OR source_name IS NULL)
);
COMMENT ON TABLE promote.policy IS 'Thresholds of promotion: general, of a kind of source, or of one source; the closest row holds.';
COMMENT ON COLUMN promote.policy.policy IS
    'minimum_confidence: mean confidence of a record''s required cells. minimum_document_confidence: mean of that over the '
    'document. minimum_coverage: share of required values that the document has. minimum_uniqueness: share of records '
    'without an identifier that another vessel of the document has too.';
COMMENT ON COLUMN promote.policy.source_type IS 'Kind of source; NULL: all.';
COMMENT ON COLUMN promote.policy.source_name IS 'Source; NULL: all of the kind.';
COMMENT ON COLUMN promote.policy.value IS 'Its value, from 0 to 1.';
COMMENT ON COLUMN promote.policy.description IS 'What it governs, for people.';
COMMENT ON COLUMN promote.policy.shipped IS 'True while the row is as the release ships it.';

CREATE TABLE promote.required_fields (
    requirement text NOT NULL,
    source_type text,
    source_name text,
    target text NOT NULL DEFAULT 'vessels' CHECK (target IN (
        'vessels', 'names', 'identifiers', 'flags', 'authorisations', 'associates', 'metrics', 'builds', 'attributes')),
    fields text[] NOT NULL,
    is_required boolean NOT NULL DEFAULT true,
    must_be_unique boolean NOT NULL DEFAULT false,
    shipped boolean NOT NULL DEFAULT false,
    UNIQUE NULLS NOT DISTINCT (requirement, source_type, source_name)
);
COMMENT ON TABLE promote.required_fields IS
    'What a record must have. The closest row of a requirement holds; one without fields takes the requirement away.';
COMMENT ON COLUMN promote.required_fields.requirement IS 'Name of the requirement, as reasons say it.';
COMMENT ON COLUMN promote.required_fields.source_type IS 'Kind of source; NULL: all.';
COMMENT ON COLUMN promote.required_fields.source_name IS 'Source; NULL: all of the kind.';
COMMENT ON COLUMN promote.required_fields.target IS
    'vessels: without it the record is held. A table of curated: without it the record''s rows for that table are held, the others are not.';
COMMENT ON COLUMN promote.required_fields.fields IS 'Fields of which one must have a value; empty: nothing is required here.';
COMMENT ON COLUMN promote.required_fields.is_required IS 'False where the row only says what must be unique.';
COMMENT ON COLUMN promote.required_fields.must_be_unique IS 'Whether two vessels of one document may not share a value of these fields.';
COMMENT ON COLUMN promote.required_fields.shipped IS 'True while the row is as the release ships it.';

CREATE TABLE promote.field_target (
    field text PRIMARY KEY REFERENCES ref.field,
    target text NOT NULL CHECK (target IN (
        'names', 'identifiers', 'flags', 'authorisations', 'associates', 'metrics', 'builds', 'attributes', 'validity')),
    item text NOT NULL,
    role text,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE promote.field_target IS 'Which table of curated a field goes to, and as what. A field without a row is not promoted.';
COMMENT ON COLUMN promote.field_target.field IS 'Field.';
COMMENT ON COLUMN promote.field_target.target IS 'Table of curated; validity: the period that the whole record is about.';
COMMENT ON COLUMN promote.field_target.item IS
    'Scheme of an identifier, metric, attribute, or part of an authorisation, associate or build (name, address, starts_on …).';
COMMENT ON COLUMN promote.field_target.role IS 'current or previous; of an associate owner, operator …; of a metric its type (LOA …).';
COMMENT ON COLUMN promote.field_target.shipped IS 'True while the row is as the release ships it.';

CREATE TABLE stage.promotion_log (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_id bigint NOT NULL REFERENCES stage.documents,
    source_id integer NOT NULL REFERENCES stage.source,
    status text NOT NULL CHECK (status IN ('promoted', 'unchanged', 'held', 'rolled_back')),
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    recorded_at timestamptz,
    records integer NOT NULL DEFAULT 0,
    records_new integer NOT NULL DEFAULT 0,
    records_ended integer NOT NULL DEFAULT 0,
    records_held integer NOT NULL DEFAULT 0,
    vessels integer NOT NULL DEFAULT 0,
    reasons text[] NOT NULL DEFAULT '{}',
    metrics jsonb NOT NULL DEFAULT '{}',
    rules_version text NOT NULL,
    calibration_version integer,
    rolled_back_at timestamptz,
    rolled_back_by text,
    rolled_back_why text,
    CHECK ((status = 'rolled_back') = (rolled_back_at IS NOT NULL)),
    CHECK ((status IN ('promoted', 'rolled_back')) = (recorded_at IS NOT NULL))
);
CREATE INDEX promotion_log_document ON stage.promotion_log (document_id, run_id);
COMMENT ON TABLE stage.promotion_log IS 'Every attempt to promote a document and what came of it. A promoted run stands until it is rolled back.';
COMMENT ON COLUMN stage.promotion_log.run_id IS 'The run; promotion_id of its cells.';
COMMENT ON COLUMN stage.promotion_log.document_id IS 'Document.';
COMMENT ON COLUMN stage.promotion_log.source_id IS 'Its source.';
COMMENT ON COLUMN stage.promotion_log.status IS
    'promoted; unchanged: the document says what its standing run said; held: the document failed a gate; rolled_back.';
COMMENT ON COLUMN stage.promotion_log.started_at IS 'When it began.';
COMMENT ON COLUMN stage.promotion_log.finished_at IS 'When it ended.';
COMMENT ON COLUMN stage.promotion_log.recorded_at IS 'The recorded time of what it changed: runs have it in the order of their effect.';
COMMENT ON COLUMN stage.promotion_log.records IS 'Records that it promoted, unchanged ones too.';
COMMENT ON COLUMN stage.promotion_log.records_new IS 'Record versions that it wrote.';
COMMENT ON COLUMN stage.promotion_log.records_ended IS 'Record versions that are no longer in force because of it.';
COMMENT ON COLUMN stage.promotion_log.records_held IS 'Rows that it held: promote.held says why.';
COMMENT ON COLUMN stage.promotion_log.vessels IS 'Vessels that it touched.';
COMMENT ON COLUMN stage.promotion_log.reasons IS 'Why the document was held.';
COMMENT ON COLUMN stage.promotion_log.metrics IS 'Measured quality: coverage, confidence, uniqueness, and coverage by requirement.';
COMMENT ON COLUMN stage.promotion_log.rules_version IS 'Digest of the cleaning rules then in force.';
COMMENT ON COLUMN stage.promotion_log.calibration_version IS 'Version of stage.calibration then in force.';
COMMENT ON COLUMN stage.promotion_log.rolled_back_at IS 'When it was rolled back, as recorded time.';
COMMENT ON COLUMN stage.promotion_log.rolled_back_by IS 'By whom.';
COMMENT ON COLUMN stage.promotion_log.rolled_back_why IS 'Why.';

CREATE TABLE curated.rule_chains (
    rule_chain_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_ids integer[] NOT NULL UNIQUE,
    rules text[] NOT NULL
);
COMMENT ON TABLE curated.rule_chains IS 'Rule chains that promoted cells went through, each once.';
COMMENT ON COLUMN curated.rule_chains.rule_chain_id IS 'The chain, for chain_ids of curated.record_versions.';
COMMENT ON COLUMN curated.rule_chains.rule_ids IS 'Rules in order, as stage.distinct_values.rule_chain.';
COMMENT ON COLUMN curated.rule_chains.rules IS 'Their names when the chain was first promoted.';

CREATE TABLE curated.record_versions (
    record_version_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL,
    document_id bigint NOT NULL,
    row_index integer NOT NULL,
    entry_id bigint NOT NULL,
    vessel_id bigint,
    source_id integer NOT NULL,
    observed_on date NOT NULL,
    record_sha256 bytea NOT NULL CHECK (length(record_sha256) = 32),
    doc_sha256 bytea NOT NULL CHECK (length(doc_sha256) = 32),
    rules_version text NOT NULL,
    calibration_version integer,
    model_versions text[] NOT NULL DEFAULT '{}',
    reviewers text[] NOT NULL DEFAULT '{}',
    confidence real NOT NULL,
    column_positions smallint[] NOT NULL,
    value_ids bigint[] NOT NULL,
    confidences real[] NOT NULL,
    thresholds real[] NOT NULL,
    chain_ids integer[] NOT NULL,
    decision_ids bigint[] NOT NULL,
    recorded tstzmultirange NOT NULL CHECK (NOT isempty(recorded)),
    recorded_from timestamptz NOT NULL GENERATED ALWAYS AS (lower(recorded)) STORED,
    recorded_to timestamptz GENERATED ALWAYS AS (upper(recorded)) STORED,
    ended_by_run bigint
);
CREATE INDEX record_versions_row ON curated.record_versions (document_id, row_index) WHERE recorded_to IS NULL;
CREATE INDEX record_versions_vessel ON curated.record_versions (vessel_id);
CREATE INDEX record_versions_entry ON curated.record_versions (entry_id);
CREATE INDEX record_versions_run ON curated.record_versions (run_id);
COMMENT ON TABLE curated.record_versions IS
    'What a row of a list said when it was promoted. Never changed but for vessel_id (what identity knows today) and the periods '
    'in which it was in force. In force now: recorded_to IS NULL; at a time: recorded @> time; for both times: curated.as_of.';
COMMENT ON COLUMN curated.record_versions.record_version_id IS 'The record version.';
COMMENT ON COLUMN curated.record_versions.run_id IS 'Run that first promoted it (stage.promotion_log).';
COMMENT ON COLUMN curated.record_versions.document_id IS 'Document.';
COMMENT ON COLUMN curated.record_versions.row_index IS 'Row of the document.';
COMMENT ON COLUMN curated.record_versions.entry_id IS 'The vessel as this source lists it (identity.entry).';
COMMENT ON COLUMN curated.record_versions.vessel_id IS 'The vessel, by today''s identity; merges and splits apply to the past as well.';
COMMENT ON COLUMN curated.record_versions.source_id IS 'Source.';
COMMENT ON COLUMN curated.record_versions.observed_on IS 'Day that the list speaks of: declared, else the day it was received.';
COMMENT ON COLUMN curated.record_versions.record_sha256 IS 'Hash of the record''s promoted cells: values, confidences, rules.';
COMMENT ON COLUMN curated.record_versions.doc_sha256 IS 'Hash of the file.';
COMMENT ON COLUMN curated.record_versions.rules_version IS 'Digest of the cleaning rules in force.';
COMMENT ON COLUMN curated.record_versions.calibration_version IS 'Version of stage.calibration in force.';
COMMENT ON COLUMN curated.record_versions.model_versions IS 'Models that took part in reading the document; empty: none.';
COMMENT ON COLUMN curated.record_versions.reviewers IS 'People whose answers it rests on.';
COMMENT ON COLUMN curated.record_versions.confidence IS 'Mean calibrated confidence of its required cells.';
COMMENT ON COLUMN curated.record_versions.column_positions IS 'Columns of its promoted cells; the arrays that follow are parallel to it.';
COMMENT ON COLUMN curated.record_versions.value_ids IS 'Values (stage.distinct_values) of these cells.';
COMMENT ON COLUMN curated.record_versions.confidences IS 'Their confidences.';
COMMENT ON COLUMN curated.record_versions.thresholds IS 'Thresholds that they had to reach.';
COMMENT ON COLUMN curated.record_versions.chain_ids IS 'Rules that made them (curated.rule_chains).';
COMMENT ON COLUMN curated.record_versions.decision_ids IS 'Human decisions that settled them (review.decisions); NULL where none did.';
COMMENT ON COLUMN curated.record_versions.recorded IS 'Periods in which it was in force; [t,t]: recorded at t, never in force.';
COMMENT ON COLUMN curated.record_versions.recorded_from IS 'When it was recorded.';
COMMENT ON COLUMN curated.record_versions.recorded_to IS 'When it last ceased to be in force; NULL: it is in force.';
COMMENT ON COLUMN curated.record_versions.ended_by_run IS 'Run that ended it; the run that first promoted it where that was rolled back.';

CREATE TABLE promote.run_records (
    run_id bigint NOT NULL REFERENCES stage.promotion_log,
    row_index integer NOT NULL,
    entry_id bigint NOT NULL,
    record_version_id bigint,
    PRIMARY KEY (run_id, row_index)
);
CREATE INDEX run_records_entry ON promote.run_records (entry_id);
COMMENT ON TABLE promote.run_records IS 'What a run said about each row of its document: the record version it promoted; NULL: the row was held.';
COMMENT ON COLUMN promote.run_records.run_id IS 'Run.';
COMMENT ON COLUMN promote.run_records.row_index IS 'Row of its document.';
COMMENT ON COLUMN promote.run_records.entry_id IS 'Entry that the row belonged to.';
COMMENT ON COLUMN promote.run_records.record_version_id IS 'Record version, written by this run or by an earlier one that said the same.';

CREATE TABLE promote.held_records (
    document_id bigint NOT NULL REFERENCES stage.documents ON DELETE CASCADE,
    row_index integer NOT NULL,
    run_id bigint NOT NULL,
    reasons text[] NOT NULL CHECK (reasons <> '{}'),
    PRIMARY KEY (document_id, row_index)
);
COMMENT ON TABLE promote.held_records IS 'Rows that the latest attempt held, and why. Written anew by each attempt.';
COMMENT ON COLUMN promote.held_records.document_id IS 'Document.';
COMMENT ON COLUMN promote.held_records.row_index IS 'Row.';
COMMENT ON COLUMN promote.held_records.run_id IS 'The attempt.';
COMMENT ON COLUMN promote.held_records.reasons IS 'Why, in words.';

-- Assertions. Each says one thing, came from the cell (column_position, part_no of several values in it) with the help of
-- column_positions, and holds from valid_from to valid_to where the list says so.
CREATE TABLE curated.names (
    record_version_id bigint NOT NULL REFERENCES curated.record_versions ON DELETE CASCADE,
    column_position smallint NOT NULL,
    part_no smallint NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    column_positions smallint[] NOT NULL,
    valid_from date,
    valid_to date,
    confidence real NOT NULL,
    PRIMARY KEY (record_version_id, column_position, part_no)
);
CREATE INDEX names_name ON curated.names (name text_pattern_ops);
COMMENT ON TABLE curated.names IS 'Names of vessels.';
COMMENT ON COLUMN curated.names.name IS 'Name.';
COMMENT ON COLUMN curated.names.role IS 'current or previous.';

CREATE TABLE curated.identifiers (
    record_version_id bigint NOT NULL REFERENCES curated.record_versions ON DELETE CASCADE,
    column_position smallint NOT NULL,
    part_no smallint NOT NULL,
    scheme text NOT NULL,
    identifier text NOT NULL,
    role text NOT NULL,
    column_positions smallint[] NOT NULL,
    valid_from date,
    valid_to date,
    confidence real NOT NULL,
    PRIMARY KEY (record_version_id, column_position, part_no)
);
CREATE INDEX identifiers_identifier ON curated.identifiers (identifier, scheme);
COMMENT ON TABLE curated.identifiers IS 'Numbers and signs that vessels are known by.';
COMMENT ON COLUMN curated.identifiers.scheme IS 'IMO, MMSI, IRCS, EU_CFR, NATIONAL_REG_NO, EXTERNAL_MARKING, RFMO_ID, WIN, FFA_ID, OTHER_EXT_ID or HULL_NO.';
COMMENT ON COLUMN curated.identifiers.identifier IS 'The number or sign.';
COMMENT ON COLUMN curated.identifiers.role IS 'current or previous.';

CREATE TABLE curated.flags (
    record_version_id bigint NOT NULL REFERENCES curated.record_versions ON DELETE CASCADE,
    column_position smallint NOT NULL,
    part_no smallint NOT NULL,
    flag text NOT NULL,
    role text NOT NULL,
    column_positions smallint[] NOT NULL,
    valid_from date,
    valid_to date,
    confidence real NOT NULL,
    PRIMARY KEY (record_version_id, column_position, part_no)
);
COMMENT ON TABLE curated.flags IS 'Flags that vessels fly or flew.';
COMMENT ON COLUMN curated.flags.flag IS 'ISO 3166-1 alpha-3.';
COMMENT ON COLUMN curated.flags.role IS 'current or previous.';

CREATE TABLE curated.authorisations (
    record_version_id bigint NOT NULL REFERENCES curated.record_versions ON DELETE CASCADE,
    column_position smallint NOT NULL,
    part_no smallint NOT NULL,
    authority text NOT NULL,
    granted_by text,
    authorised boolean,
    authorisation_type text,
    licence_no text,
    area text,
    species text,
    gear text,
    starts_on date,
    ends_on date,
    open_ended boolean NOT NULL DEFAULT false,
    column_positions smallint[] NOT NULL,
    valid_from date,
    valid_to date,
    confidence real NOT NULL,
    PRIMARY KEY (record_version_id, column_position, part_no)
);
COMMENT ON TABLE curated.authorisations IS 'What vessels may do, for whom, where and until when, as a list says.';
COMMENT ON COLUMN curated.authorisations.authority IS 'Regional body or State whose list says it: the RFMO that the row names, else the source.';
COMMENT ON COLUMN curated.authorisations.granted_by IS 'State or entity that granted or submitted it, where the list says so.';
COMMENT ON COLUMN curated.authorisations.authorised IS 'What the list says outright; NULL where it does not.';
COMMENT ON COLUMN curated.authorisations.authorisation_type IS 'Form of the authorisation as the list writes it.';
COMMENT ON COLUMN curated.authorisations.licence_no IS 'Number of the licence.';
COMMENT ON COLUMN curated.authorisations.area IS 'Areas, joined by ''; ''.';
COMMENT ON COLUMN curated.authorisations.species IS 'Species, joined by ''; ''.';
COMMENT ON COLUMN curated.authorisations.gear IS 'Gears, joined by ''; ''.';
COMMENT ON COLUMN curated.authorisations.starts_on IS 'First day; of a month or year its first.';
COMMENT ON COLUMN curated.authorisations.ends_on IS 'Last day; of a month or year its last.';
COMMENT ON COLUMN curated.authorisations.open_ended IS 'True where the list says that there is no last day.';

CREATE TABLE curated.associates (
    record_version_id bigint NOT NULL REFERENCES curated.record_versions ON DELETE CASCADE,
    column_position smallint NOT NULL,
    part_no smallint NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    address text,
    country text,
    column_positions smallint[] NOT NULL,
    valid_from date,
    valid_to date,
    confidence real NOT NULL,
    PRIMARY KEY (record_version_id, column_position, part_no)
);
CREATE INDEX associates_name ON curated.associates (name text_pattern_ops);
COMMENT ON TABLE curated.associates IS 'People and companies behind vessels.';
COMMENT ON COLUMN curated.associates.role IS 'owner, operator, charterer, master, company, person or organisation.';
COMMENT ON COLUMN curated.associates.name IS 'Name.';
COMMENT ON COLUMN curated.associates.address IS 'Address as the list writes it.';
COMMENT ON COLUMN curated.associates.country IS 'Country or nationality, ISO 3166-1 alpha-3.';

CREATE TABLE curated.metrics (
    record_version_id bigint NOT NULL REFERENCES curated.record_versions ON DELETE CASCADE,
    column_position smallint NOT NULL,
    part_no smallint NOT NULL,
    metric text NOT NULL,
    value numeric NOT NULL,
    unit text,
    metric_type text,
    column_positions smallint[] NOT NULL,
    valid_from date,
    valid_to date,
    confidence real NOT NULL,
    PRIMARY KEY (record_version_id, column_position, part_no)
);
COMMENT ON TABLE curated.metrics IS 'Dimensions, tonnages, powers and capacities.';
COMMENT ON COLUMN curated.metrics.metric IS
    'length, depth, beam, draught, gross_tonnage, gross_register_tonnage, net_tonnage, tonnage (measure unknown), engine_power, '
    'auxiliary_power, hold_volume, carrying_capacity, deadweight, speed or crew.';
COMMENT ON COLUMN curated.metrics.value IS 'Its value in unit.';
COMMENT ON COLUMN curated.metrics.unit IS 'm, GT, GRT, NT, kW, m3, t or kn; NULL: a number, or a tonnage of unknown measure.';
COMMENT ON COLUMN curated.metrics.metric_type IS 'Which length, depth or beam: LOA, RL, LBP …';

CREATE TABLE curated.builds (
    record_version_id bigint NOT NULL REFERENCES curated.record_versions ON DELETE CASCADE,
    column_position smallint NOT NULL,
    part_no smallint NOT NULL,
    year_built integer,
    built_on date,
    country text,
    place text,
    builder text,
    column_positions smallint[] NOT NULL,
    valid_from date,
    valid_to date,
    confidence real NOT NULL,
    PRIMARY KEY (record_version_id, column_position, part_no)
);
COMMENT ON TABLE curated.builds IS 'When, where and by whom vessels were built.';
COMMENT ON COLUMN curated.builds.year_built IS 'Year.';
COMMENT ON COLUMN curated.builds.built_on IS 'Day, where the list has one.';
COMMENT ON COLUMN curated.builds.country IS 'Country, ISO 3166-1 alpha-3.';
COMMENT ON COLUMN curated.builds.place IS 'Place.';
COMMENT ON COLUMN curated.builds.builder IS 'Shipyard.';

CREATE TABLE curated.attributes (
    record_version_id bigint NOT NULL REFERENCES curated.record_versions ON DELETE CASCADE,
    column_position smallint NOT NULL,
    part_no smallint NOT NULL,
    attribute text NOT NULL,
    value text NOT NULL,
    column_positions smallint[] NOT NULL,
    valid_from date,
    valid_to date,
    confidence real NOT NULL,
    PRIMARY KEY (record_version_id, column_position, part_no)
);
COMMENT ON TABLE curated.attributes IS 'What else lists say about a vessel and no other table holds.';
COMMENT ON COLUMN curated.attributes.value IS 'Its value.';
COMMENT ON COLUMN curated.attributes.attribute IS 'vessel_type, gear_types, home_port, previous_port, status, hull_material, segment, …';

CREATE TABLE curated.vessels (
    id bigint PRIMARY KEY,
    imo_number text,
    vessel_name text,
    mmsi text,
    call_sign text,
    flag_state text,
    eu_cfr text,
    registration text,
    vessel_type text,
    gear_types text[],
    length_m numeric,
    length_type text,
    gross_tonnage numeric,
    gross_register_tonnage numeric,
    engine_power_kw numeric,
    year_built integer,
    home_port text,
    owner text,
    source_count integer NOT NULL,
    record_count integer NOT NULL,
    first_observed date NOT NULL,
    last_observed date NOT NULL,
    source_document_id bigint NOT NULL,
    confidence_score real NOT NULL,
    promoted_at timestamptz NOT NULL
);
CREATE INDEX vessels_imo ON curated.vessels (imo_number);
CREATE INDEX vessels_mmsi ON curated.vessels (mmsi);
CREATE INDEX vessels_call_sign ON curated.vessels (call_sign);
COMMENT ON TABLE curated.vessels IS 'Every vessel with a record in force, and the best value of each attribute (curated.best_value says which and why).';
COMMENT ON COLUMN curated.vessels.id IS 'The vessel: vessel_id everywhere else.';
COMMENT ON COLUMN curated.vessels.imo_number IS 'IMO ship identification number.';
COMMENT ON COLUMN curated.vessels.vessel_name IS 'Name.';
COMMENT ON COLUMN curated.vessels.mmsi IS 'Maritime mobile service identity.';
COMMENT ON COLUMN curated.vessels.call_sign IS 'International radio call sign.';
COMMENT ON COLUMN curated.vessels.flag_state IS 'Flag, ISO 3166-1 alpha-3.';
COMMENT ON COLUMN curated.vessels.eu_cfr IS 'Number in the fleet register of the European Union.';
COMMENT ON COLUMN curated.vessels.registration IS 'National registration number.';
COMMENT ON COLUMN curated.vessels.vessel_type IS 'Type, ISSCFV.';
COMMENT ON COLUMN curated.vessels.gear_types IS 'Gears, ISSCFG.';
COMMENT ON COLUMN curated.vessels.length_m IS 'Length in metres.';
COMMENT ON COLUMN curated.vessels.length_type IS 'Which length: LOA, RL, LBP; NULL: the list does not say.';
COMMENT ON COLUMN curated.vessels.gross_tonnage IS 'Gross tonnage (1969 Convention).';
COMMENT ON COLUMN curated.vessels.gross_register_tonnage IS 'Gross register tonnage (before the Convention).';
COMMENT ON COLUMN curated.vessels.engine_power_kw IS 'Power of the main engine in kilowatts.';
COMMENT ON COLUMN curated.vessels.year_built IS 'Year of construction.';
COMMENT ON COLUMN curated.vessels.home_port IS 'Port of registry or home port.';
COMMENT ON COLUMN curated.vessels.owner IS 'Owner.';
COMMENT ON COLUMN curated.vessels.source_count IS 'Sources that list it now.';
COMMENT ON COLUMN curated.vessels.record_count IS 'Records in force about it.';
COMMENT ON COLUMN curated.vessels.first_observed IS 'Earliest day of a list that lists it now.';
COMMENT ON COLUMN curated.vessels.last_observed IS 'Latest day of a list that lists it now.';
COMMENT ON COLUMN curated.vessels.source_document_id IS 'Document that the name is from; its other values may come from others.';
COMMENT ON COLUMN curated.vessels.confidence_score IS 'Mean confidence of the values shown.';
COMMENT ON COLUMN curated.vessels.promoted_at IS 'When the latest of its records in force was promoted.';

-- What the assertion tables share.
DO $$
DECLARE
    v_table text;
    v_comment text[];
BEGIN
    FOREACH v_table IN ARRAY ARRAY['names', 'identifiers', 'flags', 'authorisations', 'associates', 'metrics', 'builds', 'attributes'] LOOP
        FOREACH v_comment SLICE 1 IN ARRAY ARRAY[
            ['record_version_id', 'Record that says it: vessel, source and recorded time are there.'],
            ['column_position', 'Column of the cell that it came from.'],
            ['part_no', 'Which of several values of that cell, from 1.'],
            ['column_positions', 'Columns of all cells that it rests on.'],
            ['valid_from', 'First day for which it is said: a date of the list, else the day of the list; NULL: not known (previous names and flags).'],
            ['valid_to', 'Last day, where the list says one.'],
            ['confidence', 'Calibrated confidence: the least of its cells.']
        ] LOOP
            EXECUTE format('COMMENT ON COLUMN curated.%I.%I IS %L', v_table, v_comment[1], v_comment[2]);
        END LOOP;
    END LOOP;
END
$$;
