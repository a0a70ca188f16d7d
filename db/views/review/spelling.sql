-- review.spelling: the spellings by which the vocabularies know their codes, under the key by which texts meet.
--
-- Promises: one row a spelling and code, of the kinds that have spellings of their own. Keys are as ref.match_key makes them.
CREATE OR REPLACE VIEW review.spelling AS
SELECT 'country' AS kind, NULL::text AS dimension, a.alias_key AS key, a.iso3 AS code
FROM ref.country_alias AS a WHERE a.iso3 IS NOT NULL
UNION ALL
SELECT 'gear', NULL, g.alias_key, g.code FROM ref.gear_alias AS g
UNION ALL
SELECT 'vessel_type', NULL, t.alias_key, t.code FROM ref.vessel_type_alias AS t
UNION ALL
SELECT 'rfmo', NULL, r.alias_key, r.code FROM ref.rfmo_alias AS r
UNION ALL
SELECT 'unit', u.dimension, ref.match_key(u.alias), u.unit FROM ref.unit_alias AS u
UNION ALL
SELECT 'species', NULL, ref.match_key(n.name), s.code
FROM ref.species AS s CROSS JOIN LATERAL (VALUES (s.name), (s.scientific_name)) AS n (name)
WHERE n.name IS NOT NULL;

COMMENT ON VIEW review.spelling IS 'Spellings of the vocabularies'' codes: what a text is compared with for suggestions.';
COMMENT ON COLUMN review.spelling.kind IS 'Kind of field that the vocabulary is for.';
COMMENT ON COLUMN review.spelling.dimension IS 'Dimension of the field, where the vocabulary is of units.';
COMMENT ON COLUMN review.spelling.key IS 'The spelling, as ref.match_key makes it.';
COMMENT ON COLUMN review.spelling.code IS 'The code that it stands for.';
