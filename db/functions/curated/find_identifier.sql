-- curated.find_identifier: vessels by a number or sign that any list gives them.
--
-- Promises: every vessel that has the identifier, now or earlier, compared as it is and without blanks and signs, capital
-- letters for small ones; 'IMO 9123456' finds 9123456. With p_scheme (IMO, MMSI, IRCS, EU_CFR, …) only that scheme. One
-- row for each vessel, scheme and role; what holds now first. Reads by index. Takes no lock.
CREATE OR REPLACE FUNCTION curated.find_identifier(p_identifier text, p_scheme text DEFAULT NULL)
RETURNS TABLE (
    vessel_id bigint, vessel_name text, imo_number text, flag_state text, scheme text, identifier text, role text,
    in_force boolean
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.id, s.vessel_name, s.imo_number, s.flag_state, i.scheme, i.identifier, i.role, bool_or(v.recorded_to IS NULL)
    FROM curated.identifiers AS i
    JOIN curated.record_versions AS v ON v.record_version_id = i.record_version_id
    JOIN curated.vessels AS s ON s.id = v.vessel_id
    WHERE i.identifier IN (
            upper(btrim(p_identifier)),
            regexp_replace(upper(p_identifier), '[^[:alnum:]]+', '', 'g'),
            regexp_replace(upper(p_identifier), '^\s*IMO[^0-9]*(\d{7})\s*$', '\1'))
        AND (p_scheme IS NULL OR i.scheme = upper(p_scheme))
    GROUP BY s.id, i.scheme, i.identifier, i.role
    ORDER BY bool_or(v.recorded_to IS NULL) DESC, i.role, s.id, i.scheme, i.identifier;
END;

COMMENT ON FUNCTION curated.find_identifier(text, text) IS
    'Vessels by IMO number, MMSI, call sign or any other identifier: SELECT * FROM curated.find_identifier(''IMO 9123456'').';
