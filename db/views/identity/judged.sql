-- identity.judged: what people say about two entries now.
--
-- Promises: one row per pair whose latest judgement is not withdrawn.
CREATE OR REPLACE VIEW identity.judged AS
SELECT j.entry_a, j.entry_b, j.verdict, j.judged_by, j.judged_at, j.note, j.judgement_id
FROM identity.judgement AS j
WHERE j.verdict <> 'withdrawn' AND NOT EXISTS (
    SELECT FROM identity.judgement AS later
    WHERE later.entry_a = j.entry_a AND later.entry_b = j.entry_b AND later.judgement_id > j.judgement_id);

COMMENT ON VIEW identity.judged IS 'The judgement that counts, by pair of entries.';
