-- stage.cell_shape: what a cell looks like at a glance, for telling headers from data.
--
-- Promises: n number, d date, b boolean, c code (digits among capitals), l long text, t other text; NULL for a blank.
-- Pure: reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION stage.cell_shape(p_text text, p_raw_type text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text !~ '[^[:space:]\u00A0]' THEN NULL
    WHEN p_raw_type IN ('n', 'd', 'b') THEN p_raw_type
    WHEN p_text ~ '^[[:space:]]*[-+]?[0-9][0-9., ]*[[:space:]]*$' THEN 'n'
    WHEN p_text ~ '^[[:space:]]*([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{1,2}[- ./][[:alpha:]]{3,9}[- ./]+[0-9]{2,4})' THEN 'd'
    WHEN p_text ~ '[0-9]' AND p_text !~ '[a-z]' AND p_text !~ '[(].*[)]' AND length(p_text) <= 20 THEN 'c'
    WHEN length(p_text) > 80 THEN 'l'
    ELSE 't'
END;

COMMENT ON FUNCTION stage.cell_shape(text, text) IS
'What a cell looks like: n number, d date, b boolean, c code, l long text, t text, NULL blank. Used to find the header.';
