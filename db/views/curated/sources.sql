-- curated.sources: who publishes the lists that curated records come from.
--
-- Promises: every source, with its owner's rights: no row of it is about a vessel.
CREATE OR REPLACE VIEW curated.sources AS
SELECT s.source_id, s.source_type, s.source_name, s.trust, s.description
FROM stage.source AS s;

COMMENT ON VIEW curated.sources IS 'Who publishes lists.';
COMMENT ON COLUMN curated.sources.source_id IS 'The source.';
COMMENT ON COLUMN curated.sources.source_type IS 'RFMO, COUNTRY, …';
COMMENT ON COLUMN curated.sources.source_name IS 'Name, as in listed_by of curated.vessels.';
COMMENT ON COLUMN curated.sources.trust IS 'How far it is trusted: low, standard or high. One of the things that choose the best value.';
COMMENT ON COLUMN curated.sources.description IS 'What it is, for people.';
