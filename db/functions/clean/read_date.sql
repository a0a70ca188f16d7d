-- clean.read_date: what clean.normalise_date makes of a text that is not an ISO date already.
--
-- Promises: an ISO date, or NULL where the text is none or its day and month could be either. p_order is DMY, MDY or
-- NULL; p_end says that the date ends something ('31-12-99' is then 2099). Never raises.
-- Takes no lock, reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.read_date(p_text text, p_order text, p_end boolean) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- the time of day and the zone, which no field keeps
    c_time CONSTANT text := '[T ,]+[0-2]?[0-9][:.h][0-5][0-9]([:.][0-5][0-9]([.,][0-9]+)?)? ?([aApP]\.? ?[mM]\.?)?'
        || ' ?(Z|UTC|GMT|[+-][0-9]{2}:?([0-9]{2})?)?$';
    v_text text := btrim(regexp_replace(clean.fold(p_text), c_time, ''), ' .,');
    m text[];
    v_dmy text;
    v_mdy text;
BEGIN
    m := regexp_match(v_text, '^([1-9][0-9]{3})(?:[-/. ]|年)([0-9]{1,2})(?:(?:[-/. ]|月)([0-9]{1,2})日?|月)?$');
    IF m IS NOT NULL THEN
        RETURN clean.calendar_date(m[1], m[2]::integer, m[3]::integer, p_end);
    END IF;
    m := regexp_match(v_text, '^([12][0-9]{3}|9999)([01][0-9])([0-3][0-9])$');
    IF m IS NOT NULL THEN
        RETURN clean.calendar_date(m[1], m[2]::integer, m[3]::integer, p_end);
    END IF;
    IF v_text ~ '^[12][0-9]{3}$' THEN
        RETURN v_text;
    END IF;
    m := regexp_match(v_text, '^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})$');
    IF m IS NOT NULL THEN
        v_dmy := clean.calendar_date(m[3], m[2]::integer, m[1]::integer, p_end);
        v_mdy := clean.calendar_date(m[3], m[1]::integer, m[2]::integer, p_end);
        RETURN CASE
            WHEN p_order = 'DMY' THEN v_dmy
            WHEN p_order = 'MDY' THEN v_mdy
            WHEN v_dmy = v_mdy THEN v_dmy
            WHEN v_mdy IS NULL AND m[2]::integer BETWEEN 1 AND 12 THEN v_dmy
            WHEN v_dmy IS NULL AND m[1]::integer BETWEEN 1 AND 12 THEN v_mdy
        END;
    END IF;
    -- 27-MAY-25, 1 de enero de 2020, 3rd March 2021
    m := regexp_match(v_text, '^([0-9]{1,2})(?:st|nd|rd|th|er|º|\.)?[-/ .,]*(?:de |of )?([[:alpha:]]{3,12})\.?[-/ .,]*(?:de |del )?([0-9]{4}|[0-9]{2})$', 'i');
    IF m IS NOT NULL THEN
        RETURN clean.calendar_date(m[3], nullif(coalesce(clean.month_number(m[2]), 99), 0), m[1]::integer, p_end);
    END IF;
    -- May 27, 2025
    m := regexp_match(v_text, '^([[:alpha:]]{3,12})\.?[-/ .,]+([0-9]{1,2})(?:st|nd|rd|th)?[-/ .,]+([0-9]{4}|[0-9]{2})$', 'i');
    IF m IS NOT NULL THEN
        RETURN clean.calendar_date(m[3], coalesce(clean.month_number(m[1]), 99), m[2]::integer, p_end);
    END IF;
    -- May 2025, 05/2025
    m := regexp_match(v_text, '^([[:alpha:]]{3,12})\.?[-/ .,]*(?:de |del )?([0-9]{4})$', 'i');
    IF m IS NOT NULL THEN
        RETURN clean.calendar_date(m[2], coalesce(clean.month_number(m[1]), 99), 0, p_end);
    END IF;
    m := regexp_match(v_text, '^([0-9]{1,2})[-/.]([0-9]{4})$');
    IF m IS NOT NULL AND m[1]::integer BETWEEN 1 AND 12 THEN
        RETURN clean.calendar_date(m[2], m[1]::integer, 0, p_end);
    END IF;
    -- 2025-May-27
    m := regexp_match(v_text, '^([12][0-9]{3})[-/ .]([[:alpha:]]{3,12})[-/ .]([0-9]{1,2})$', 'i');
    IF m IS NOT NULL THEN
        RETURN clean.calendar_date(m[1], coalesce(clean.month_number(m[2]), 99), m[3]::integer, p_end);
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION clean.read_date(text, text, boolean) IS
    'ISO date of a text in one of the ways registries write dates, or NULL where it cannot be read one way only.';
