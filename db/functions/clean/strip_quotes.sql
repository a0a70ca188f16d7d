-- clean.strip_quotes: text without one pair of matched quotes around the whole of it.
--
-- Promises: only a pair that opens and closes the text, with none of the same kind inside; else the text as it is.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.strip_quotes(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN btrim(regexp_replace(
    p_text, U&'^(?:"([^"]+)"|''([^'']+)''|\201C([^\201C\201D]+)\201D|\2018([^\2018\2019]+)\2019|\00AB([^\00AB\00BB]+)\00BB)$', '\1\2\3\4\5'));

COMMENT ON FUNCTION clean.strip_quotes(text) IS 'Matched outer quotes removed: ''"XS"'' → ''XS''; ''GESU'''' stays.';
