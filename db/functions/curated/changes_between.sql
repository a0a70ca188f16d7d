-- curated.changes_between: what is otherwise about the vessels on one day than on an earlier one.
--
-- Promises: a row a vessel and attribute whose best value (curated.best_value) differs between the lists of the two days, as
-- known now: NAME_CHANGE, FLAG_CHANGE, ID_CHANGE, OWNER_CHANGE, OTHER_CHANGE; one row APPEARED or GONE for a vessel that is
-- listed on one of the days only. OC001 where p_to is before p_from. Reads only.
CREATE OR REPLACE FUNCTION curated.changes_between(p_from date, p_to date)
RETURNS TABLE (vessel_id bigint, vessel_name text, change_type text, attribute text, old_value text, new_value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_from IS NULL OR p_to IS NULL OR p_to < p_from THEN
        RAISE EXCEPTION 'there is no time from % to %', coalesce(p_from::text, 'NULL'), coalesce(p_to::text, 'NULL')
            USING ERRCODE = 'OC001', HINT = 'Give two days, the earlier one first.';
    END IF;
    RETURN QUERY
    WITH compared AS (
        SELECT k.vessel_id, k.attribute, o.value AS old_value, n.value AS new_value,
            bool_or(o.value IS NOT NULL) OVER w AS was, bool_or(n.value IS NOT NULL) OVER w AS is_now,
            max(coalesce(n.value, o.value)) FILTER (WHERE k.attribute = 'vessel_name') OVER w AS name,
            row_number() OVER (PARTITION BY k.vessel_id ORDER BY k.attribute = 'vessel_name' DESC, k.attribute) AS place
        FROM (
            SELECT b.vessel_id, b.attribute, b.value FROM curated.best_value(NULL, p_from) AS b
        ) AS o
        FULL JOIN (
            SELECT b.vessel_id, b.attribute, b.value FROM curated.best_value(NULL, p_to) AS b
        ) AS n ON n.vessel_id = o.vessel_id AND n.attribute = o.attribute
        CROSS JOIN LATERAL (
            SELECT coalesce(n.vessel_id, o.vessel_id) AS vessel_id, coalesce(n.attribute, o.attribute) AS attribute
        ) AS k
        WINDOW w AS (PARTITION BY k.vessel_id)
    )
    SELECT c.vessel_id, c.name,
        CASE
            WHEN NOT c.was THEN 'APPEARED'
            WHEN NOT c.is_now THEN 'GONE'
            WHEN c.attribute = 'vessel_name' THEN 'NAME_CHANGE'
            WHEN c.attribute = 'flag_state' THEN 'FLAG_CHANGE'
            WHEN c.attribute = 'owner' THEN 'OWNER_CHANGE'
            WHEN c.attribute IN ('imo_number', 'mmsi', 'call_sign', 'eu_cfr', 'registration', 'external_marking', 'rfmo_id', 'win', 'ffa_id')
                THEN 'ID_CHANGE'
            ELSE 'OTHER_CHANGE'
        END,
        c.attribute, c.old_value, c.new_value
    FROM compared AS c
    WHERE CASE WHEN c.was AND c.is_now THEN c.old_value IS DISTINCT FROM c.new_value ELSE c.place = 1 END
    ORDER BY c.vessel_id, c.attribute;
END
$$;

COMMENT ON FUNCTION curated.changes_between(date, date) IS
    'What changed about the vessels between two days: SELECT * FROM curated.changes_between(''2024-01-01'', ''2025-01-01'').';
