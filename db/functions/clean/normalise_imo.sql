-- clean.normalise_imo: an IMO number as seven digits where the text is one.
--
-- Promises: the words 'IMO', 'number', 'no.', 'UVI', 'LR' and a decimal tail are dropped, digits may be grouped or
-- full-width; text that is more than that stays as it is, for the validator to refuse. A number in exponent form has
-- lost what it was written as and stays, too.
-- Pure: reads no table, takes no lock, may be called any number of times.
CREATE OR REPLACE FUNCTION clean.normalise_imo(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_text ~ '^[0-9]{7}$' THEN p_text
    ELSE regexp_replace(
        regexp_replace(
            regexp_replace(
                upper(clean.fold(p_text)),
                '^(?:(?:IMO|UVI|LR|LLOYD''?S|NUMBER|NUM|NO|NR|N[°º]|SHIP|ID|#)[ .:/#*_-]*)+(?=[0-9])', ''),
            '^([0-9])([ .,-]?)([0-9]{3})\2([0-9]{3})(?:[.,]0+)?$', '\1\3\4'),
        '^([0-9]) ?([0-9]) ?([0-9]) ?([0-9]) ?([0-9]) ?([0-9]) ?([0-9])$', '\1\2\3\4\5\6\7')
END;

COMMENT ON FUNCTION clean.normalise_imo(text) IS 'IMO number: ''IMO 8814275'', ''8814275.0'' → ''8814275''.';
