-- review.risk_coverage: what accepting everything above a confidence would bring, per field and source.
--
-- Promises: one row a source, field and confidence that a judged value had: coverage is the share of cells at or above
-- it, risk the share wrong among these; both by the cells that the verdicts represent. Where to put a threshold can be
-- read off it. Values that a validator holds back whatever their confidence are among them.
CREATE OR REPLACE VIEW review.risk_coverage AS
SELECT
    c.source_name, c.field, c.confidence,
    (sum(c.cells) OVER above / sum(c.cells) OVER whole)::double precision AS coverage,
    (sum(c.wrong) OVER above / sum(c.cells) OVER above)::double precision AS risk,
    (sum(c.judged) OVER above)::bigint AS judged
FROM (
    SELECT j.source_name, j.field, j.confidence, sum(j.represents) AS cells, count(*) AS judged,
        coalesce(sum(j.represents) FILTER (WHERE NOT j.was_right), 0) AS wrong
    FROM review.judged AS j
    WHERE j.represents > 0
    GROUP BY j.source_name, j.field, j.confidence
) AS c
WINDOW whole AS (PARTITION BY c.source_name, c.field),
    above AS (PARTITION BY c.source_name, c.field ORDER BY c.confidence DESC);

COMMENT ON VIEW review.risk_coverage IS 'Share accepted and share wrong among it, for every threshold that could be set.';
COMMENT ON COLUMN review.risk_coverage.source_name IS 'Source.';
COMMENT ON COLUMN review.risk_coverage.field IS 'Field.';
COMMENT ON COLUMN review.risk_coverage.confidence IS 'Confidence at which the threshold would stand.';
COMMENT ON COLUMN review.risk_coverage.coverage IS 'Share of cells at or above it.';
COMMENT ON COLUMN review.risk_coverage.risk IS 'Share wrong among these.';
COMMENT ON COLUMN review.risk_coverage.judged IS 'Judged values at or above it.';
