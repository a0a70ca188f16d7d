-- clean.begin_work: the temporary tables in which values are cleaned, empty.
--
-- Promises: pg_temp.work_value (what to clean), work_part (its parts), work_key and work_null (parts that may be, and that
-- are placeholders), work_answer (what people answered), work_result (what came out of a part), work_whole, work_grade and
-- work_graded (what that makes of a value) exist and are empty. They vanish with the transaction. May be called again in
-- it.
CREATE OR REPLACE FUNCTION clean.begin_work() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
    IF to_regclass('pg_temp.work_graded') IS NOT NULL THEN
        -- Made by this transaction. A sample is swept out; many rows are worth new files, which the system takes its time for.
        IF (SELECT count(*) FROM pg_temp.work_value) > 20000 THEN
            TRUNCATE pg_temp.work_value, pg_temp.work_part, pg_temp.work_key, pg_temp.work_null, pg_temp.work_answer,
                pg_temp.work_result, pg_temp.work_whole, pg_temp.work_grade, pg_temp.work_graded;
        ELSE
            DELETE FROM pg_temp.work_value;
            DELETE FROM pg_temp.work_part;
            DELETE FROM pg_temp.work_key;
            DELETE FROM pg_temp.work_null;
            DELETE FROM pg_temp.work_answer;
            DELETE FROM pg_temp.work_result;
            DELETE FROM pg_temp.work_whole;
            DELETE FROM pg_temp.work_grade;
            DELETE FROM pg_temp.work_graded;
        END IF;
        RETURN;
    END IF;
    CREATE TEMPORARY TABLE work_value (
        value_id bigint NOT NULL, reading_id integer NOT NULL, raw_type "char" NOT NULL, raw_value text NOT NULL
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_part (
        value_id bigint NOT NULL, part_no integer NOT NULL, reading_id integer NOT NULL, text text NOT NULL,
        pass boolean NOT NULL DEFAULT true, raw text
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_key (
        value_id bigint, part_no integer, key text, field text, kind text, source_type text, source_name text,
        decided_null_reason text
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_null (
        value_id bigint, part_no integer, null_reason text NOT NULL, PRIMARY KEY (value_id, part_no)
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_answer (
        value_id bigint, part_no integer, corrected_value text, null_reason text
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_result (
        value_id bigint NOT NULL, part_no integer NOT NULL, text text, chain integer[] NOT NULL, checks integer[] NOT NULL
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_whole (
        value_id bigint NOT NULL, reading_id integer NOT NULL, raw_type "char" NOT NULL, raw_value text NOT NULL,
        cleaned_value text, rule_chain integer[], null_reason text, failed_part text, same boolean
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_grade (
        reading_id integer, rule_chain integer[], same boolean, score double precision, confidence double precision,
        threshold double precision, needs_review boolean, review_rule_id integer, review_reason text, null_reason text
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE work_graded (
        value_id bigint NOT NULL, reading_id integer NOT NULL, raw_type "char" NOT NULL, raw_value text NOT NULL,
        cleaned_value text, null_reason text, rule_chain integer[], similarity real, score real, confidence real,
        threshold real, needs_review boolean, review_rule_id integer, review_reason text, failed_part text
    ) ON COMMIT DROP;
END
$$;

COMMENT ON FUNCTION clean.begin_work() IS 'Empty temporary tables for one round of cleaning.';
