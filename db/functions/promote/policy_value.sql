-- promote.policy_value: a threshold of promotion for a source.
--
-- Promises: the value of the closest row: of the source, else of its kind, else the general one; OC404 where there is none.
-- Reads promote.policy, locks nothing.
CREATE OR REPLACE FUNCTION promote.policy_value(p_policy text, p_source_id integer) RETURNS numeric
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_value numeric;
BEGIN
    SELECT p.value INTO v_value
    FROM promote.policy AS p
    JOIN stage.source AS s ON s.source_id = p_source_id
    WHERE p.policy = p_policy AND coalesce(p.source_type, s.source_type) = s.source_type
        AND coalesce(p.source_name, s.source_name) = s.source_name
    ORDER BY p.source_name NULLS LAST, p.source_type NULLS LAST LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'promotion has no policy % for source %', p_policy, p_source_id
            USING ERRCODE = 'OC404', HINT = 'SELECT * FROM promote.policy; `oceanid migrate` restores the general rows.';
    END IF;
    RETURN v_value;
END
$$;

COMMENT ON FUNCTION promote.policy_value(text, integer) IS 'Threshold of promotion that holds for a source.';
