-- review.log_gamma: natural logarithm of the gamma function, for positive numbers.
--
-- Promises: Lanczos' series (g = 7, nine terms), right to about 13 digits; NULL for zero and less. The server has a function
-- of its own only from version 18 on. Pure: reads no table, may be called any number of times.
CREATE OR REPLACE FUNCTION review.log_gamma(p_x double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_x > 0 THEN
    0.918938533204672742 + (p_x - 0.5) * ln(p_x + 6.5) - (p_x + 6.5)
    + ln(0.99999999999980993
        + 676.5203681218851 / p_x
        - 1259.1392167224028 / (p_x + 1)
        + 771.32342877765313 / (p_x + 2)
        - 176.61502916214059 / (p_x + 3)
        + 12.507343278686905 / (p_x + 4)
        - 0.13857109526572012 / (p_x + 5)
        + 9.9843695780195716e-6 / (p_x + 6)
        + 1.5056327351493116e-7 / (p_x + 7))
END;

COMMENT ON FUNCTION review.log_gamma(double precision) IS 'ln Γ(x): review.log_gamma(5) = ln 24.';
