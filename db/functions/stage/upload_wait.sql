-- stage.upload_wait: how long an uploader has to wait until the rates allow one more upload of that size.
--
-- Promises: zero where it is allowed now. An uploader's own row of stage.upload_rate replaces the general one of the same
-- period. Uploads that were refused count too. A file larger than a rate's bytes is allowed where the period has no other.
-- Reads stage.uploads and stage.upload_rate, locks nothing.
CREATE OR REPLACE FUNCTION stage.upload_wait(p_uploader text, p_bytes bigint) RETURNS interval
LANGUAGE sql STABLE
RETURN (
    SELECT coalesce(max(w.free_at) - clock_timestamp(), interval '0')
    FROM (
        SELECT DISTINCT ON (r.period) r.period, r.uploads, r.bytes FROM stage.upload_rate AS r
        WHERE r.uploader = p_uploader OR r.uploader IS NULL
        ORDER BY r.period, r.uploader NULLS LAST
    ) AS r
    CROSS JOIN LATERAL (
        -- newest first: the upload with which a rate is used up; one period after it there is room again
        SELECT max(u.started_at) + r.period AS free_at
        FROM (
            SELECT
                s.started_at, row_number() OVER newest AS uploads,
                sum(coalesce(s.byte_size, 0)) OVER newest AS bytes
            FROM stage.uploads AS s
            WHERE s.uploader = p_uploader AND s.started_at > clock_timestamp() - r.period
            WINDOW newest AS (ORDER BY s.started_at DESC, s.upload_id DESC)
        ) AS u
        WHERE u.uploads >= r.uploads OR u.bytes + coalesce(p_bytes, 0) > r.bytes
    ) AS w
    WHERE w.free_at > clock_timestamp()
);

COMMENT ON FUNCTION stage.upload_wait(text, bigint) IS 'Time until the rates allow an uploader one more upload; zero: now.';
