-- clean.rule_call: the expression that calls the function a rule names.
--
-- Promises: clean.<name>(argument), or with the reading as well, or with the minimum and maximum of the reading's field,
-- whichever exists with this result type; raises OC001 where none does.
-- Reads the catalog, locks nothing, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.rule_call(p_name text, p_argument text, p_result regtype) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_arguments integer;
BEGIN
    SELECT p.pronargs INTO v_arguments
    FROM pg_proc AS p
    WHERE p.pronamespace = 'clean'::regnamespace AND p.proname = p_name AND p.prorettype = p_result
        AND oidvectortypes(p.proargtypes) IN ('text', 'text, stage.readings', 'text, numeric, numeric')
    ORDER BY p.pronargs DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no function clean.%(text[, stage.readings | numeric, numeric]) returns %', p_name, p_result
            USING ERRCODE = 'OC001', HINT = 'Give the rule the name of an existing function; \df clean.* lists them.';
    END IF;
    RETURN format(
        CASE v_arguments
            WHEN 1 THEN 'clean.%I(%s)'
            WHEN 2 THEN 'clean.%I(%s, reading)'
            ELSE 'clean.%I(%s, minimum, maximum)'
        END, p_name, p_argument);
END
$$;

COMMENT ON FUNCTION clean.rule_call(text, text, regtype) IS 'Call of the cleaning function that a rule names, checked against the catalog.';
