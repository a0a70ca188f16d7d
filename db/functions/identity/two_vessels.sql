-- identity.two_vessels: whether two rows of one source, alike in some identifier, are plainly two vessels.
--
-- Promises: false where the source gives both one identifier of its own; true where two of its own identifiers, two IMO
-- numbers or two EU fleet numbers differ; true where the names differ (or p_weak: nothing but name and flag agree) and so do
-- length (by more than a tenth) or building year (by more than one). What is missing says nothing. Pure.
CREATE OR REPLACE FUNCTION identity.two_vessels(p_a identity.entry_row, p_b identity.entry_row, p_weak boolean)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN (p_a).own_id = (p_b).own_id THEN false
    WHEN (p_a).own_id <> (p_b).own_id THEN true
    WHEN (p_a).eu_cfr <> (p_b).eu_cfr THEN true
    WHEN (p_a).imo <> (p_b).imo THEN (p_a).eu_cfr IS DISTINCT FROM (p_b).eu_cfr OR (p_a).eu_cfr IS NULL
    ELSE coalesce(
        (p_weak OR (p_a).name_key <> (p_b).name_key)
        AND (coalesce(abs((p_a).length_m - (p_b).length_m) > 0.1 * greatest((p_a).length_m, (p_b).length_m), false)
            OR coalesce(abs((p_a).year_built - (p_b).year_built) > 1, false)), false)
END;

COMMENT ON FUNCTION identity.two_vessels(identity.entry_row, identity.entry_row, boolean) IS
    'Whether two rows of one source that share an identifier are plainly two vessels.';
