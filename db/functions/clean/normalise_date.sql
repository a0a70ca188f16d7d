-- clean.normalise_date: a date in ISO 8601, as far as it is known.
--
-- Promises: 'YYYY-MM-DD', 'YYYY-MM' or 'YYYY'; a time of day is dropped. Numeric day and month follow the reading's
-- order, unless only one order has such a day, or both give the same; where nobody decided, the text stays as it is,
-- and so does what is no date. Twice changes nothing more.
-- Pure but for today's year (STABLE); takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_date(p_text text, p_reading stage.readings) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~ '^(1[0-9]|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$' THEN p_text
    ELSE coalesce(
        clean.read_date(p_text, coalesce((p_reading).date_order, (p_reading).decided_date_order), (p_reading).field LIKE '%\_END'), clean.fold(p_text))
END;

COMMENT ON FUNCTION clean.normalise_date(text, stage.readings) IS
    'Date in ISO 8601: ''27-MAY-25'' → ''2025-05-27'', ''2017-00-00'' → ''2017''; ''05/03/2019'' only in the column''s order.';
