-- identity.apart_reason: why two entries are two vessels however much else agrees.
--
-- Promises: words, or NULL where nothing keeps them apart: two IMO numbers; one IMO number on two hulls (an IMO conflict:
-- names that have nothing to do with each other, another call sign, and length or tonnage and building year that
-- disagree); sister ships, whose names differ in the number alone; one source that lists both, unless IMO or EU fleet
-- number agree. p_levels is what identity.agreement says of the two. Pure.
CREATE OR REPLACE FUNCTION identity.apart_reason(p_a identity.feature, p_b identity.feature, p_levels smallint[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_levels[1] = 2 THEN 'two IMO numbers'
    WHEN p_levels[1] = 1 AND p_levels[3] % 10 <> 1 AND p_levels[7] % 10 >= 5
        AND (p_levels[9] >= 7)::integer + (p_levels[9] = 9)::integer + (p_levels[10] = 3)::integer >= 2 THEN 'one IMO number on two hulls'
    WHEN p_levels[1] = 1 THEN NULL
    WHEN (p_a).source_id = (p_b).source_id AND p_levels[4] <> 1 THEN 'one source lists both'
    WHEN p_levels[7] % 10 = 7 THEN 'sister ships: the numbers in the names differ'
END;

COMMENT ON FUNCTION identity.apart_reason(identity.feature, identity.feature, smallint[]) IS
    'Why two entries cannot be one vessel; NULL where nothing says so.';
