-- clean.unit_to_convert: the unit that a column's header gives its numbers, where it is not the base unit already.
--
-- Promises: NULL where there is nothing to convert; '?…' where the header names a unit that cannot measure this.
-- Reads ref.unit and ref.unit_alias, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.unit_to_convert(
    p_header text, p_alias_unit text, p_dimension text, p_base_unit text
) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_unit text := coalesce(clean.header_unit(p_header, p_dimension), p_alias_unit);
    v_bracket text := substring(p_header FROM '[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*$');
BEGIN
    IF v_unit IS NULL AND clean.foreign_unit(v_bracket, p_dimension) THEN
        RETURN '?' || v_bracket;
    END IF;
    RETURN (
        SELECT u.unit FROM ref.unit AS u
        WHERE u.dimension = p_dimension AND u.unit = v_unit AND u.unit IS DISTINCT FROM p_base_unit AND u.factor <> 1
    );
END
$$;

COMMENT ON FUNCTION clean.unit_to_convert(text, text, text, text) IS 'Unit of a column by its header, if numbers must be converted.';
