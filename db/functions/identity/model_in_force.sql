-- identity.model_in_force: the model by which pairs are weighed now.
--
-- Promises: the model that identity.adopt put in force last; the shipped one where none was.
CREATE OR REPLACE FUNCTION identity.model_in_force() RETURNS identity.model
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT m FROM identity.model AS m ORDER BY m.adopted_at DESC NULLS LAST, m.version LIMIT 1;
END;

COMMENT ON FUNCTION identity.model_in_force() IS 'The model by which pairs are weighed now.';
