-- review.check_reviewer: refuses answers of people who are not reviewers.
--
-- Promises: returns for an active reviewer; else OC404 with the cure. Reads review.reviewer, locks nothing.
CREATE OR REPLACE FUNCTION review.check_reviewer(p_reviewer text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM review.reviewer AS r WHERE r.reviewer = p_reviewer AND r.active) THEN
        RAISE EXCEPTION '% is no active reviewer', coalesce(p_reviewer, 'nobody')
            USING ERRCODE = 'OC404', HINT = 'SELECT review.add_reviewer(''maria'', ''Maria Soto'') makes one.';
    END IF;
END
$$;

COMMENT ON FUNCTION review.check_reviewer(text) IS 'Only active reviewers answer.';
