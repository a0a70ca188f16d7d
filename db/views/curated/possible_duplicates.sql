-- curated.possible_duplicates: pairs of vessels that may be one, which a person has not decided yet.
--
-- Promises: the likeliest pair of entries of each two vessels; nothing that was judged. With its owner's rights: what identity
-- keeps is not for analysts, this is.
CREATE OR REPLACE VIEW curated.possible_duplicates AS
SELECT DISTINCT ON (least(m.vessel_id, n.vessel_id), greatest(m.vessel_id, n.vessel_id))
    a.id AS vessel_a,
    a.vessel_name AS name_a,
    a.flag_state AS flag_a,
    a.imo_number AS imo_a,
    a.listed_by AS listed_by_a,
    b.id AS vessel_b,
    b.vessel_name AS name_b,
    b.flag_state AS flag_b,
    b.imo_number AS imo_b,
    b.listed_by AS listed_by_b,
    p.posterior::real AS probability,
    p.entry_a,
    p.entry_b
FROM identity.pair AS p
JOIN identity.membership AS m ON m.entry_id = p.entry_a
JOIN identity.membership AS n ON n.entry_id = p.entry_b
JOIN curated.vessels AS a ON a.id = least(m.vessel_id, n.vessel_id)
JOIN curated.vessels AS b ON b.id = greatest(m.vessel_id, n.vessel_id)
WHERE p.outcome = 'undecided' AND m.vessel_id <> n.vessel_id
    AND NOT EXISTS (
        SELECT FROM identity.judged AS j WHERE j.entry_a = p.entry_a AND j.entry_b = p.entry_b
    )
ORDER BY least(m.vessel_id, n.vessel_id), greatest(m.vessel_id, n.vessel_id), p.posterior DESC, p.entry_a, p.entry_b;

COMMENT ON VIEW curated.possible_duplicates IS 'Pairs of vessels that may be one and that nobody has decided on.';
COMMENT ON COLUMN curated.possible_duplicates.vessel_a IS 'One vessel.';
COMMENT ON COLUMN curated.possible_duplicates.name_a IS 'Its name.';
COMMENT ON COLUMN curated.possible_duplicates.flag_a IS 'Its flag.';
COMMENT ON COLUMN curated.possible_duplicates.imo_a IS 'Its IMO number.';
COMMENT ON COLUMN curated.possible_duplicates.listed_by_a IS 'Sources that list it.';
COMMENT ON COLUMN curated.possible_duplicates.vessel_b IS 'The other vessel.';
COMMENT ON COLUMN curated.possible_duplicates.name_b IS 'Its name.';
COMMENT ON COLUMN curated.possible_duplicates.flag_b IS 'Its flag.';
COMMENT ON COLUMN curated.possible_duplicates.imo_b IS 'Its IMO number.';
COMMENT ON COLUMN curated.possible_duplicates.listed_by_b IS 'Sources that list it.';
COMMENT ON COLUMN curated.possible_duplicates.probability IS 'Probability that the two are one, by the model.';
COMMENT ON COLUMN curated.possible_duplicates.entry_a IS 'Entry of the one that is likest the other: identity.explain(entry_a, entry_b) says why.';
COMMENT ON COLUMN curated.possible_duplicates.entry_b IS 'Entry of the other.';
