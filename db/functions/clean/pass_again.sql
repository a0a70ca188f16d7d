-- clean.pass_again: one more pass of a kind's rules over the parts that a rewriting rule has just changed.
--
-- Promises: true where any such part changed again. The rules that fired in this pass are appended to the part's chain.
-- Writes only temporary tables.
CREATE OR REPLACE FUNCTION clean.pass_again(p_kind text, p_query text, p_rewriting integer[]) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_changed boolean;
BEGIN
    UPDATE pg_temp.work_part AS p
    SET pass = w.chain && p_rewriting AND w.text IS NOT NULL, text = coalesce(w.text, p.text),
        -- people are asked about, and answer for, the text as it was read
        raw = coalesce(p.raw, p.text)
    FROM pg_temp.work_result AS w, stage.readings AS r
    WHERE w.value_id = p.value_id AND w.part_no = p.part_no AND r.reading_id = p.reading_id AND r.kind = p_kind
        AND p.pass;
    PERFORM clean.name_placeholders(p_kind);
    EXECUTE format(
        'WITH again AS MATERIALIZED (%s),'
        ' updated AS ('
        '   UPDATE pg_temp.work_result AS w SET text = a.text, chain = w.chain || a.chain, checks = a.checks'
        '   FROM again AS a WHERE a.value_id = w.value_id AND a.part_no = w.part_no'
        '   RETURNING a.chain <> ''{}'' AS changed)'
        ' SELECT coalesce(bool_or(changed), false) FROM updated', p_query)
    INTO v_changed;
    RETURN v_changed;
END
$$;

COMMENT ON FUNCTION clean.pass_again(text, text, integer[]) IS 'One more pass over what a rewriting rule changed.';
