-- identity.weigh: pairs of entries compared and weighed by the model in force.
--
-- Promises: a row for each given pair (element n of both arrays) whose entries have features: the levels, the weight, the
-- probability before anybody else is considered, and why the two are apart. Reads identity.feature, the model and its terms.
CREATE OR REPLACE FUNCTION identity.weigh(p_a bigint[], p_b bigint[])
RETURNS TABLE (entry_a bigint, entry_b bigint, levels smallint[], weight double precision, posterior double precision, apart text)
LANGUAGE plpgsql STABLE ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_model constant identity.model := identity.model_in_force();
    v_w constant double precision[] := identity.weight_array((v_model).version);
    v_m constant double precision[] := identity.m_array((v_model).version);
    -- one IMO number, and nothing that keeps the two apart, decides by itself
    v_imo constant double precision := 60;
BEGIN
    RETURN QUERY
    SELECT s.entry_a, s.entry_b, s.levels, s.weight, identity.probability(s.weight, (v_model).match_share), s.apart
    FROM (
        SELECT c.*, greatest(identity.weight_of(c.levels, c.shares, v_w, v_m),
            CASE WHEN c.levels[1] = 1 AND c.apart IS NULL THEN v_imo END) AS weight
        FROM identity.compared((v_model).version, p_a, p_b) AS c
    ) AS s;
END
$$;

COMMENT ON FUNCTION identity.weigh(bigint[], bigint[]) IS
    'Compares and weighs pairs of entries: SELECT * FROM identity.weigh(ARRAY[1], ARRAY[7]).';
