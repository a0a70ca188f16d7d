-- clean.foreign_unit: whether a text names a unit that measures, but not in this dimension.
--
-- Promises: true or false. Kinds of measure (LOA, GT) are no units. Reads ref.unit_alias and ref.unit, locks nothing.
CREATE OR REPLACE FUNCTION clean.foreign_unit(p_text text, p_dimension text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN clean.unit_of(p_text, p_dimension) IS NULL AND EXISTS (
        SELECT FROM ref.unit AS u
        WHERE u.dimension <> p_dimension AND u.factor IS NOT NULL AND u.unit = clean.unit_of(p_text, u.dimension)
    );
END
$$;

COMMENT ON FUNCTION clean.foreign_unit(text, text) IS 'Whether a text is a unit of another dimension: kilograms where m³ belong.';
