-- review.calibration_error: how far the machine's confidence is from how often it was right, per field and source.
--
-- Promises: one row a source and field with judged values. Every verdict counts for the cells that it represents; ten bins
-- of confidence, the gap between mean confidence and share right in each, averaged by cells.
CREATE OR REPLACE VIEW review.calibration_error AS
SELECT
    b.source_name, b.field, sum(b.judged)::bigint AS judged, sum(b.cells) AS cells,
    sum(b.confident)::double precision / sum(b.cells)::double precision AS mean_confidence,
    (sum(b.rights) / sum(b.cells))::double precision AS share_right,
    sum(abs(b.confident - b.rights::double precision)) / sum(b.cells)::double precision AS expected_error,
    max(abs(b.confident - b.rights::double precision) / b.cells::double precision) AS greatest_error
FROM (
    SELECT j.source_name, j.field, count(*) AS judged, sum(j.represents) AS cells,
        sum(j.confidence::double precision * j.represents::double precision) AS confident,
        coalesce(sum(j.represents) FILTER (WHERE j.was_right), 0) AS rights
    FROM review.judged AS j
    WHERE j.represents > 0
    GROUP BY j.source_name, j.field, least(9, floor(j.confidence * 10))
) AS b
GROUP BY b.source_name, b.field;

COMMENT ON VIEW review.calibration_error IS 'Expected calibration error of the confidence that the gate used.';
COMMENT ON COLUMN review.calibration_error.source_name IS 'Source.';
COMMENT ON COLUMN review.calibration_error.field IS 'Field.';
COMMENT ON COLUMN review.calibration_error.judged IS 'Values of which people said whether they were right.';
COMMENT ON COLUMN review.calibration_error.cells IS 'Cells that these stand for.';
COMMENT ON COLUMN review.calibration_error.mean_confidence IS 'Mean confidence of these cells.';
COMMENT ON COLUMN review.calibration_error.share_right IS 'Share of these cells that was right.';
COMMENT ON COLUMN review.calibration_error.expected_error IS 'Mean gap between confidence and share right over ten bins.';
COMMENT ON COLUMN review.calibration_error.greatest_error IS 'Gap of the worst bin.';
