-- review.follow_up: the queue after an answer that may open or settle other questions.
--
-- Promises: where the item was about a column or a reading, or the checks of whole rows now ask otherwise than the queue
-- does, the queue of its source is as the cells demand it now. A document that is being compared again is left to the
-- worker that gates it. Documents that say something else now are promoted anew. The caller holds the source's lock. May run again.
CREATE OR REPLACE FUNCTION review.follow_up(p_item review.items) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- a column's meaning or a cell's finding changes what is promoted without changing a value
    IF p_item.decision_on IN ('column', 'cell') THEN
        PERFORM promote.request(ARRAY(
            SELECT p_item.document_id UNION SELECT f.document_id FROM stage.cell_findings AS f
            WHERE f.decision_id IN (SELECT d.decision_id FROM review.decisions AS d WHERE d.item_id = p_item.item_id)));
    END IF;
    IF NOT EXISTS (SELECT FROM stage.documents AS d WHERE d.document_id = p_item.document_id AND d.status = 'gated') THEN
        RETURN;
    ELSIF p_item.decision_on IN ('column', 'reading') OR EXISTS (
        SELECT FROM (
            SELECT format('cell:%s:%s:%s', f.document_id, f.row_index, f.column_position) AS item_key
            FROM stage.cell_findings AS f
            JOIN stage.documents AS t USING (document_id)
            WHERE f.needs_review AND t.source_id = p_item.source_id
        ) AS now
        FULL JOIN (
            SELECT i.item_key FROM review.items AS i
            WHERE i.source_id = p_item.source_id AND i.decision_on = 'cell' AND i.status IN ('open', 'second', 'adjudication')
        ) AS asked USING (item_key)
        WHERE now.item_key IS NULL OR asked.item_key IS NULL)
    THEN
        PERFORM review.refresh(p_item.document_id);
    END IF;
END
$$;

COMMENT ON FUNCTION review.follow_up(review.items) IS 'What an answer means for other questions.';
