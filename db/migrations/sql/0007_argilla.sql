-- 0007_argilla: which items are asked about in Argilla, and which answers came back from there.
--
-- A record of Argilla is one asking of an item. The row is written before the record is sent, so that a worker that dies
-- between the two leaves nothing that nobody knows of. An item that has to be asked again (the answer was refused, the
-- decision was undone, a second reviewer is needed) gets a new record, a new round: an answered record of Argilla does not
-- come back to anybody's queue.

CREATE TABLE review.argilla_record (
    item_id bigint NOT NULL REFERENCES review.items ON DELETE CASCADE,
    round integer NOT NULL DEFAULT 1 CHECK (round >= 1),
    external_id text NOT NULL GENERATED ALWAYS AS (
        item_id::text || CASE WHEN round > 1 THEN '.' || round::text ELSE '' END) STORED UNIQUE,
    dataset text NOT NULL,
    record_id uuid,
    content_hash text,
    pushed_at timestamptz,
    withdrawn_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (item_id, round),
    CHECK ((record_id IS NULL) = (pushed_at IS NULL)),
    CHECK ((content_hash IS NULL) = (pushed_at IS NULL)),
    CHECK (withdrawn_at IS NULL OR pushed_at IS NOT NULL)
);
COMMENT ON TABLE review.argilla_record IS 'Askings of items in Argilla: one record there each.';
COMMENT ON COLUMN review.argilla_record.item_id IS 'The item.';
COMMENT ON COLUMN review.argilla_record.round IS 'How often it was asked there, this asking included.';
COMMENT ON COLUMN review.argilla_record.external_id IS 'Name of the record in Argilla: the item, from the second round on with the round.';
COMMENT ON COLUMN review.argilla_record.dataset IS 'Dataset in Argilla, by its name.';
COMMENT ON COLUMN review.argilla_record.record_id IS 'The record''s own id in Argilla; NULL: not sent yet.';
COMMENT ON COLUMN review.argilla_record.content_hash IS 'Hash of what was sent last; the record is sent again where the item has another.';
COMMENT ON COLUMN review.argilla_record.pushed_at IS 'When it was sent last.';
COMMENT ON COLUMN review.argilla_record.withdrawn_at IS 'When it was closed in Argilla because the item was settled elsewhere.';
COMMENT ON COLUMN review.argilla_record.created_at IS 'When it was planned.';

CREATE TABLE review.argilla_response (
    taken_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    response_id uuid NOT NULL,
    external_id text,
    item_id bigint,
    round integer,
    dataset text NOT NULL,
    argilla_user text,
    reviewer text REFERENCES review.reviewer,
    status text NOT NULL CHECK (status IN ('submitted', 'discarded')),
    answer jsonb NOT NULL,
    answered_at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN (
        'applied', 'superseded', 'second', 'disagreed', 'unsure', 'late', 'overtaken', 'refused', 'no_reviewer', 'no_item')),
    message text,
    decision_id bigint UNIQUE REFERENCES review.decisions,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (item_id, round) REFERENCES review.argilla_record (item_id, round) ON DELETE SET NULL (item_id, round)
);
CREATE INDEX argilla_response_latest ON review.argilla_response (response_id, taken_id);
CREATE INDEX argilla_response_record ON review.argilla_response (item_id, round);
COMMENT ON TABLE review.argilla_response IS
    'Every answer that came from Argilla, once for each content it had, with what it came to.';
COMMENT ON COLUMN review.argilla_response.taken_id IS 'The row.';
COMMENT ON COLUMN review.argilla_response.response_id IS 'The response''s own id in Argilla; an edited response keeps it.';
COMMENT ON COLUMN review.argilla_response.external_id IS 'Name of the record it belongs to, as Argilla has it.';
COMMENT ON COLUMN review.argilla_response.item_id IS 'The item.';
COMMENT ON COLUMN review.argilla_response.round IS 'The asking.';
COMMENT ON COLUMN review.argilla_response.dataset IS 'Dataset in Argilla.';
COMMENT ON COLUMN review.argilla_response.argilla_user IS 'Who answered, by the name in Argilla.';
COMMENT ON COLUMN review.argilla_response.reviewer IS 'Who that is here.';
COMMENT ON COLUMN review.argilla_response.status IS 'submitted or discarded; a discarded one counts as unsure.';
COMMENT ON COLUMN review.argilla_response.answer IS 'What was answered, by question.';
COMMENT ON COLUMN review.argilla_response.answered_at IS 'When, by Argilla''s clock.';
COMMENT ON COLUMN review.argilla_response.outcome IS
    'As review.decide says it; overtaken: older than the decision that holds; refused: no valid answer; no_reviewer: nobody '
    'here has that name in Argilla yet (taken again once somebody has); no_item: a record that Oceanid did not push.';
COMMENT ON COLUMN review.argilla_response.message IS 'Why it was refused.';
COMMENT ON COLUMN review.argilla_response.decision_id IS 'The decision that it became.';
COMMENT ON COLUMN review.argilla_response.taken_at IS 'When it was taken.';

CREATE SEQUENCE review.argilla_sweep;
COMMENT ON SEQUENCE review.argilla_sweep IS 'Numbers the sweeps over Argilla''s answers.';
