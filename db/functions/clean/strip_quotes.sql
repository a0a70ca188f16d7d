-- clean.strip_quotes: text without the matched quotes around the whole of it.
--
-- Promises: only pairs that open and close the text, with none of the same kind inside, one within the other; else the
-- text as it is. Twice changes nothing more. Both ways of pairing quotation marks („…“ and “…”, »…« and «…») are known.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.strip_quotes(p_text text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text text := p_text;
    v_next text;
BEGIN
    LOOP
        EXIT WHEN left(v_text, 1) !~ U&'["''`\00AB\00BB\00B4\2018-\201E]';
        v_next := btrim(regexp_replace(v_text,
            U&'^(?:"([^"]+)"|''([^'']+)''|\201C([^\201C\201D]+)\201D|\201D([^\201D]+)\201D|\201E([^\201C-\201E]+)[\201C\201D]'
            || U&'|[\2018-\201A]([^\2018-\201A]+)[\2018\2019]'
            || U&'|\00AB([^\00AB\00BB]+)\00BB|\00BB([^\00AB\00BB]+)\00AB|[`\00B4]([^`\00B4]+)[`\00B4])$',
            '\1\2\3\4\5\6\7\8\9'));
        EXIT WHEN v_next = v_text OR v_next = '';
        v_text := v_next;
    END LOOP;
    RETURN v_text;
END
$$;

COMMENT ON FUNCTION clean.strip_quotes(text) IS 'Matched outer quotes removed: ''"XS"'' → ''XS''; ''GESU'''' stays.';
