-- clean.vocabulary_lookup: the code of exactly this spelling or code in the vocabulary of a kind.
--
-- Promises: the code, or NULL. Reads the ref tables of the kind, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.vocabulary_lookup(p_kind text, p_text text, p_source_name text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key text := ref.match_key(p_text);
BEGIN
    IF coalesce(v_key, '') = '' THEN
        RETURN NULL;
    END IF;
    CASE p_kind
        WHEN 'gear' THEN
            RETURN (
                SELECT c.code FROM (
                    SELECT a.code, CASE WHEN a.source_name IS NULL THEN 2 ELSE 0 END AS rank FROM ref.gear_alias AS a
                    WHERE a.alias_key = v_key AND (a.source_name IS NULL OR a.source_name = p_source_name)
                    UNION ALL SELECT g.code, 1 FROM ref.gear AS g WHERE g.code = upper(p_text)
                ) AS c ORDER BY c.rank, c.code LIMIT 1
            );
        WHEN 'vessel_type' THEN
            RETURN (
                SELECT c.code FROM (
                    SELECT a.code, CASE WHEN a.source_name IS NULL THEN 2 ELSE 0 END AS rank FROM ref.vessel_type_alias AS a
                    WHERE a.alias_key = v_key AND (a.source_name IS NULL OR a.source_name = p_source_name)
                    UNION ALL SELECT g.code, 1 FROM ref.vessel_type AS g WHERE g.code = upper(p_text)
                ) AS c ORDER BY c.rank, c.code LIMIT 1
            );
        WHEN 'species' THEN
            RETURN (SELECT s.code FROM ref.species AS s WHERE s.code = upper(p_text));
        WHEN 'area' THEN
            RETURN (
                SELECT a.code FROM ref.area AS a
                WHERE a.code = lower(regexp_replace(p_text, '^(?:FAO|area|zone|zona)[ .:]*(?:area|zone)?[ .:]*|^0(?=[1-9])', '', 'gi'))
            );
        WHEN 'rfmo' THEN
            RETURN coalesce(
                (SELECT r.code FROM ref.rfmo AS r WHERE r.code = upper(p_text)),
                (SELECT a.code FROM ref.rfmo_alias AS a WHERE a.alias_key = v_key LIMIT 1)
            );
        ELSE
            RETURN NULL;
    END CASE;
END
$$;

COMMENT ON FUNCTION clean.vocabulary_lookup(text, text, text) IS
    'Code of one spelling in one vocabulary, the source''s own spelling first; NULL if unknown.';
