-- 0006_learning: what answers teach: whether the machine was right, with which score; and rules that repeat answers.
--
-- A verdict is kept when the answer is given, because applying the answer changes the value's score. Which cells were
-- drawn for audit is kept apart from the question: one question can stand for cells of many documents.

CREATE TABLE review.judgement (
    decision_id bigint PRIMARY KEY REFERENCES review.decisions,
    item_id bigint NOT NULL REFERENCES review.items,
    source_id integer NOT NULL REFERENCES stage.source,
    field text NOT NULL REFERENCES ref.field,
    document_id bigint NOT NULL,
    audited boolean NOT NULL,
    score real NOT NULL CHECK (score BETWEEN 0 AND 1),
    confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    was_right boolean NOT NULL,
    cells bigint NOT NULL
);
CREATE INDEX judgement_item ON review.judgement (item_id, decision_id);
CREATE INDEX judgement_field ON review.judgement (field);
COMMENT ON TABLE review.judgement IS 'Whether an applied answer found the machine right, with the score the machine had then.';
COMMENT ON COLUMN review.judgement.decision_id IS 'The answer.';
COMMENT ON COLUMN review.judgement.item_id IS 'What was asked.';
COMMENT ON COLUMN review.judgement.source_id IS 'Source.';
COMMENT ON COLUMN review.judgement.field IS 'Field.';
COMMENT ON COLUMN review.judgement.document_id IS 'Document in which it was asked.';
COMMENT ON COLUMN review.judgement.audited IS 'True: drawn at random from accepted cells; false: asked because the gate held it back.';
COMMENT ON COLUMN review.judgement.score IS 'Composite score that the machine had given its value.';
COMMENT ON COLUMN review.judgement.confidence IS 'Confidence that this score was mapped to then.';
COMMENT ON COLUMN review.judgement.was_right IS 'Whether the answer is what the machine had made of it.';
COMMENT ON COLUMN review.judgement.cells IS 'Cells that the question was about.';

CREATE TABLE review.audit_draw (
    document_id bigint NOT NULL REFERENCES stage.documents ON DELETE CASCADE,
    value_id bigint NOT NULL,
    item_id bigint NOT NULL REFERENCES review.items ON DELETE CASCADE,
    draws integer NOT NULL CHECK (draws > 0),
    rate numeric NOT NULL CHECK (rate > 0),
    score real NOT NULL,
    confidence real NOT NULL,
    drawn_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (document_id, value_id)
);
-- an audit that was answered is found again by what it was about
CREATE INDEX items_audit ON review.items (item_key) WHERE decision_on = 'audit';
CREATE INDEX audit_draw_item ON review.audit_draw (item_id);
COMMENT ON TABLE review.audit_draw IS
    'Accepted cells drawn at random for audit, by document and value; the score stays here, where the reviewer does not see it.';
COMMENT ON COLUMN review.audit_draw.document_id IS 'Document whose cells were drawn.';
COMMENT ON COLUMN review.audit_draw.value_id IS 'Value of the drawn cells.';
COMMENT ON COLUMN review.audit_draw.item_id IS 'Question that stands for them, maybe one that an earlier document had asked.';
COMMENT ON COLUMN review.audit_draw.draws IS 'Cells of this value that were drawn.';
COMMENT ON COLUMN review.audit_draw.rate IS 'Share of cells drawn: one draw stands for 1 / rate cells.';
COMMENT ON COLUMN review.audit_draw.score IS 'Score of the value when it was drawn.';
COMMENT ON COLUMN review.audit_draw.confidence IS 'Confidence of the value when it was drawn.';
COMMENT ON COLUMN review.audit_draw.drawn_at IS 'When.';

