-- identity.undecided: pairs of entries about which a person must decide.
--
-- Promises: a row per pair with outcome undecided that nobody judged, the likeliest first.
CREATE OR REPLACE VIEW identity.undecided AS
SELECT p.entry_a, p.entry_b, round(p.posterior::numeric, 4) AS posterior, sa.source_name AS source_a, sb.source_name AS source_b,
    a.name AS name_a, b.name AS name_b, a.flag AS flag_a, b.flag AS flag_b, a.length_m AS length_a, b.length_m AS length_b
FROM identity.pair AS p
JOIN identity.evidence AS a ON a.entry_id = p.entry_a
JOIN identity.evidence AS b ON b.entry_id = p.entry_b
JOIN stage.source AS sa ON sa.source_id = a.source_id
JOIN stage.source AS sb ON sb.source_id = b.source_id
WHERE p.outcome = 'undecided'
ORDER BY p.posterior DESC, p.entry_a, p.entry_b;

COMMENT ON VIEW identity.undecided IS 'Pairs of entries about which a person must decide.';
