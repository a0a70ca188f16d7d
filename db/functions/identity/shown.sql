-- identity.shown: what is compared of an entry, as a person reads it.
--
-- Promises: a text for each of identity.comparisons(); NULL where there is none. Pure.
CREATE OR REPLACE FUNCTION identity.shown(p_feature identity.feature) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[
    (p_feature).imo, (p_feature).mmsi, (p_feature).ircs, (p_feature).eu_cfr,
    array_to_string((p_feature).registrations, '; '), array_to_string((p_feature).rfmo_ids, '; '),
    (p_feature).name_key || CASE WHEN (p_feature).previous_keys = '{}' THEN '' ELSE
        ' (earlier ' || array_to_string((p_feature).previous_keys, '; ') || ')' END,
    (p_feature).flag || CASE WHEN (p_feature).flags = '{}' THEN '' ELSE ' (earlier ' || array_to_string((p_feature).flags, '; ') || ')' END,
    concat_ws(', ', (p_feature).length_m || coalesce(' m ' || (p_feature).length_type, ' m'), (p_feature).gross_tonnage || ' GT',
        (p_feature).gross_register_tonnage || ' GRT', (p_feature).tonnage || ' tons'),
    (p_feature).year_built::text, array_to_string((p_feature).owners, '; ')];

COMMENT ON FUNCTION identity.shown(identity.feature) IS 'What is compared of an entry, in words.';
