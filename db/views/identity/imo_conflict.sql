-- identity.imo_conflict: one IMO number on what are two vessels.
--
-- Promises: a row per pair of active entries that say one IMO number and are not one vessel, with the reason. They stay
-- apart until the number is corrected or a person judges them same.
CREATE OR REPLACE VIEW identity.imo_conflict AS
SELECT a.imo, p.entry_a, p.entry_b, sa.source_name AS source_a, sb.source_name AS source_b, a.name AS name_a, b.name AS name_b,
    a.flag AS flag_a, b.flag AS flag_b, a.length_m AS length_a, b.length_m AS length_b, a.year_built AS year_built_a,
    b.year_built AS year_built_b, coalesce(p.apart, 'judged different, or kept apart by what else they are joined with') AS reason
FROM identity.pair AS p
JOIN identity.evidence AS a ON a.entry_id = p.entry_a
JOIN identity.evidence AS b ON b.entry_id = p.entry_b
JOIN stage.source AS sa ON sa.source_id = a.source_id
JOIN stage.source AS sb ON sb.source_id = b.source_id
WHERE p.levels[1] = 1 AND p.outcome <> 'same';

COMMENT ON VIEW identity.imo_conflict IS 'Pairs of entries with one IMO number that are two vessels, and why.';
