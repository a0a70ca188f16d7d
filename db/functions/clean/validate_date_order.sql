-- clean.validate_date_order: false where a text is a numeric date whose day and month nobody could tell apart.
--
-- Promises: true or false, never raises. Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.validate_date_order(p_text text, p_reading stage.readings) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN NOT (
    coalesce((p_reading).date_order, (p_reading).decided_date_order) IS NULL
    AND p_text ~ '^(0?[1-9]|1[0-2])[-/. ](0?[1-9]|1[0-2])[-/. ]([0-9]{4}|[0-9]{2})([T ,].*)?$'
);

COMMENT ON FUNCTION clean.validate_date_order(text, stage.readings) IS
    'Whether the order of day and month is known, where the text needs one.';
