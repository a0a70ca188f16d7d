"""Texts that stand for no value, and why there is none: a word is judged by the field it stands in."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.labelled import cells

# The most specific row wins: a source before all, a field before a kind before any; a text before a pattern.
WHY = """
SELECT h.null_reason
FROM ref.placeholder AS h
LEFT JOIN ref.field AS f ON f.field = %(field)s
WHERE (h.source_type = 'GLOBAL' OR h.source_name = %(source)s)
    AND (h.field IS NULL OR h.field = f.field) AND (h.kind IS NULL OR h.kind = coalesce(f.kind, 'text'))
    AND CASE h.match
        WHEN 'text' THEN h.placeholder = upper(clean.fold(%(text)s))
        ELSE upper(clean.fold(%(text)s)) ~ h.placeholder
    END
ORDER BY h.match DESC, h.source_name NULLS LAST, h.field NULLS LAST, h.kind NULLS LAST
LIMIT 1
"""

Why = Callable[..., str | None]


@pytest.fixture
def why(vocabulary: psycopg.Connection) -> Why:
    """`why(text, field)` is the reason why there is no value, or None."""

    def ask(text: str, field: str | None, source: str = "NONE") -> str | None:
        row = vocabulary.execute(WHY, {"text": text, "field": field, "source": source}).fetchone()
        return row[0] if row else None

    return ask


def test_a_labelled_cell_with_a_value_is_no_placeholder(why: Why) -> None:
    taken = {
        (cell.field, cell.raw_value): reason
        for cell in cells()
        if cell.expected is not None and (reason := why(cell.raw_value, cell.field))
    }
    assert taken == {}


def test_a_labelled_cell_that_must_be_reviewed_is_no_placeholder(why: Why) -> None:
    taken = {
        (cell.field, cell.raw_value): reason
        for cell in cells()
        if cell.needs_review and (reason := why(cell.raw_value, cell.field))
    }
    assert taken == {}


def test_a_labelled_word_for_no_value_is_known_with_its_reason(why: Why) -> None:
    """Numbers that measure nothing, single digits and dates without an end are the rules' matter, not words."""
    words = {
        (cell.field, cell.raw_value): cell.null_reasons
        for cell in cells()
        if cell.null_reasons
        and not cell.null_reasons & {"blank", "open_ended"}
        and cell.raw_value.strip("0. ") != ""
    }
    wrong = {
        word: reason for word, wanted in words.items() if (reason := why(word[1], word[0])) not in wanted
    }
    assert len(words) > 40
    assert wrong == {}


