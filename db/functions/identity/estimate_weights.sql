-- identity.estimate_weights: a new model, from how the active entries agree.
--
-- Promises: a version of identity.model with its weights and terms, which is returned; nothing is decided by it before
-- identity.adopt. Expectation–maximisation over all pairs of two sources: the candidate pairs are counted one by one, the
-- others by a sample of p_sample pairs, the same every time; an entry is at most one entry of another source. The shipped
-- weights are where it starts, and count as a few pairs. u of agreement on a name, a call sign, an MMSI, a flag or a hull
-- is the share of the very value among the entries where more than one entry of one source has it. OC002 with fewer than
-- two sources. Reads the evidence as it is; takes the lock of identity.resolve.
CREATE OR REPLACE FUNCTION identity.estimate_weights(p_sample integer DEFAULT 50000, p_iterations integer DEFAULT 50)
RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '64MB'
AS $$
DECLARE
    v_version constant integer := 1 + (SELECT max(m.version) FROM identity.model AS m);
    v_start constant integer := (SELECT min(m.version) FROM identity.model AS m);
    v_entries bigint;
    v_pairs double precision;
    v_candidates bigint;
    v_share double precision;
    v_fit record;
    v_a bigint[];
    v_b bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('oceanid.identity.resolve'));
    PERFORM identity.index_entries(ARRAY(
        SELECT e.entry_id FROM identity.evidence AS e
        WHERE NOT EXISTS (SELECT FROM identity.feature AS f WHERE f.entry_id = e.entry_id)));
    SELECT sum(c.n), (sum(c.n) ^ 2 - sum(c.n ^ 2)) / 2 INTO v_entries, v_pairs
    FROM (SELECT count(*) AS n FROM identity.feature AS f GROUP BY f.source_id) AS c;
    IF coalesce(v_pairs, 0) = 0 THEN
        RAISE EXCEPTION 'no two sources have active entries: there is nothing to estimate weights from'
            USING ERRCODE = 'OC002', HINT = 'Promote documents of two sources; until then the shipped weights hold.';
    END IF;

    INSERT INTO identity.model (version, match_share, entries, pairs, iterations, description)
    VALUES (v_version, least(0.5, v_entries / 4.0 / v_pairs), v_entries, 0, 0,
        format('estimated from %s entries of %s sources', v_entries,
            (SELECT count(DISTINCT f.source_id) FROM identity.feature AS f)));
    INSERT INTO identity.weight (version, comparison, level, label, m, u)
    SELECT v_version, w.comparison, w.level, w.label, w.m, w.u FROM identity.weight AS w WHERE w.version = v_start;
    INSERT INTO identity.term (version, kind, term, share)
    SELECT v_version, s.kind, s.term, max(s.n) / v_entries::double precision
    FROM (
        SELECT t.kind, t.term, f.source_id, count(*) AS n
        FROM identity.feature AS f
        CROSS JOIN LATERAL (
            VALUES ('mmsi', f.mmsi), ('ircs', f.ircs), ('name', f.name_key), ('hull', identity.hull_term(f))) AS t (kind, term)
        WHERE t.term IS NOT NULL
        GROUP BY t.kind, t.term, f.source_id
    ) AS s
    GROUP BY s.kind, s.term HAVING max(s.n) > 1
    UNION ALL
    SELECT v_version, 'flag', f.flag, count(*) / v_entries::double precision
    FROM identity.feature AS f WHERE f.flag IS NOT NULL GROUP BY f.flag;

    SELECT array_agg(c.entry_a), array_agg(c.entry_b) INTO v_a, v_b
    FROM identity.candidates(ARRAY(SELECT f.entry_id FROM identity.feature AS f)) AS c;
    CREATE TEMPORARY TABLE IF NOT EXISTS fitting_pair (
        entry_a bigint, entry_b bigint, source_a integer, source_b integer, levels smallint[], shares double precision[],
        common integer[], odds double precision) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS fitting_other (
        comparison text, level smallint, pairs double precision) ON COMMIT DROP;
    TRUNCATE pg_temp.fitting_pair, pg_temp.fitting_other;
    INSERT INTO pg_temp.fitting_pair
    SELECT c.entry_a, c.entry_b, c.source_a, c.source_b, c.levels, c.shares,
        ARRAY(SELECT s.n FROM unnest(c.shares) WITH ORDINALITY AS s (share, n) WHERE s.share > 0)
    FROM identity.compared(v_version, v_a, v_b) AS c WHERE c.source_a <> c.source_b;
    GET DIAGNOSTICS v_candidates = ROW_COUNT;
    ANALYZE pg_temp.fitting_pair;

    -- the other pairs: each entry with as many others as the sample allows, at steps that are the same every time
    WITH numbered AS (
        SELECT f.entry_id, f.source_id, row_number() OVER (ORDER BY hashint8(f.entry_id), f.entry_id) AS n
        FROM identity.feature AS f
    )
    SELECT array_agg(a.entry_id), array_agg(b.entry_id) INTO v_a, v_b
    FROM generate_series(1, greatest(1, least(p_sample / v_entries, v_entries - 1))) AS k
    CROSS JOIN numbered AS a
    JOIN numbered AS b ON b.n = 1 + (a.n - 1 + k * k * 7 + k) % v_entries
    WHERE a.source_id <> b.source_id;
    WITH kind AS (
        SELECT c.levels, c.shares, count(*) AS n, sum(count(*)) OVER () AS total
        FROM identity.compared(v_version, v_a, v_b) AS c
        -- agreement in what entries meet by is counted above
        WHERE 1 <> ALL (c.levels[1:4]) AND 11 <> ALL (c.levels[1:4]) AND c.levels[6] <> 1 AND c.levels[7] % 10 NOT IN (1, 2)
            AND c.levels[9] <> 1
        GROUP BY c.levels, c.shares
    )
    INSERT INTO pg_temp.fitting_other
    SELECT (identity.comparisons())[l.n], l.level, sum(k.n * (v_pairs - v_candidates) / k.total)
    FROM kind AS k CROSS JOIN LATERAL unnest(k.levels) WITH ORDINALITY AS l (level, n)
    -- agreement on a common value counts by the share of that value
    WHERE l.level > 0 AND (k.shares[l.n] IS NULL OR l.n = 8)
    GROUP BY 1, 2;

    SELECT * INTO v_fit FROM identity.fit(v_version, v_start, v_pairs, p_iterations);
    UPDATE identity.model AS m
    SET iterations = v_fit.iterations, matches = v_fit.matches, pairs = v_candidates
    WHERE m.version = v_version;
    RETURN v_version;
END
$$;

COMMENT ON FUNCTION identity.estimate_weights(integer, integer) IS
    'Estimates weights from the active entries and returns the new version: SELECT identity.estimate_weights().';
