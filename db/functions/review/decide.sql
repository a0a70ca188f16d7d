-- review.decide: a reviewer's answer to an item, taken, checked, kept and applied.
--
-- Promises: a row of review.decisions whatever the outcome of a valid answer; outcome says what it came to:
--   applied     it holds now, for cells_settled cells and every later file of the source
--   superseded  it holds now in place of an earlier answer
--   second      kept; a second reviewer must agree before it counts
--   disagreed   kept; the two differ, and a third person decides
--   unsure      kept; the item stays open
--   late        kept, but nothing was applied: the item had been withdrawn
-- accept takes the proposal, or what the machine made of it; reject says that there is no such value; custom gives p_value:
-- a value of the field in any form its rules can read, 'NULL unknown' for none, a field for a column, DMY or MDY for a date
-- order, a unit for a unit. OC001 with the reason where the value is none of these; OC404 for an unknown item or reviewer.
-- Locks the item and the source. Two answers at once are taken one after the other.
CREATE OR REPLACE FUNCTION review.decide(
    p_item_id bigint, p_action text, p_value text DEFAULT NULL, p_reviewer text DEFAULT NULL, p_note text DEFAULT NULL,
    OUT decision_id bigint, OUT outcome text, OUT result text, OUT cells_settled bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT t.* INTO decision_id, outcome, result, cells_settled
    FROM review.take_answer(p_item_id, p_action, p_value, p_reviewer, p_note, false) AS t;
END
$$;

COMMENT ON FUNCTION review.decide(bigint, text, text, text, text) IS
    'Answers an item: SELECT * FROM review.decide(12, ''custom'', ''HO3272'', ''maria'', ''seen on the licence'').';
