-- review.argilla_dataset_of: the dataset in which an item is asked: one for each kind of field, one for columns.
--
-- Promises: a name that Argilla takes. Reads ref.field, locks nothing.
CREATE OR REPLACE FUNCTION review.argilla_dataset_of(p_decision_on text, p_field text) RETURNS text
LANGUAGE sql STABLE
RETURN 'oceanid-' || CASE
    WHEN p_decision_on = 'column' THEN 'column'
    ELSE coalesce((SELECT f.kind FROM ref.field AS f WHERE f.field = p_field), 'text')
END;

COMMENT ON FUNCTION review.argilla_dataset_of(text, text) IS 'Name of the dataset in Argilla that an item belongs to.';
