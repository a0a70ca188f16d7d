-- curated.find_name: vessels by a name as somebody remembers it: with slips, words swapped, missing or too many.
--
-- Promises: at most p_limit vessels, the likest names of each step first; score is 1 for the same name (case, diacritics and
-- signs do not count), else the share of runs of three letters that the two names have in common (Dice), at least 0.3.
-- Present and former names of all lists are searched, in these steps until there are p_limit vessels: the name; names of as
-- many words, each the same but for a slip; names that have all the words; the same, each but for a slip. Only where these
-- find nothing: names that have all words but one, but for slips. A step compares at most 1,000 names (of those that an
-- organisation sees among 5,000). Of more than four words the four longest are looked for. OC001 where nothing can be
-- searched for.
-- Runs with its owner's rights, because row-level security would keep the index from organisations; they find the vessels
-- that curated.caller_sees says and no others. Reads by index (curated.name_tokens). Takes no lock.
CREATE OR REPLACE FUNCTION curated.find_name(p_name text, p_limit integer DEFAULT 20)
RETURNS TABLE (
    vessel_id bigint, vessel_name text, imo_number text, flag_state text, matched_name text, matched_role text,
    in_force boolean, score real
)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
SET max_parallel_workers_per_gather = 0  -- which names a limit keeps must not depend on who reads first
AS $$
DECLARE
    v_key text := curated.search_key(p_name);
    v_grams text[];
    v_tests text[];
    v_ids bigint[] := '{}';
    v_names text[] := '{}';
    v_roles text[] := '{}';
    v_in_force boolean[] := '{}';
    v_scores real[] := '{}';
    v_step record;
    v_sees record;
    v_seen text := 'true';
