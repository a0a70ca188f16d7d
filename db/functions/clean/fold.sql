-- clean.fold: text as a person reads it.
--
-- Promises: NFC; full-width and half-width forms made ordinary; every kind of blank, NBSP and newline one blank; trimmed.
-- Not NFKC, which would turn 'Nº' into 'No'. Folding twice changes nothing. Latin letters and signs with single blanks,
-- which is nearly all there is, are answered by one match; '_x000D_' is how spreadsheets write a line break in text.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.fold(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~ U&'^[!-~\00A1-\00AC\00AE-\024F]+( [!-~\00A1-\00AC\00AE-\024F]+)*$'
        AND (strpos(p_text, '_') = 0 OR p_text !~ '_[xX]00') THEN p_text
    ELSE clean.fold_unusual(p_text)
END;

COMMENT ON FUNCTION clean.fold(text) IS
    'Folded text: NFC, ordinary widths, single blanks, trimmed. ''（LU）  X'' → ''(LU) X''.';
