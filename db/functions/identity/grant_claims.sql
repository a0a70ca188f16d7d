-- identity.grant_claims: the groups of rows that identity.enter is working on get the entries they claim, where they fit.
--
-- Promises: a group gets the smallest entry it claims none of whose rows, in other documents or in this one, is plainly
-- another vessel (identity.two_vessels); of several groups that claim an entry at once the first decides who fits. Claims
-- are used up. Reads and writes the temporary tables of identity.enter; has no meaning elsewhere.
CREATE OR REPLACE FUNCTION identity.grant_claims(p_document_id bigint, p_weak boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = ON
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_temp.entering_claim) THEN
        RETURN;
    END IF;
    WITH claim AS (
        SELECT e.group_id, e.entry, c.entry_id
        FROM pg_temp.entering_claim AS c JOIN pg_temp.entering AS e USING (group_id)
        WHERE NOT EXISTS (
                SELECT FROM identity.entry_row AS h
                WHERE h.entry_id = c.entry_id AND h.document_id <> p_document_id
                    AND identity.two_vessels(h, e.entry, p_weak))
            AND NOT EXISTS (
                SELECT FROM pg_temp.entering AS o
                WHERE o.entry_id = c.entry_id AND identity.two_vessels(o.entry, e.entry, p_weak))
    ), wanted AS (
        SELECT DISTINCT ON (c.group_id) c.group_id, c.entry, c.entry_id FROM claim AS c ORDER BY c.group_id, c.entry_id
    ), first AS (
        SELECT DISTINCT ON (w.entry_id) w.entry_id, w.entry FROM wanted AS w ORDER BY w.entry_id, w.group_id
    )
    UPDATE pg_temp.entering AS e SET entry_id = w.entry_id
    FROM wanted AS w JOIN first AS f USING (entry_id)
    WHERE e.group_id = w.group_id AND NOT identity.two_vessels(f.entry, w.entry, p_weak);
    DELETE FROM pg_temp.entering_claim;
END
$$;

COMMENT ON FUNCTION identity.grant_claims(bigint, boolean) IS 'Part of identity.enter: gives groups of rows the entries they claim.';
