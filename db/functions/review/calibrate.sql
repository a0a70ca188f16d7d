-- review.calibrate: what reviewed values say about scores becomes the confidence of scores.
--
-- Promises: for every field (or the one given) with at least review.policy calibrate_after judged values, of two or more
-- documents, its worth in review.calibration_run and, where its mean squared error on documents that it has not seen is less
-- than that of the map in force, a new version in stage.calibration. The map comes from all of them; its error is estimated
-- on documents that a map from the other half has not seen. version is NULL, and outcome says why, where nothing was
-- published: too few values, one document only, no better, or nothing new since the last time. Cleaning uses the new map
-- from the next document on; clean.reclean(p_field => …) applies it to what is stored. Lets one call run at a time.
CREATE OR REPLACE FUNCTION review.calibrate(p_field text DEFAULT NULL)
RETURNS TABLE (
    field text, version integer, judged bigint, documents bigint, error double precision, error_before double precision,
    outcome text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_version integer;
    v_state record;
    v_worth record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.calibrate'));
    v_version := 1 + (SELECT coalesce(max(c.version), 0) FROM stage.calibration AS c);
    FOR v_state IN
        SELECT j.field, f.kind, count(*) AS judged, count(DISTINCT j.document_id) AS documents, max(j.decision_id) AS last_id
        FROM review.judged AS j JOIN ref.field AS f ON f.field = j.field
        WHERE p_field IS NULL OR j.field = p_field
        GROUP BY j.field, f.kind ORDER BY j.field
    LOOP
        field := v_state.field;
        judged := v_state.judged;
        documents := v_state.documents;
        version := NULL;
        error := NULL;
        error_before := NULL;
        outcome := CASE
            WHEN judged < review.policy_value('calibrate_after')
                THEN format('%s reviewed values, %s needed', judged, review.policy_value('calibrate_after'))
            WHEN documents < 2 THEN 'reviewed values of one document only'
            WHEN EXISTS (
                SELECT FROM review.calibration_run AS r
                WHERE r.field = v_state.field AND r.last_decision_id = v_state.last_id AND r.judged = v_state.judged)
                THEN 'nothing new'
        END;
        IF outcome IS NULL THEN
            SELECT e.error, e.error_before, e.brier, e.brier_before INTO v_worth
            FROM review.calibration_worth(v_state.field, v_state.kind) AS e;
            error := v_worth.error;
            error_before := v_worth.error_before;
            IF round(v_worth.brier::numeric, 6) < round(v_worth.brier_before::numeric, 6) THEN
                version := v_version;
                outcome := 'published';
                INSERT INTO stage.calibration (version, kind, field, score, confidence)
                SELECT v_version, v_state.kind, v_state.field, s.score, s.confidence
                FROM review.fit_calibration(v_state.field) AS s;
            ELSE
                outcome := format('no better on documents it has not seen: mean squared error %s, %s in force',
                    round(v_worth.brier::numeric, 6), round(v_worth.brier_before::numeric, 6));
            END IF;
            INSERT INTO review.calibration_run (
                version, field, judged, documents, error, error_before, brier, brier_before, last_decision_id, outcome)
            VALUES (
                version, v_state.field, v_state.judged, v_state.documents, v_worth.error, v_worth.error_before,
                v_worth.brier, v_worth.brier_before, v_state.last_id, outcome);
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

COMMENT ON FUNCTION review.calibrate(text) IS 'Learns the confidence of scores from answers: SELECT * FROM review.calibrate().';