BEGIN
    IF coalesce(v_key, '') = '' OR p_limit IS NULL OR p_limit < 1 THEN
        RAISE EXCEPTION 'nothing to search for: % (limit %)', coalesce(quote_literal(p_name), 'NULL'), coalesce(p_limit::text, 'NULL')
            USING ERRCODE = 'OC001', HINT = 'Give at least one letter or digit, and a limit of 1 or more.';
    END IF;

    SELECT * INTO v_sees FROM curated.caller_sees();
    IF NOT v_sees.everything THEN
        v_seen := format($q$EXISTS (
            SELECT FROM curated.record_versions AS v JOIN curated.vessels AS s ON s.id = v.vessel_id
            WHERE v.record_version_id = m.record_version_id AND (s.flag_state = ANY (%L::text[]) OR s.listed_by && %L::text[]))
        $q$, v_sees.flags, v_sees.lists);
    END IF;
    v_grams := curated.name_grams(v_key);
    -- Each step as a condition on curated.names; the arrays are literals, so that the planner sees which are rare.
    WITH word AS (
        SELECT row_number() OVER () AS n, w.word,
            format('curated.name_tokens(n.name) && ARRAY[%L]', w.word) AS exact_test,
            format('curated.name_tokens(n.name) && %L::text[]', curated.word_forms(w.word)) AS test
        FROM (
            SELECT DISTINCT t.word FROM unnest(string_to_array(v_key, ' ')) AS t (word)
        ) AS w
        ORDER BY length(w.word) DESC, w.word
        LIMIT 4
    ), every AS (
        SELECT string_agg(w.test, ' AND ' ORDER BY w.n) AS test, string_agg(w.exact_test, ' AND ' ORDER BY w.n) AS exact_test,
            CASE WHEN v_key LIKE '% %' THEN format(' OR curated.name_tokens(n.name) && ARRAY[%L]', replace(v_key, ' ', '')) ELSE '' END
                AS or_as_one
        FROM word AS w
    ), without AS (
        SELECT string_agg(w.test, ' AND ' ORDER BY w.n) AS test
        FROM word AS o JOIN word AS w ON w.n <> o.n
        GROUP BY o.n
    )
    SELECT ARRAY[
        format('curated.search_key(n.name) = %L', v_key),
        every.test || format(' AND curated.name_tokens(n.name) && ARRAY[%L]', '#' || cardinality(string_to_array(v_key, ' '))),
        every.exact_test || every.or_as_one,
        every.test,
        (SELECT string_agg('(' || x.test || ')', ' OR ' ORDER BY x.test) FROM without AS x)
    ] INTO v_tests
    FROM every;

    FOR v_number IN 1..5 LOOP
        EXIT WHEN cardinality(v_ids) >= CASE v_number WHEN 5 THEN 1 ELSE p_limit END OR v_tests[v_number] IS NULL;
        EXECUTE format($q$
            WITH hit AS MATERIALIZED (
                SELECT m.record_version_id, m.name, m.role
                FROM (SELECT n.record_version_id, n.name, n.role FROM curated.names AS n WHERE %s LIMIT %s) AS m
                WHERE %s
                LIMIT 1000
            ), scored AS (
                SELECT g.name, CASE WHEN g.grams = $1 THEN 1 ELSE (
                        (SELECT count(*) FROM unnest(g.grams) AS x (gram) WHERE x.gram = ANY ($1))
                        + (SELECT count(*) FROM unnest($1) AS x (gram) WHERE x.gram = ANY (g.grams))
                    ) / (cardinality(g.grams) + cardinality($1))::real END AS score
                FROM (
                    SELECT h.name, curated.name_grams(curated.search_key(h.name)) AS grams FROM hit AS h GROUP BY h.name
                    OFFSET 0
                ) AS g
            ), likest AS (
                SELECT h.record_version_id, h.name, h.role, s.score
                FROM scored AS s JOIN hit AS h USING (name)
                WHERE s.score >= 0.3
                ORDER BY s.score DESC, h.role, h.name, h.record_version_id
                LIMIT $2 * 10
            ), best AS (
                SELECT DISTINCT ON (v.vessel_id) v.vessel_id, l.name, l.role, v.recorded_to IS NULL AS in_force, l.score
                FROM likest AS l JOIN curated.record_versions AS v USING (record_version_id)
                WHERE v.vessel_id <> ALL ($3)
                ORDER BY v.vessel_id, l.score DESC, v.recorded_to IS NULL DESC, l.role, l.name
            ), kept AS (
                SELECT b.* FROM best AS b JOIN curated.vessels AS s ON s.id = b.vessel_id
                ORDER BY b.score DESC, b.in_force DESC, b.role, b.vessel_id
                LIMIT $2 - cardinality($3)
            )
            SELECT array_agg(k.vessel_id ORDER BY k.score DESC, k.in_force DESC, k.role, k.vessel_id) AS ids,
                array_agg(k.name ORDER BY k.score DESC, k.in_force DESC, k.role, k.vessel_id) AS names,
                array_agg(k.role ORDER BY k.score DESC, k.in_force DESC, k.role, k.vessel_id) AS roles,
                array_agg(k.in_force ORDER BY k.score DESC, k.in_force DESC, k.role, k.vessel_id) AS in_force,
                array_agg(k.score::real ORDER BY k.score DESC, k.in_force DESC, k.role, k.vessel_id) AS scores
            FROM kept AS k
        $q$, v_tests[v_number], CASE WHEN v_sees.everything THEN 1000 ELSE 5000 END, v_seen)
        INTO v_step USING v_grams, p_limit, v_ids;
        v_ids := v_ids || v_step.ids;
        v_names := v_names || v_step.names;
        v_roles := v_roles || v_step.roles;
        v_in_force := v_in_force || v_step.in_force;
        v_scores := v_scores || v_step.scores;
    END LOOP;

    RETURN QUERY
    SELECT s.id, s.vessel_name, s.imo_number, s.flag_state, f.name, f.role, f.in_force, f.score
    FROM unnest(v_ids, v_names, v_roles, v_in_force, v_scores) WITH ORDINALITY
        AS f (id, name, role, in_force, score, place)
    JOIN curated.vessels AS s ON s.id = f.id
    ORDER BY f.place;
END
$$;

COMMENT ON FUNCTION curated.find_name(text, integer) IS
    'Vessels by a name with slips, words swapped or missing: SELECT * FROM curated.find_name(''sanat maria'').';
