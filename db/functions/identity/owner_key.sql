-- identity.owner_key: an owner's name as it is compared.
--
-- Promises: Latin letters and digits, no blanks, without legal forms (LTD, S.A., CO LTD …) at the end; NULL where nothing is
-- left. Pure; may be called any number of times.
CREATE OR REPLACE FUNCTION identity.owner_key(p_owner text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN nullif(replace(regexp_replace(
    ref.match_key(identity.transliterate(p_owner)),
    '(?: (?:CO|LTD|LTDA|LIMITED|INC|CORP|CORPORATION|COMPANY|LLC|GMBH|KG|AS|AB|OY|APS|PTY|PTE|SRL|SAS|SARL|S A|S L|S R L|BV|B V|SA|SL))+$',
    ''), ' ', ''), '');

COMMENT ON FUNCTION identity.owner_key(text) IS 'Owner for matching: ''Rongcheng Ocean Fishery Co.,Ltd'' → ''RONGCHENGOCEANFISHERY''.';