@pytest.mark.parametrize(
    ("field", "reason", "words"),
    [
        (
            "PREVIOUS_NAME",
            "none",
            "NO|Non|none|NIL|None known|No previous name|ninguno|aucun|NENHUM|なし|нет|New build|SAME",
        ),
        ("PREVIOUS_NAME", "unknown", "-|--|.|?|??|*|/|unk|UNKNOWN|desconocido|Inconnu|不明|НЕИЗВЕСТНО"),
        ("PREVIOUS_NAME", "not_applicable", "NA|N/A|n.a.|N.A|Not applicable|No aplica|Sans objet|該当なし"),
        ("PREVIOUS_FLAG", "none", "NO|NONE|NIL"),
        ("PREVIOUS_FLAG", "not_applicable", "NA|N/A|na"),
        ("PREVIOUS_FLAG", "unknown", "XXX|UNK|-"),
        ("FLAG", "unknown", "XXX|-|Unknown|0"),
        ("VESSEL_NAME", "none", "NO NAME|Unnamed|Not named|Sin nombre|SANS NOM|S/N|無名|Sem nome"),
        ("VESSEL_NAME", "pending", "TBN|TBA|To be named|TBD"),
        ("VESSEL_NAME", "unknown", "0|-|UNKNOWN|XXXX|???"),
        ("IMO", "none", "NONE|No IMO|Sin IMO|NO"),
        ("IMO", "not_eligible", "NE|N.E.|Not eligible|INELIGIBLE|no elegible"),
        ("IMO", "not_applicable", "NA|N/A|NOT REQUIRED|Exempt|NOAP"),
        (
            "IMO",
            "pending",
            "PENDING|APPLIED|APPLIED FOR|APPLIED NOT YET RECEIVED|In process|EN TRÁMITE|en tramite|Under application",
        ),
        ("IMO", "unknown", "0|0000000|1111111|9999999|XXXXXXX|-"),
        ("IMO", "masked", "88XXX|*******|8814***"),
        ("IRCS", "masked", "4SFXXXX|REDACTED|confidential"),
        ("IRCS", "none", "NONE|NO CALL SIGN|S/N|no tiene"),
        ("IRCS", "pending", "PENDING|APPLIED 12/2024|TBA"),
        ("IRCS", "unknown", "0|--|UNKNOWN|ND"),
        ("MMSI", "unknown", "0|000000000|999999999|111111111"),
        ("NATIONAL_REG_NO", "none", "S/N|Not registered|sin matrícula|NONE"),
        ("LICENSE_NO", "not_applicable", "NOT APPLICABLE|NA"),
        (
            "AUTH_END",
            "open_ended",
            "Indefinite|OPEN|Until further notice|Indefinido|Permanent|sin vencimiento|бессрочно|Unbefristet",
        ),
        ("AUTH_START", "unknown", "00/00/0000|0000-00-00|1900-01-00|00-00-00|1900-01-01|01/01/0001"),
        ("BUILD_YEAR", "unknown", "-|UNKNOWN|N.D.|ND"),
        ("GEAR_TYPE", "none", "NO|NONE"),
        ("GEAR_TYPE", "unknown", "NK|0"),
        ("LENGTH_TYPE", "unknown", "Type of Length Unknown|Length"),
        ("HOLD_UNIT", "unknown", "0|-"),
        ("HOLD_UNIT", "none", "NONE"),
        ("LENGTH", "unknown", "-|-1|UNKNOWN|not available"),
        ("NOTES", "blank", "(blank)|(vacío)|(en blanco)"),
        ("NOTES", "unknown", "-|n/d"),
        ("NATIONAL_REG_NO", "blank", "(blank)|blank"),
        ("OWNER_NAME", "masked", "Private individual|withheld"),
    ],
)
def test_a_word_says_why_there_is_no_value(why: Why, field: str, reason: str, words: str) -> None:
    wanted = dict.fromkeys(words.split("|"), reason)
    assert {word: why(word, field) for word in wanted} == wanted


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("FLAG", "NA|NO|NE|NR|NC"), ("AUTHORISING_FLAG", "NA|NO"), ("BUILD_COUNTRY", "NO|NE|SI"),
        ("GEAR_TYPE", "TBN|TBS|NS|GND"), ("VESSEL_TYPE", "NO|NS|NOX|MO|FX"), ("CREW_COUNT", "0|1"), ("AUTHORISED", "0|NO|N|X|FALSE|SI|1"),
        ("VMS_INDICATOR", "0|No|N"), ("LENGTH", "0|0.0|0,5"), ("SPECIES", "YFT|SKJ"), ("STATUS", "Pending|Current|Open|Active|IN PROCESS"),
        ("VESSEL_NAME", "NO ME AMENACES|NO PATIENCE|NADA|PENDING HOPE|NEW LEGEND|APPLIED SCIENCE|NUEVO|X|XX|SIN RUMBO II|NON PLUS ULTRA"),
        ("COMPANY_NAME", "APPLIED MARINE LTD|PRIVATE FISHING CO"), ("IRCS", "NONE1|XXA|4SFX|HOXX"), ("IMO", "8814275|9999993"),
        ("AUTH_START", "1900-01-02|2001-01-01|01/01/2001"), ("BUILD_DATE", "1900-01-01"), ("NATIONAL_REG_NO", "N-1|00-1|NR 5|NS|SD"), ("EXTERNAL_MARKING", "NS|NC|SD"),
        ("NOTES", "No remarks were made|0.5"), ("TONNAGE", "0|0.00"),
    ],
)  # fmt: skip
def test_a_value_is_not_taken_for_a_placeholder(why: Why, field: str, values: str) -> None:
    assert {value: reason for value in values.split("|") if (reason := why(value, field))} == {}


def test_every_text_is_in_the_form_it_is_compared_in(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT placeholder FROM ref.placeholder WHERE match = 'text'"
        " AND (placeholder <> upper(clean.fold(placeholder)) OR placeholder = '' OR length(placeholder) > 100)"
    ).fetchall() == []  # fmt: skip


def test_patterns_are_few_anchored_and_of_one_kind(vocabulary: psycopg.Connection) -> None:
    patterns = vocabulary.execute(
        "SELECT placeholder, field, kind FROM ref.placeholder WHERE match = 'regex'"
    ).fetchall()
    assert len(patterns) <= 12
    assert [p for p, field, kind in patterns if p[0] != "^" or p[-1] not in "$)" or not (field or kind)] == []


def test_no_text_has_two_reasons_in_one_place(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT placeholder, source_type, source_name, field, kind FROM ref.placeholder"
        " GROUP BY 1, 2, 3, 4, 5, match HAVING count(DISTINCT null_reason) > 1"
    ).fetchall() == []  # fmt: skip


def test_a_kind_of_a_placeholder_is_a_kind_of_a_field(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT DISTINCT kind FROM ref.placeholder WHERE kind IS NOT NULL AND kind NOT IN (SELECT kind FROM ref.field)"
    ).fetchall() == []  # fmt: skip
