-- identity.model_in_force: the model by which pairs are weighed now.
--
-- Promises: the row of identity.model with the highest version.
CREATE OR REPLACE FUNCTION identity.model_in_force() RETURNS identity.model
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT m FROM identity.model AS m ORDER BY m.version DESC LIMIT 1;
END;

COMMENT ON FUNCTION identity.model_in_force() IS 'The model by which pairs are weighed now.';
