-- clean.fold_unusual: what clean.fold does to text that is not plain ASCII with single blanks.
--
-- Promises: as clean.fold. Width forms (U+FF01–U+FFEE) alone go through NFKC, character by character; the rest only
-- through NFC. Soft hyphens, zero-width characters and direction marks are blanks of no width and disappear before
-- that, because an accent behind one of them belongs to the letter before it. A spreadsheet's '_x000D_' is a line break.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.fold_unusual(p_text text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := regexp_replace(p_text, U&'[\00AD\061C\200B-\200F\202A-\202E\2060\2066-\2069\FEFF]', '', 'g');
BEGIN
    IF v_text ~ U&'[\FF01-\FFEE]' THEN
        SELECT string_agg(CASE WHEN c ~ U&'[\FF01-\FFEE]' THEN normalize(c, NFKC) ELSE c END, '' ORDER BY n)
        INTO v_text
        FROM regexp_split_to_table(v_text, '') WITH ORDINALITY AS s (c, n);
    END IF;
    RETURN btrim(regexp_replace(
        normalize(v_text, NFC),
        U&'(?:_[xX]00(?:09|0[AaDd])_|[\0001-\0020\007F\0085\00A0\1680\2000-\200A\2028\2029\202F\205F\3000])+', ' ', 'g'), ' ');
END
$$;

COMMENT ON FUNCTION clean.fold_unusual(text) IS 'The slow half of clean.fold, for text beyond Latin letters and single blanks.';
