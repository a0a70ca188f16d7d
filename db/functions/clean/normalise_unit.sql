-- clean.normalise_unit: a unit or a kind of measure as the code of its dimension's vocabulary.
--
-- Promises: the code, or the folded text where none is known in that dimension. A unit of another dimension is named by
-- its own code, for the validator to judge; 'MT' that cannot be metres is tonnes. Reads ref.field and ref.unit_alias, locks nothing.
CREATE OR REPLACE FUNCTION clean.normalise_unit(p_text text, p_reading stage.readings) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := clean.fold(p_text);
    v_dimension text := (SELECT f.dimension FROM ref.field AS f WHERE f.field = (p_reading).field);
BEGIN
    RETURN coalesce(
        clean.unit_of(v_text, v_dimension), clean.unit_of(v_text, 'mass'), clean.unit_of(v_text, NULL), v_text);
END
$$;

COMMENT ON FUNCTION clean.normalise_unit(text, stage.readings) IS 'Unit or kind of measure in canonical form: ''Pferdestärke (ps)'' → ''PS''.';
