-- ref.load_locations: ports of UN/LOCODE, from rows of the code list that UNECE publishes.
--
-- Promises: every location with function 1 (port) and no mark of removal is in ref.port afterwards, as LOCODE- and its
-- five signs; other locations are left out. Coordinates (2529N 05308E) become decimal degrees, those out of range
-- none. Returns how many rows were added or changed; the same rows again change nothing. Keys of a row, in lower case:
-- change, country, location, name, namewodiacritics or name_ascii, function, coordinates.
-- Reads ref.country, locks what it writes in ref.port. May be called twice.
CREATE OR REPLACE FUNCTION ref.load_locations(p_rows jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_changed bigint;
BEGIN
    IF p_rows IS NULL OR jsonb_typeof(p_rows) <> 'array' THEN
        RAISE EXCEPTION 'locations are loaded from a JSON array of rows'
            USING ERRCODE = 'OC001', HINT = 'Use: oceanid load-reference unlocode FILE';
    END IF;
    INSERT INTO ref.port AS p (port_id, name, country, latitude, longitude)
    SELECT DISTINCT ON (f.port_id) f.port_id, f.name, c.iso3, d.latitude, d.longitude
    FROM jsonb_to_recordset(p_rows) AS r (
        change text, country text, location text, name text, namewodiacritics text, name_ascii text,
        "function" text, coordinates text)
    CROSS JOIN LATERAL (
        SELECT 'LOCODE-' || upper(btrim(r.country) || btrim(r.location)) AS port_id,
            upper(btrim(coalesce(nullif(btrim(r.name), ''), r.namewodiacritics, r.name_ascii))) AS name,
            regexp_match(btrim(r.coordinates), '^([0-9]{2})([0-5][0-9])([NS]) ([0-9]{3})([0-5][0-9])([EW])$') AS m
    ) AS f
    CROSS JOIN LATERAL (
        SELECT round((f.m[1]::numeric + f.m[2]::numeric / 60) * CASE f.m[3] WHEN 'S' THEN -1 ELSE 1 END, 4) AS latitude,
            round((f.m[4]::numeric + f.m[5]::numeric / 60) * CASE f.m[6] WHEN 'W' THEN -1 ELSE 1 END, 4) AS longitude
    ) AS g
    CROSS JOIN LATERAL (
        SELECT CASE WHEN abs(g.latitude) <= 90 AND abs(g.longitude) <= 180 THEN g.latitude END AS latitude,
            CASE WHEN abs(g.latitude) <= 90 AND abs(g.longitude) <= 180 THEN g.longitude END AS longitude
    ) AS d
    LEFT JOIN ref.country AS c ON c.iso2 = upper(btrim(r.country))
    WHERE f.port_id ~ '^LOCODE-[A-Z]{2}[A-Z0-9]{3}$'
        AND f.name <> ''
        AND left(btrim(r."function"), 1) = '1'
        AND coalesce(btrim(r.change), '') <> 'X'
    ORDER BY f.port_id, f.name
    ON CONFLICT (port_id) DO UPDATE
        SET name = excluded.name, country = excluded.country,
            latitude = excluded.latitude, longitude = excluded.longitude
        WHERE NOT p.shipped
            AND (p.name, p.country, p.latitude, p.longitude)
                IS DISTINCT FROM (excluded.name, excluded.country, excluded.latitude, excluded.longitude);
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    RETURN v_changed;
END
$$;

COMMENT ON FUNCTION ref.load_locations(jsonb) IS
    'Adds the ports of a UN/LOCODE file''s rows (JSON array); returns how many rows were added or changed.';
