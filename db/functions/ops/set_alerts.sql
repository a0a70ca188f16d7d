-- ops.set_alerts: what a check found wrong; all other alerts of that check are over.
--
-- Promises: of the alerts of a name, exactly those found stay: {subject, message, hint} each. One that was raised before
-- keeps its time and counts; a new one notifies the channel oceanid_alert. Returns how many are new. OC001 where one has no
-- message. Writes ops.alert. May be called twice.
CREATE OR REPLACE FUNCTION ops.set_alerts(p_name text, p_found jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_new bigint;
BEGIN
    IF EXISTS (SELECT FROM jsonb_array_elements(p_found) AS f (found) WHERE coalesce(f.found ->> 'message', '') = '') THEN
        RAISE EXCEPTION 'an alert of % needs a message', p_name
            USING ERRCODE = 'OC001', HINT = 'Say the cause in message and the cure in hint.';
    END IF;
    DELETE FROM ops.alert AS a
    WHERE a.name = p_name
        AND NOT EXISTS (SELECT FROM jsonb_array_elements(p_found) AS f (found) WHERE coalesce(f.found ->> 'subject', '') = a.subject);
    WITH raised AS (
        INSERT INTO ops.alert AS a (name, subject, message, hint)
        SELECT DISTINCT ON (2) p_name, coalesce(f.found ->> 'subject', ''), f.found ->> 'message', f.found ->> 'hint'
        FROM jsonb_array_elements(p_found) AS f (found)
        ON CONFLICT (name, subject) DO UPDATE
        SET message = excluded.message, hint = excluded.hint, seen_at = clock_timestamp(), times = a.times + 1
        RETURNING a.times
    )
    SELECT count(*) INTO v_new FROM raised AS r WHERE r.times = 1;
    IF v_new > 0 THEN
        PERFORM pg_notify('oceanid_alert', p_name);
    END IF;
    RETURN v_new;
END
$$;

COMMENT ON FUNCTION ops.set_alerts(text, jsonb) IS
'Raises the alerts that a check found and takes the others of its name away: SELECT * FROM ops.alert shows them.';
