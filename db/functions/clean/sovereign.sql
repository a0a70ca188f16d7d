-- clean.sovereign: the State under which a territory with its own code sails, for comparing flags with numbers.
--
-- Promises: the State's code for the territories whose MMSI or call signs are commonly the State's own; else the code.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.sovereign(p_iso3 text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_iso3 IN ('FRO', 'GRL') THEN 'DNK'
    WHEN p_iso3 IN ('PYF', 'NCL', 'REU', 'SPM', 'ATF', 'GLP', 'MTQ', 'GUF', 'MYT', 'WLF') THEN 'FRA'
    WHEN p_iso3 IN ('GIB', 'FLK', 'SHN', 'BMU', 'CYM', 'VGB', 'TCA', 'AIA', 'MSR', 'IMN', 'GGY', 'JEY', 'SGS', 'PCN') THEN 'GBR'
    WHEN p_iso3 IN ('GUM', 'ASM', 'MNP', 'PRI', 'VIR', 'UMI') THEN 'USA'
    WHEN p_iso3 IN ('ABW', 'CUW', 'SXM', 'BES', 'ANT') THEN 'NLD'
    WHEN p_iso3 IN ('COK', 'NIU', 'TKL') THEN 'NZL'
    WHEN p_iso3 IN ('HKG', 'MAC') THEN 'CHN'
    WHEN p_iso3 IN ('ALA') THEN 'FIN'
    WHEN p_iso3 IN ('SJM', 'BVT') THEN 'NOR'
    ELSE p_iso3
END;

COMMENT ON FUNCTION clean.sovereign(text) IS 'State of a territory, for cross-checks of flag, MMSI and call sign: FRO → DNK.';
