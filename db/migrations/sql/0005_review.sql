-- 0005_review: what people are asked, what they answered, and what that taught.
--
-- An item asks about a distinct value, a reading or a column: one answer settles every cell that shares the cause.
-- Answers are kept for ever (review.decisions takes no UPDATE and no DELETE); what they come to is review.correction, one
-- row a (source, field, raw text), which cleaning asks before its rules. So an answer acts on what is stored and on every
-- later file in the same way, and taking it back is writing another answer.

CREATE TABLE review.policy (
    name text PRIMARY KEY,
    value numeric NOT NULL,
    description text NOT NULL,
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE review.policy IS 'Sizes, priorities and thresholds of the review; an UPDATE takes effect at the next call.';
COMMENT ON COLUMN review.policy.name IS 'Name of the policy.';
COMMENT ON COLUMN review.policy.value IS 'Its value.';
COMMENT ON COLUMN review.policy.description IS 'What it governs.';
COMMENT ON COLUMN review.policy.shipped IS 'True while the row is as the release ships it.';

CREATE TABLE review.field_policy (
    field text PRIMARY KEY REFERENCES ref.field,
    audit_rate numeric CHECK (audit_rate BETWEEN 0 AND 1),
    second_review boolean NOT NULL DEFAULT false,
    weight numeric NOT NULL DEFAULT 1 CHECK (weight > 0),
    shipped boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE review.field_policy IS 'What review of a field needs: a second reviewer, a rate of audits, its weight in the queue.';
COMMENT ON COLUMN review.field_policy.field IS 'Field.';
COMMENT ON COLUMN review.field_policy.audit_rate IS 'Share of accepted values drawn for audit; NULL: the general rate (review.policy).';
COMMENT ON COLUMN review.field_policy.second_review IS 'Whether two reviewers must agree before an answer counts.';
COMMENT ON COLUMN review.field_policy.weight IS 'How much promotion waits for this field, as a factor of the priority.';
COMMENT ON COLUMN review.field_policy.shipped IS 'True while the row is as the release ships it.';

CREATE TABLE review.reviewer (
    reviewer text PRIMARY KEY CHECK (reviewer ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    display_name text NOT NULL,
    token_sha256 bytea UNIQUE,
    token_expires_at timestamptz,
    argilla_user text UNIQUE,
    may_adjudicate boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE review.reviewer IS 'People who answer. A token is kept as its hash only.';
COMMENT ON COLUMN review.reviewer.reviewer IS 'Short name, as it stands in decisions.';
COMMENT ON COLUMN review.reviewer.display_name IS 'Name for people.';
COMMENT ON COLUMN review.reviewer.token_sha256 IS 'SHA-256 of the sign-in token.';
COMMENT ON COLUMN review.reviewer.token_expires_at IS 'When the token stops working; NULL: never.';
COMMENT ON COLUMN review.reviewer.argilla_user IS 'The same person in Argilla.';
COMMENT ON COLUMN review.reviewer.may_adjudicate IS 'Whether this person decides where two others disagree.';
COMMENT ON COLUMN review.reviewer.active IS 'Whether answers are taken.';
COMMENT ON COLUMN review.reviewer.created_at IS 'When the row was made.';

CREATE TABLE review.items (
    item_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_key text NOT NULL,
    decision_on text NOT NULL CHECK (decision_on IN ('column', 'reading', 'value', 'cell', 'audit', 'pair')),
    batch_key text NOT NULL,
    source_id integer NOT NULL REFERENCES stage.source,
    field text REFERENCES ref.field,
    document_id bigint NOT NULL REFERENCES stage.documents ON DELETE CASCADE,
    column_position smallint NOT NULL,
    row_index integer,
    reading_id integer REFERENCES stage.readings,
    value_id bigint,
    subject text NOT NULL,
    machine_value text,
    proposal text,
    proposal_field text,
    reason text NOT NULL,
    cells bigint NOT NULL,
    priority double precision NOT NULL,
    context jsonb NOT NULL DEFAULT '{}',
    suggestions jsonb NOT NULL DEFAULT '[]',
    suggested_at timestamptz,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'second', 'adjudication', 'decided', 'withdrawn')),
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at timestamptz,
    CHECK ((closed_at IS NOT NULL) = (status IN ('decided', 'withdrawn')))
);
CREATE UNIQUE INDEX items_open ON review.items (item_key) WHERE status IN ('open', 'second', 'adjudication');
CREATE INDEX items_queue ON review.items (priority DESC, item_id) WHERE status IN ('open', 'second', 'adjudication');
CREATE INDEX items_document ON review.items (document_id);
CREATE INDEX items_unsuggested ON review.items (source_id) WHERE suggested_at IS NULL AND decision_on <> 'audit';
COMMENT ON TABLE review.items IS
    'What people are asked. second: waits for a second reviewer; adjudication: two disagree; withdrawn: settled elsewhere.';
COMMENT ON COLUMN review.items.item_id IS 'The item.';
COMMENT ON COLUMN review.items.item_key IS 'What it is about; open once at a time.';
COMMENT ON COLUMN review.items.decision_on IS 'column, reading (all that is read the same way), value, cell, audit of an accepted value, or pair of entries (identity).';
COMMENT ON COLUMN review.items.batch_key IS 'Items that are answered together: a column of many cells, or a source''s field.';
COMMENT ON COLUMN review.items.source_id IS 'Source.';
COMMENT ON COLUMN review.items.field IS 'Field that the column means now.';
COMMENT ON COLUMN review.items.document_id IS 'Document in which it is shown.';
COMMENT ON COLUMN review.items.column_position IS 'Column in that document.';
COMMENT ON COLUMN review.items.row_index IS 'A row that shows it; of a cell: the row.';
COMMENT ON COLUMN review.items.reading_id IS 'Reading, where all that is read the same way is asked about.';
COMMENT ON COLUMN review.items.value_id IS 'Value, where one is asked about.';
COMMENT ON COLUMN review.items.subject IS 'The raw text, header or unit that is asked about.';
COMMENT ON COLUMN review.items.machine_value IS 'What the machine made of it; in an audit ''NULL reason'' where it says that there is no value.';
COMMENT ON COLUMN review.items.proposal IS 'What the machine would answer.';
COMMENT ON COLUMN review.items.proposal_field IS 'Field that the proposal belongs to.';
COMMENT ON COLUMN review.items.reason IS 'Why a human must decide, in words.';
COMMENT ON COLUMN review.items.cells IS 'Cells that the answer settles.';
COMMENT ON COLUMN review.items.priority IS 'Cells × uncertainty × weight of the field.';
COMMENT ON COLUMN review.items.context IS 'The row in which it stands, as {column: text}.';
COMMENT ON COLUMN review.items.suggestions IS 'Up to five: [{value, score, agent}].';
COMMENT ON COLUMN review.items.suggested_at IS 'When suggestions were last looked for; NULL: not yet (never, for an audit).';
COMMENT ON COLUMN review.items.status IS 'open, second, adjudication, decided or withdrawn.';
COMMENT ON COLUMN review.items.opened_at IS 'When it was first asked.';
COMMENT ON COLUMN review.items.closed_at IS 'When it was decided or withdrawn.';

CREATE TABLE review.decisions (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id bigint NOT NULL REFERENCES review.items,
    action text NOT NULL CHECK (action IN ('accept', 'reject', 'custom', 'unsure', 'undo')),
    value text,
    result text,
    result_null_reason text,
    reviewer text NOT NULL REFERENCES review.reviewer,
    note text,
    seen jsonb NOT NULL,
    applied boolean NOT NULL,
    cells_settled bigint NOT NULL DEFAULT 0,
    supersedes bigint REFERENCES review.decisions,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((action = 'custom') = (value IS NOT NULL))
);
CREATE INDEX decisions_item ON review.decisions (item_id, decision_id);
COMMENT ON TABLE review.decisions IS 'Every answer, for ever: who, when, what they saw. Append-only; a later one supersedes.';
COMMENT ON COLUMN review.decisions.decision_id IS 'The decision.';
COMMENT ON COLUMN review.decisions.item_id IS 'What was asked.';
COMMENT ON COLUMN review.decisions.action IS 'accept, reject, custom, unsure; undo takes back what the item''s last one did.';
COMMENT ON COLUMN review.decisions.value IS 'What the reviewer wrote.';
COMMENT ON COLUMN review.decisions.result IS 'What that came to: the clean value, field, date order or unit.';
COMMENT ON COLUMN review.decisions.result_null_reason IS 'Why there is no value, where the answer says so.';
COMMENT ON COLUMN review.decisions.reviewer IS 'Who answered.';
COMMENT ON COLUMN review.decisions.note IS 'Why, if the reviewer said so.';
COMMENT ON COLUMN review.decisions.seen IS 'The item as it was shown.';
COMMENT ON COLUMN review.decisions.applied IS 'Whether it took effect (a first of two does not yet).';
COMMENT ON COLUMN review.decisions.cells_settled IS 'Cells that it settled.';
COMMENT ON COLUMN review.decisions.supersedes IS 'The decision that it replaces or takes back.';
COMMENT ON COLUMN review.decisions.decided_at IS 'When.';

-- review.refuse_change: an append-only table takes no UPDATE and no DELETE. Promises: raises OC002, whoever asks.
CREATE FUNCTION review.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME
        USING ERRCODE = 'OC002', HINT = 'Decide again, or take it back with review.undo: both are new rows.';
END
$$;
COMMENT ON FUNCTION review.refuse_change() IS 'Keeps append-only tables append-only.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review.decisions
    FOR EACH STATEMENT EXECUTE FUNCTION review.refuse_change();

CREATE TABLE review.correction (
    source_id integer NOT NULL REFERENCES stage.source,
    field text NOT NULL DEFAULT '',
    raw_value text NOT NULL,
    raw_key text NOT NULL GENERATED ALWAYS AS (ref.match_key(raw_value)) STORED,
    corrected_value text,
    null_reason text,
    decision_id bigint NOT NULL REFERENCES review.decisions,
    times integer NOT NULL DEFAULT 1,
    contradicted integer NOT NULL DEFAULT 0,
    reviewers text[] NOT NULL,
    first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((corrected_value IS NULL) = (null_reason IS NOT NULL))
);
CREATE UNIQUE INDEX correction_about ON review.correction (source_id, field, hashtextextended(raw_value, 0))
    NULLS NOT DISTINCT;
CREATE INDEX correction_like ON review.correction (field, raw_key);
COMMENT ON TABLE review.correction IS
    'What the answers come to: one row a source, field and raw text, with its evidence. Cleaning asks it before its rules.';
COMMENT ON COLUMN review.correction.source_id IS 'Source.';
COMMENT ON COLUMN review.correction.field IS 'Field; empty for plain text.';
COMMENT ON COLUMN review.correction.raw_value IS 'Raw text that was asked about.';
COMMENT ON COLUMN review.correction.raw_key IS 'Its key, by which like texts meet.';
COMMENT ON COLUMN review.correction.corrected_value IS 'The clean value.';
COMMENT ON COLUMN review.correction.null_reason IS 'Why there is none.';
COMMENT ON COLUMN review.correction.decision_id IS 'The decision that holds.';
COMMENT ON COLUMN review.correction.times IS 'How often it was answered so.';
COMMENT ON COLUMN review.correction.contradicted IS 'How often it was answered otherwise.';
COMMENT ON COLUMN review.correction.reviewers IS 'By whom.';
COMMENT ON COLUMN review.correction.first_at IS 'When first.';
COMMENT ON COLUMN review.correction.last_at IS 'When last.';

ALTER TABLE stage.readings
    ADD COLUMN decided_date_order text CHECK (decided_date_order IN ('DMY', 'MDY', 'YMD')),
    ADD COLUMN decided_decimal_sign text CHECK (decided_decimal_sign IN ('.', ',')),
    ADD COLUMN decided_unit text,
    ADD COLUMN decided_null_reason text;
COMMENT ON COLUMN stage.readings.decided_date_order IS 'Order of day and month that a human decided where the column left it open.';
COMMENT ON COLUMN stage.readings.decided_decimal_sign IS 'Decimal sign that a human decided where the column left it open.';
COMMENT ON COLUMN stage.readings.decided_unit IS 'Unit that a human decided in place of one that cannot measure the field.';
COMMENT ON COLUMN stage.readings.decided_null_reason IS 'Why numbers in that unit are no value of the field, if a human decided so.';

CREATE TABLE stage.training_corpus (
    example_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    decision_id bigint NOT NULL UNIQUE REFERENCES review.decisions,
    document_id bigint NOT NULL,
    source_type text NOT NULL,
    source_name text NOT NULL,
    field text,
    column_name text NOT NULL,
    raw_value text NOT NULL,
    machine_value text,
    corrected_value text,
    null_reason text,
    correction_type text NOT NULL CHECK (correction_type IN ('confirmed', 'corrected', 'no_value', 'mapping')),
    context_before jsonb NOT NULL,
    context_after jsonb NOT NULL,
    difficulty real NOT NULL CHECK (difficulty BETWEEN 0 AND 1),
    split text NOT NULL CHECK (split IN ('train', 'validation', 'test')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE stage.training_corpus IS 'Every applied decision as an example to learn from; the split is stable by document.';
COMMENT ON COLUMN stage.training_corpus.example_id IS 'The example.';
COMMENT ON COLUMN stage.training_corpus.decision_id IS 'The decision it comes from.';
COMMENT ON COLUMN stage.training_corpus.document_id IS 'Document in which it was asked.';
COMMENT ON COLUMN stage.training_corpus.source_type IS 'Kind of source.';
COMMENT ON COLUMN stage.training_corpus.source_name IS 'Source.';
COMMENT ON COLUMN stage.training_corpus.field IS 'Field.';
COMMENT ON COLUMN stage.training_corpus.column_name IS 'Header of the column.';
COMMENT ON COLUMN stage.training_corpus.raw_value IS 'Raw text.';
COMMENT ON COLUMN stage.training_corpus.machine_value IS 'What the machine had made of it.';
COMMENT ON COLUMN stage.training_corpus.corrected_value IS 'What is right.';
COMMENT ON COLUMN stage.training_corpus.null_reason IS 'Why there is no value.';
COMMENT ON COLUMN stage.training_corpus.correction_type IS 'confirmed, corrected, no_value or mapping.';
COMMENT ON COLUMN stage.training_corpus.context_before IS 'The row as it was read.';
COMMENT ON COLUMN stage.training_corpus.context_after IS 'The row with the answer.';
COMMENT ON COLUMN stage.training_corpus.difficulty IS 'One minus the machine''s confidence.';
COMMENT ON COLUMN stage.training_corpus.split IS 'train, validation or test, by a hash of the document''s bytes.';
COMMENT ON COLUMN stage.training_corpus.created_at IS 'When.';

ALTER TABLE stage.cell_findings
    ADD COLUMN decision_id bigint REFERENCES review.decisions,
    ADD COLUMN decided_value text,
    ADD COLUMN decided_null_reason text;
COMMENT ON COLUMN stage.cell_findings.decision_id IS 'Decision that settled the finding; it then no longer asks, and survives new checks.';
COMMENT ON COLUMN stage.cell_findings.decided_value IS 'Value that a human gave this one cell.';
COMMENT ON COLUMN stage.cell_findings.decided_null_reason IS 'Why a human says that this one cell has none.';
