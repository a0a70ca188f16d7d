-- identity.ask: undecided pairs become review items.
--
-- Promises: each undecided pair of the entries that identity.resolve works on is an open item (decision_on pair), once; an
-- open item whose pair is decided by now is withdrawn. accept and same make them one vessel, reject and different keep
-- them apart, lastingly. Part of identity.resolve. An entry that no row is yet cannot be shown, and is not asked about.
CREATE OR REPLACE FUNCTION identity.ask() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE review.items AS i SET status = 'withdrawn', closed_at = clock_timestamp()
    FROM pg_temp.resolving_seed AS s
    WHERE i.decision_on = 'pair' AND i.status IN ('open', 'second', 'adjudication')
        AND s.entry_id = split_part(i.item_key, ':', 2)::bigint
        AND NOT EXISTS (
            SELECT FROM identity.pair AS p
            WHERE p.entry_a = s.entry_id AND p.entry_b = split_part(i.item_key, ':', 3)::bigint AND p.outcome = 'undecided');
    INSERT INTO review.items (
        item_key, decision_on, batch_key, source_id, document_id, column_position, row_index, subject, proposal, reason, cells,
        priority, context)
    SELECT format('pair:%s:%s', p.entry_a, p.entry_b), 'pair', format('pair:%s:%s', a.source_id, b.source_id), b.source_id,
        r.document_id, 0, r.row_index, format('%s (%s), %s (%s)', a.name, sa.source_name, b.name, sb.source_name), 'same',
        format('One vessel or two? The model gives %s%% for one.', round((100 * p.posterior)::numeric)), 1, p.posterior,
        (SELECT jsonb_object_agg(c, concat_ws(' | ', coalesce(x.shown_a[n], '-'), coalesce(x.shown_b[n], '-')))
         FROM unnest(identity.comparisons()) WITH ORDINALITY AS k (c, n)
         WHERE coalesce(x.shown_a[n], '') <> '' OR coalesce(x.shown_b[n], '') <> '')
    FROM pg_temp.resolving_node AS s
    JOIN identity.pair AS p ON p.entry_a = s.entry_id AND p.outcome = 'undecided'
    JOIN identity.evidence AS a ON a.entry_id = p.entry_a
    JOIN identity.evidence AS b ON b.entry_id = p.entry_b
    JOIN identity.feature AS fa ON fa.entry_id = p.entry_a
    JOIN identity.feature AS fb ON fb.entry_id = p.entry_b
    JOIN stage.source AS sa ON sa.source_id = a.source_id
    JOIN stage.source AS sb ON sb.source_id = b.source_id
    CROSS JOIN LATERAL (SELECT identity.shown(fa) AS shown_a, identity.shown(fb) AS shown_b) AS x
    CROSS JOIN LATERAL (
        SELECT e.document_id, e.row_index FROM identity.entry_row AS e
        WHERE e.entry_id = p.entry_b ORDER BY e.document_id DESC, e.row_index LIMIT 1
    ) AS r
    ON CONFLICT (item_key) WHERE status IN ('open', 'second', 'adjudication') DO NOTHING;
END
$$;

COMMENT ON FUNCTION identity.ask() IS 'Part of identity.resolve: undecided pairs become review items.';