CREATE TABLE review.proposed_rule (
    proposal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_key text NOT NULL UNIQUE,
    form text NOT NULL CHECK (form IN ('exact', 'pattern')),
    rule jsonb NOT NULL,
    evidence jsonb NOT NULL,
    preview jsonb NOT NULL DEFAULT '[]',
    values_changed bigint,
    cells_changed bigint,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'approved', 'rejected', 'withdrawn')),
    rule_id integer REFERENCES stage.cleaning_rules ON DELETE SET NULL,
    decided_by text REFERENCES review.reviewer,
    decided_at timestamptz,
    note text,
    proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((decided_by IS NOT NULL) = (status IN ('approved', 'rejected')))
);
COMMENT ON TABLE review.proposed_rule IS
    'Rules that would repeat what people keep answering. withdrawn: a later answer speaks against it. Rejected ones are not proposed again.';
COMMENT ON COLUMN review.proposed_rule.proposal_id IS 'The proposal, for review.approve_rule and review.reject_rule.';
COMMENT ON COLUMN review.proposed_rule.rule_key IS 'Digest of scope, field, pattern and replacement: what makes it the same proposal.';
COMMENT ON COLUMN review.proposed_rule.form IS 'exact: one text, one answer; pattern: one edit, many texts.';
COMMENT ON COLUMN review.proposed_rule.rule IS 'The rule, with the columns of stage.cleaning_rules.';
COMMENT ON COLUMN review.proposed_rule.evidence IS 'Answers behind it: how many, texts, sources, reviewers, the last.';
COMMENT ON COLUMN review.proposed_rule.preview IS 'The first of the stored values that it would change, as clean.preview_rule shows them.';
COMMENT ON COLUMN review.proposed_rule.values_changed IS 'Stored values that it would change when it was proposed.';
COMMENT ON COLUMN review.proposed_rule.cells_changed IS 'Cells that they stand for.';
COMMENT ON COLUMN review.proposed_rule.status IS 'open, approved, rejected or withdrawn.';
COMMENT ON COLUMN review.proposed_rule.rule_id IS 'The rule that approval made.';
COMMENT ON COLUMN review.proposed_rule.decided_by IS 'Who approved or rejected it.';
COMMENT ON COLUMN review.proposed_rule.decided_at IS 'When.';
COMMENT ON COLUMN review.proposed_rule.note IS 'Why, if they said so.';
COMMENT ON COLUMN review.proposed_rule.proposed_at IS 'When it was proposed.';

CREATE TABLE review.calibration_run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version integer,
    field text NOT NULL REFERENCES ref.field,
    judged bigint NOT NULL,
    documents bigint NOT NULL,
    error double precision NOT NULL,
    error_before double precision NOT NULL,
    brier double precision NOT NULL,
    brier_before double precision NOT NULL,
    last_decision_id bigint NOT NULL,
    outcome text NOT NULL,
    calibrated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (version, field)
);
COMMENT ON TABLE review.calibration_run IS
    'What each learnt calibration is worth, out of sample by document; published or not, and why.';
COMMENT ON COLUMN review.calibration_run.run_id IS 'The attempt.';
COMMENT ON COLUMN review.calibration_run.version IS 'Version in stage.calibration; NULL where it was not published.';
COMMENT ON COLUMN review.calibration_run.outcome IS 'published, or why not.';
COMMENT ON COLUMN review.calibration_run.field IS 'Field.';
COMMENT ON COLUMN review.calibration_run.judged IS 'Reviewed values that it was learnt from.';
COMMENT ON COLUMN review.calibration_run.documents IS 'Documents that they come from.';
COMMENT ON COLUMN review.calibration_run.error IS 'Expected calibration error where each document is scored by a map that has not seen it.';
COMMENT ON COLUMN review.calibration_run.error_before IS 'Expected calibration error of the map that it replaces, on the same values.';
COMMENT ON COLUMN review.calibration_run.brier IS 'Mean squared error of the confidence, out of sample likewise.';
COMMENT ON COLUMN review.calibration_run.brier_before IS 'The same of the map that it replaces.';
COMMENT ON COLUMN review.calibration_run.last_decision_id IS 'The latest answer that went into it.';
COMMENT ON COLUMN review.calibration_run.calibrated_at IS 'When.';
