-- clean.begin_work: the temporary tables in which values are cleaned, empty.
--
-- Promises: pg_temp.work_value (what to clean), work_part (its parts), work_null (parts that are placeholders) and
-- work_result (what came out) exist and are empty. They vanish with the transaction. May be called again in it.
CREATE OR REPLACE FUNCTION clean.begin_work() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
    IF to_regclass('pg_temp.work_result') IS NOT NULL THEN
        -- Made by this transaction. A sample is swept out; many rows are worth new files, which the system takes its time for.
        IF (SELECT count(*) FROM pg_temp.work_value) > 20000 THEN
            TRUNCATE pg_temp.work_value, pg_temp.work_part, pg_temp.work_null, pg_temp.work_result;
        ELSE
            DELETE FROM pg_temp.work_value;
            DELETE FROM pg_temp.work_part;
            DELETE FROM pg_temp.work_null;
            DELETE FROM pg_temp.work_result;
        END IF;
        RETURN;
    END IF;
    DROP TABLE IF EXISTS pg_temp.work_value, pg_temp.work_part, pg_temp.work_null, pg_temp.work_result;
    CREATE TEMPORARY TABLE work_value (
        value_id bigint NOT NULL, reading_id integer NOT NULL, raw_type "char" NOT NULL, raw_value text NOT NULL
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_part (
        value_id bigint NOT NULL, part_no integer NOT NULL, reading_id integer NOT NULL, text text NOT NULL,
        pass boolean NOT NULL DEFAULT true, raw text
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_null (
        value_id bigint, part_no integer, null_reason text NOT NULL, PRIMARY KEY (value_id, part_no)
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_result (
        value_id bigint NOT NULL, part_no integer NOT NULL, text text, chain integer[] NOT NULL, checks integer[] NOT NULL
    ) ON COMMIT DROP;
END
$$;

COMMENT ON FUNCTION clean.begin_work() IS 'Empty temporary tables for one round of cleaning.';
