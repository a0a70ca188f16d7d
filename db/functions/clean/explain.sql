-- clean.explain: a cell's story: what was read, how it is read, rule by rule before and after, the score, the gate.
--
-- Promises: the steps in order, replayed with the rules in force now (a rule changed since shows here before it shows in
-- the cell: clean.reclean). OC404 where there is no such cell. Reads only, apart from temporary tables; may run again.
CREATE OR REPLACE FUNCTION clean.explain(p_document_id bigint, p_row_index integer, p_column_position integer)
RETURNS TABLE (step integer, stage text, rule_name text, before text, after text, effect real, note text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_cell stage.csv_extractions;
    v_column stage.columns;
    v_reading stage.readings;
    v_value stage.distinct_values;
    v_rule stage.cleaning_rules;
    v_text text;
    v_next text;
    v_holds boolean;
    v_power double precision := 1;
BEGIN
    SELECT * INTO v_cell FROM stage.csv_extractions AS e
    WHERE e.document_id = p_document_id AND e.row_index = p_row_index AND e.column_position = p_column_position;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no cleaned cell in document %, row %, column %', p_document_id, p_row_index, p_column_position
            USING ERRCODE = 'OC404', HINT = 'Rows and columns count from 1; stage.documents.status says whether the document is cleaned.';
    END IF;
    SELECT * INTO v_column FROM stage.columns AS c
    WHERE c.document_id = p_document_id AND c.column_position = p_column_position;
    SELECT * INTO v_value FROM stage.distinct_values AS d WHERE d.value_id = v_cell.value_id;
    SELECT * INTO v_reading FROM stage.readings AS r WHERE r.reading_id = v_value.reading_id;

    step := 1; stage := 'read'; after := v_cell.raw_value;
    note := format('%s, row %s, column %s (%s)', v_cell.source_name, p_row_index, p_column_position, v_column.column_name);
    RETURN NEXT;
    step := 2; stage := 'column'; before := v_column.header_raw; after := coalesce(v_column.field, 'plain text');
    effect := v_column.mapping_confidence;
    note := coalesce(v_column.review_reason, 'mapped by ' || v_column.mapping_method)
        || coalesce(' · sample ' || (v_column.evidence ->> 'sample') || ', accepted ' || (v_column.evidence ->> 'accepted'), '');
    RETURN NEXT;
    step := 3; stage := 'reading'; before := NULL; after := v_reading.kind; effect := NULL;
    note := concat_ws(', ', 'date order ' || v_reading.date_order, 'decimal sign ' || v_reading.decimal_sign,
        'unit ' || v_reading.unit, 'separators ' || v_reading.separators);
    RETURN NEXT;

    IF v_value.rule_chain = ARRAY[2] THEN
        SELECT format('%s answered on %s%s', c.reviewers[cardinality(c.reviewers)], c.last_at::date,
            CASE WHEN c.times > 1 THEN format(', %s times', c.times) ELSE '' END) INTO note
        FROM review.correction AS c
        WHERE c.source_id = v_reading.source_id AND c.field = coalesce(v_reading.field, '')
            AND btrim(c.raw_value) = btrim(v_cell.raw_value);
        step := step + 1; stage := 'answer'; rule_name := 'correction'; before := v_cell.raw_value;
        after := v_value.cleaned_value; effect := 0.5;
        RETURN NEXT;
    ELSIF v_value.rule_chain[1] = 1 THEN
        step := step + 1; stage := 'rule'; rule_name := 'placeholder'; before := v_cell.raw_value; after := NULL; effect := 0.5;
        note := 'a placeholder: ' || v_value.null_reason;
        RETURN NEXT;
    ELSE
        v_text := v_cell.raw_value;
        FOR v_rule IN
            SELECT * FROM clean.rules_in_force(v_reading.kind, v_cell.source_type, v_cell.source_name)
        LOOP
            CONTINUE WHEN v_rule.rule_id IN (1, 2)
                OR (v_rule.field IS NOT NULL AND v_rule.field <> v_reading.field) OR v_text IS NULL;
            v_next := v_text;
            v_holds := NULL;
            IF v_rule.kind = 'replace' THEN
                v_next := regexp_replace(v_text, v_rule.pattern, v_rule.replacement, 'g');
            ELSIF v_rule.kind = 'null' THEN
                v_next := CASE WHEN v_text ~ v_rule.pattern THEN NULL ELSE v_text END;
            ELSIF v_rule.kind = 'normalise' THEN
                EXECUTE format('SELECT %s FROM (SELECT $1 AS x, $2 AS reading) AS q, clean.bounds_of($2)', clean.rule_call(v_rule.pattern, 'x', 'text'))
                    INTO v_next USING v_text, v_reading;
            ELSE
                EXECUTE format('SELECT %s FROM (SELECT $1 AS x, $2 AS reading) AS q, clean.bounds_of($2)', clean.rule_call(v_rule.pattern, 'x', 'boolean'))
                    INTO v_holds USING v_text, v_reading;
            END IF;
            CONTINUE WHEN v_holds IS NULL AND v_next IS NOT DISTINCT FROM v_text;
            step := step + 1; stage := CASE WHEN v_holds IS NULL THEN 'rule' ELSE 'check' END;
            rule_name := v_rule.rule_name; before := v_text; after := v_next;
            effect := v_power * CASE WHEN v_holds IS FALSE THEN -v_rule.penalty ELSE v_rule.base_confidence END;
            note := CASE v_holds WHEN true THEN 'holds' WHEN false THEN v_rule.description ELSE v_rule.description END;
            v_power := v_power * 0.9;
            v_text := v_next;
            RETURN NEXT;
        END LOOP;
    END IF;

    step := step + 1; stage := 'score'; rule_name := NULL; before := NULL; after := v_value.cleaned_value; effect := v_value.score;
    note := coalesce('0.5 and the effects above; similarity to the raw text ' || round(v_value.similarity::numeric, 2), '0.5 and the effects above');
    RETURN NEXT;
    IF v_cell.finding IS NOT NULL THEN
        step := step + 1; stage := 'row'; effect := v_cell.confidence - v_value.confidence; note := v_cell.finding;
        RETURN NEXT;
    END IF;
    step := step + 1; stage := 'gate'; before := NULL; effect := v_cell.confidence;
    after := CASE WHEN v_cell.needs_review THEN 'review' WHEN v_cell.cleaned_value IS NULL THEN 'NULL (' || v_cell.null_reason || ')'
        ELSE v_cell.cleaned_value END;
    note := coalesce(v_cell.review_reason, format('confidence %s, threshold %s', round(v_cell.confidence::numeric, 3),
        coalesce(round(v_cell.threshold::numeric, 3)::text, 'none')))
        || coalesce(' · proposal: ' || v_cell.proposal || ' as ' || v_cell.proposal_field, '');
    RETURN NEXT;
END
$$;

COMMENT ON FUNCTION clean.explain(bigint, integer, integer) IS
    'A cell''s story, rule by rule: SELECT * FROM clean.explain(document_id, row_index, column_position).';
