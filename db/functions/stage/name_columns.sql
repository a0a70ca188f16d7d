-- stage.name_columns: a unique name for every column of a document.
--
-- Promises: one row per column from 1 to p_column_count, in order. The name is the header with every run of blanks as one
-- blank; a blank header and a column without one are column_N; a name that is taken gets ' (2)', ' (3)', … The header
-- itself is returned as it was, NULL for columns beyond the header's end.
-- Pure: reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION stage.name_columns(p_headers text[], p_column_count integer)
RETURNS TABLE (column_position smallint, header_raw text, column_name text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_taken jsonb := '{}';
    v_name text;
    v_repeat integer;
BEGIN
    FOR v_position IN 1..p_column_count LOOP
        header_raw := p_headers[v_position];
        v_name := btrim(regexp_replace(coalesce(header_raw, ''), '[[:space:]\u00A0]+', ' ', 'g'));
        IF v_name = '' THEN
            v_name := 'column_' || v_position;
        END IF;
        column_name := v_name;
        v_repeat := coalesce((v_taken ->> v_name)::integer, 1);
        WHILE v_taken ? column_name LOOP
            v_repeat := v_repeat + 1;
            column_name := format('%s (%s)', v_name, v_repeat);
        END LOOP;
        v_taken := v_taken || jsonb_build_object(v_name, v_repeat) || jsonb_build_object(column_name, 1);
        column_position := v_position;
        RETURN NEXT;
    END LOOP;
END
$$;

COMMENT ON FUNCTION stage.name_columns(text[], integer) IS
'Unique column names from headers as read: ''Name'', ''Name'', '''' gives Name, Name (2), column_3.';
