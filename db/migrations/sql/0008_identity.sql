-- 0008_identity: which rows are one entry of a source, and which entries of several sources are one vessel.
--
-- An entry is one vessel as one source lists it, over all its documents. identity.evidence says what the promoted records
-- of an entry say now; everything below it (features, blocks, pairs, memberships) is derived from it, from the model in
-- force, from what people judged and from the policy rows, so that evidence that goes back takes memberships back.

CREATE SCHEMA identity;
COMMENT ON SCHEMA identity IS 'One vessel out of many registries: entries, evidence, agreement, judgements, memberships.';

CREATE TABLE identity.policy (
    name text PRIMARY KEY,
    value double precision NOT NULL,
    description text NOT NULL,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE identity.policy IS
    'Thresholds and bounds of identity. After an UPDATE, identity.adopt() decides everything anew.';
COMMENT ON COLUMN identity.policy.shipped IS 'True while the row is as the release ships it.';

-- ── Entries ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE identity.entry (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id integer NOT NULL REFERENCES stage.source,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE identity.entry IS 'One vessel as one source lists it, over all its documents and versions. Never deleted while a row is it.';

CREATE TABLE identity.entry_row (
    document_id bigint NOT NULL,
    row_index integer NOT NULL,
    entry_id bigint NOT NULL REFERENCES identity.entry,
    own_id text,
    imo text,
    eu_cfr text,
    ircs text,
    name_key text,
    length_m numeric,
    year_built integer,
    PRIMARY KEY (document_id, row_index)
);
CREATE INDEX entry_row_entry ON identity.entry_row (entry_id);
COMMENT ON TABLE identity.entry_row IS 'Which row of a document is which entry, and what tells rows of one identifier apart (identity.enter).';
COMMENT ON COLUMN identity.entry_row.own_id IS 'The identifier that the source itself gives its vessels.';
COMMENT ON COLUMN identity.entry_row.name_key IS 'Match key of the name (identity.name_key).';

CREATE TABLE identity.entry_key (
    source_id integer NOT NULL,
    entry_key text NOT NULL,
    entry_id bigint NOT NULL,
    document_id bigint NOT NULL,
    PRIMARY KEY (source_id, entry_key, entry_id, document_id)
);
CREATE INDEX entry_key_document ON identity.entry_key (document_id);
COMMENT ON TABLE identity.entry_key IS 'By which identifiers a source''s later rows find an entry again; kept per document, written anew with it.';
COMMENT ON COLUMN identity.entry_key.entry_key IS 'Number of the rule (1 is the strongest), a colon, the identifier: 2:8814275.';

CREATE TABLE identity.evidence (
    entry_id bigint PRIMARY KEY REFERENCES identity.entry,
    source_id integer NOT NULL REFERENCES stage.source,
    imo text,
    mmsi text,
    ircs text,
    eu_cfr text,
    registrations text[] NOT NULL DEFAULT '{}',
    rfmo_ids text[] NOT NULL DEFAULT '{}',
    name text,
    previous_names text[] NOT NULL DEFAULT '{}',
    flag text,
    previous_flags text[] NOT NULL DEFAULT '{}',
    length_m numeric,
    length_type text,
    gross_tonnage numeric,
    gross_register_tonnage numeric,
    tonnage numeric,
    year_built integer,
    vessel_type text,
    owners text[] NOT NULL DEFAULT '{}',
    observed_on date
);
COMMENT ON TABLE identity.evidence IS
    'What the currently promoted records of an entry say. Only active entries have a row; promotion and its rollback write it.';
COMMENT ON COLUMN identity.evidence.registrations IS 'National registration numbers and markings on the hull.';
COMMENT ON COLUMN identity.evidence.rfmo_ids IS 'Identifiers by regional bodies, the source''s own included.';
COMMENT ON COLUMN identity.evidence.tonnage IS 'Tonnage of which the source does not say whether it is GT or GRT.';

-- ── The model ────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE identity.model (
    version integer PRIMARY KEY CHECK (version >= 0),
    match_share double precision NOT NULL CHECK (match_share > 0 AND match_share < 1),
    entries bigint NOT NULL,
    pairs bigint NOT NULL,
    iterations integer NOT NULL,
    matches double precision,
    description text NOT NULL,
    fitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    adopted_at timestamptz,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE identity.model IS 'Versions of the weights. Version 0 is shipped, later ones are estimated (identity.estimate_weights); the one adopted last holds.';
COMMENT ON COLUMN identity.model.match_share IS 'Share of all pairs of entries of two sources that are one vessel: the prior.';
COMMENT ON COLUMN identity.model.entries IS 'Entries that it was estimated from.';
COMMENT ON COLUMN identity.model.pairs IS 'Candidate pairs that it was estimated from.';
COMMENT ON COLUMN identity.model.adopted_at IS 'When identity.adopt put it in force last; NULL: never.';
COMMENT ON COLUMN identity.model.matches IS 'Pairs among them that are one vessel, as expected at the end; NULL where nothing was fitted.';

CREATE TABLE identity.weight (
    version integer NOT NULL REFERENCES identity.model ON DELETE CASCADE,
    comparison text NOT NULL,
    level smallint NOT NULL CHECK (level > 0),
    label text NOT NULL,
    m double precision NOT NULL CHECK (m > 0 AND m < 1),
    u double precision NOT NULL CHECK (u > 0 AND u < 1),
    shipped boolean NOT NULL DEFAULT false,
    PRIMARY KEY (version, comparison, level)
);
COMMENT ON TABLE identity.weight IS
    'Fellegi–Sunter weights: how often a level of agreement is seen in pairs that are one vessel (m) and in pairs that are not (u). '
    'Its weight is log2(m / u). Level 0, nothing to compare, weighs nothing and has no row.';
COMMENT ON COLUMN identity.weight.level IS 'What identity.agreement says; from 10 on: the same under two flags, with shares of its own.';

CREATE TABLE identity.term (
    version integer NOT NULL REFERENCES identity.model ON DELETE CASCADE,
    kind text NOT NULL,
    term text NOT NULL,
    share double precision NOT NULL CHECK (share > 0 AND share <= 1),
    PRIMARY KEY (version, kind, term)
);
COMMENT ON TABLE identity.term IS
    'Values that several entries of one source had when the model was fitted, with their share, which stands for u: agreeing on a rare '
    'name says more than on a common one.';

-- ── Derived from the evidence ────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE identity.feature (
    entry_id bigint PRIMARY KEY,
    source_id integer NOT NULL,
    imo text,
    mmsi text,
    ircs text,
    eu_cfr text,
    registrations text[] NOT NULL,
    rfmo_ids text[] NOT NULL,
    name_key text,
    stem text,
    number text,
    grams text[] NOT NULL,
    previous_keys text[] NOT NULL,
    flag text,
    flags text[] NOT NULL,
    length_m double precision,
    length_type text,
    gross_tonnage double precision,
    gross_register_tonnage double precision,
    tonnage double precision,
    year_built integer,
    owners text[] NOT NULL
);
COMMENT ON TABLE identity.feature IS 'Match keys of an active entry, made from its evidence (identity.features_of).';
COMMENT ON COLUMN identity.feature.stem IS 'Name without prefixes, blanks and numbers.';
COMMENT ON COLUMN identity.feature.number IS 'Numbers of the name, which tell sister ships apart.';
COMMENT ON COLUMN identity.feature.grams IS 'Trigrams of the stem.';
COMMENT ON COLUMN identity.feature.flags IS 'Earlier flags.';

CREATE TABLE identity.block (
    block_key text NOT NULL,
    entry_id bigint NOT NULL,
    source_id integer NOT NULL,
    PRIMARY KEY (block_key, entry_id)
);
CREATE INDEX block_entry ON identity.block (entry_id);
COMMENT ON TABLE identity.block IS 'Blocking keys of active entries: entries that share one are compared, unless too many share it (policy block_limit).';

CREATE TABLE identity.crowded_block (
    block_key text PRIMARY KEY
);
COMMENT ON TABLE identity.crowded_block IS 'Blocking keys that more entries share than policy block_limit: no pair is made from them.';

CREATE TABLE identity.pair (
    entry_a bigint NOT NULL,
    entry_b bigint NOT NULL,
    levels smallint[] NOT NULL,
    weight double precision NOT NULL,
    posterior double precision NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('same', 'undecided', 'different')),
    apart text,
    PRIMARY KEY (entry_a, entry_b),
    CHECK (entry_a < entry_b)
);
CREATE INDEX pair_b ON identity.pair (entry_b);
COMMENT ON TABLE identity.pair IS 'Pairs of active entries that were compared and are worth keeping: how they agree, what it weighs, what follows.';
COMMENT ON COLUMN identity.pair.levels IS 'Level of each comparison, in the order of identity.comparisons().';
COMMENT ON COLUMN identity.pair.weight IS 'Sum of the weights, base 2, without the prior.';
COMMENT ON COLUMN identity.pair.posterior IS 'Probability, by the model, that the two are one vessel.';
COMMENT ON COLUMN identity.pair.outcome IS 'same: may be joined; undecided: a person is asked; different.';
COMMENT ON COLUMN identity.pair.apart IS 'Why the two are two vessels however much else agrees; NULL where nothing says so.';

CREATE TABLE identity.membership (
    entry_id bigint PRIMARY KEY,
    vessel_id bigint NOT NULL
);
CREATE INDEX membership_vessel ON identity.membership (vessel_id);
COMMENT ON TABLE identity.membership IS 'Which vessel an active entry is. A vessel has the number of its smallest entry. Written by identity.resolve alone.';

-- ── What people say ──────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE identity.judgement (
    judgement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_a bigint NOT NULL REFERENCES identity.entry,
    entry_b bigint NOT NULL REFERENCES identity.entry,
    verdict text NOT NULL CHECK (verdict IN ('same', 'different', 'withdrawn')),
    judged_by text NOT NULL CHECK (btrim(judged_by) <> ''),
    judged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    note text,
    decision_id bigint REFERENCES review.decisions,
    CHECK (entry_a < entry_b)
);
CREATE INDEX judgement_pair ON identity.judgement (entry_a, entry_b, judgement_id DESC);
CREATE INDEX judgement_b ON identity.judgement (entry_b);
COMMENT ON TABLE identity.judgement IS 'What people judged about two entries. Nothing is changed or deleted: the latest of a pair counts, withdrawn counts as none.';
COMMENT ON COLUMN identity.judgement.decision_id IS 'The answer to a review item that it came from; NULL: said directly (identity.merge, identity.split).';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity.judgement
FOR EACH STATEMENT EXECUTE FUNCTION review.refuse_change();
