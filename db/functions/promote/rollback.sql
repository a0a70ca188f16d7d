-- promote.rollback: takes back what one run promoted, also where later runs have followed.
--
-- Promises: the run no longer stands; records in force, evidence, memberships and vessels are what the remaining runs say,
-- as if it had never been promoted, and what was in force before is in force again with its own ids and times. Its records
-- stay as history: recorded says when they were in force. The document is not promoted again until somebody does so by
-- name. OC404 where there is no such run; OC002 where it promoted nothing, or was rolled back before.
-- Locks the document's row, its source, then promote.lock_curated. Not to be called twice for a run: the second is refused.
CREATE OR REPLACE FUNCTION promote.rollback(
    p_run_id bigint, p_who text DEFAULT SESSION_USER, p_why text DEFAULT NULL,
    OUT document_id bigint, OUT records_withdrawn bigint, OUT records_restored bigint, OUT vessels_added bigint,
    OUT vessels_changed bigint, OUT vessels_removed bigint
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    v_log stage.promotion_log;
    v_document stage.documents;
    v_at timestamptz;
    v_settled record;
BEGIN
    IF coalesce(btrim(p_who), '') = '' THEN
        RAISE EXCEPTION 'a rollback needs somebody who answers for it'
            USING ERRCODE = 'OC001', HINT = 'SELECT * FROM promote.rollback(run, ''maria'', ''why'').';
    END IF;
    SELECT * INTO v_log FROM stage.promotion_log AS l WHERE l.run_id = p_run_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no run %', p_run_id
            USING ERRCODE = 'OC404', HINT = 'SELECT run_id, document_id, status FROM stage.promotion_log lists them.';
    END IF;
    PERFORM FROM stage.documents AS t WHERE t.document_id = v_log.document_id FOR KEY SHARE;
    PERFORM clean.lock_source(v_log.source_id);
    v_at := promote.lock_curated();
    SELECT * INTO v_log FROM stage.promotion_log AS l WHERE l.run_id = p_run_id FOR UPDATE;
    IF v_log.status = 'rolled_back' THEN
        RAISE EXCEPTION 'run % was rolled back already, by % on %', p_run_id, v_log.rolled_back_by, v_log.rolled_back_at::timestamp(0)
            USING ERRCODE = 'OC002', HINT = format('To have it again, promote the document: SELECT * FROM promote.run(%s).', v_log.document_id);
    ELSIF v_log.status <> 'promoted' THEN
        RAISE EXCEPTION 'run % promoted nothing: it is %', p_run_id, v_log.status
            USING ERRCODE = 'OC002', HINT = 'Only a run with status promoted can be rolled back: SELECT * FROM promote.standing_run.';
    END IF;
    SELECT * INTO v_document FROM stage.documents AS t WHERE t.document_id = v_log.document_id;
    UPDATE stage.promotion_log AS l
    SET status = 'rolled_back', rolled_back_at = v_at, rolled_back_by = p_who, rolled_back_why = p_why
    WHERE l.run_id = p_run_id;
    SELECT * INTO v_settled FROM promote.settle(v_document.source_id, v_document.list_name, p_run_id, v_at);
    document_id := v_log.document_id;
    records_withdrawn := v_settled.ended;
    records_restored := v_settled.begun;
    SELECT f.added, f.changed, f.removed INTO vessels_added, vessels_changed, vessels_removed
    FROM promote.refresh_entries(v_settled.entry_ids) AS f;
END
$$;

COMMENT ON FUNCTION promote.rollback(bigint, text, text) IS
    'Takes a run back exactly: SELECT * FROM promote.rollback(12, ''maria'', ''wrong file'').';
