-- curated.find_vessel: vessels by whatever one has: a number, a call sign, a name.
--
-- Promises: first those that have it as an identifier (curated.find_identifier), then those with such a name
-- (curated.find_name); each vessel once, at most p_limit. OC001 where nothing can be searched for. Reads by index. Takes no
-- lock.
CREATE OR REPLACE FUNCTION curated.find_vessel(p_text text, p_limit integer DEFAULT 20)
RETURNS TABLE (vessel_id bigint, vessel_name text, imo_number text, flag_state text, matched text, matched_as text, score real)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT b.vessel_id, b.vessel_name, b.imo_number, b.flag_state, b.matched, b.matched_as, b.score
    FROM (
        SELECT DISTINCT ON (f.vessel_id) f.*
        FROM (
            SELECT i.vessel_id, i.vessel_name, i.imo_number, i.flag_state, i.identifier AS matched,
                i.role || ' ' || i.scheme AS matched_as, 1::real AS score, 0 AS step, row_number() OVER () AS place
            FROM curated.find_identifier(p_text) AS i
            UNION ALL
            SELECT n.vessel_id, n.vessel_name, n.imo_number, n.flag_state, n.matched_name, n.matched_role || ' name', n.score,
                1, row_number() OVER ()
            FROM curated.find_name(p_text, p_limit) AS n
        ) AS f
        ORDER BY f.vessel_id, f.step, f.place
    ) AS b
    ORDER BY b.step, b.place
    LIMIT p_limit;
END;

COMMENT ON FUNCTION curated.find_vessel(text, integer) IS
    'Vessels by whatever one has, number or name: SELECT * FROM curated.find_vessel(''9123456'').';
