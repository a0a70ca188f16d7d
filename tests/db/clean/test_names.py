"""Names: quotes, entities, double encoding, lost letters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.db.clean.texts import as_cp1252, as_latin1, each, latin_names, texts


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("ZAMÃ¨NE", "ZAMÈNE"),
        ("SÃO PEDRO", "SÃO PEDRO"),
        ("PËCHEURS", "PËCHEURS"),
        ("irmã»", "IRMÛ"),
        ('"XS"', "XS"),
        ("'XS'", "XS"),
        ("“XS”", "XS"),
        ("”XS”", "XS"),
        ("„XS“", "XS"),
        ("«XS»", "XS"),
        ("\"'XS'\"", "XS"),
        ("GESU'", "GESU'"),
        ("D'ARTAGNAN", "D'ARTAGNAN"),
        ('"SEA" STAR', '"SEA" STAR'),
        ("'SEA' AND 'STAR'", "'SEA' AND 'STAR'"),
        ("&quot;Sea &amp; Star&quot;", "SEA & STAR"),
        ("R&amp;amp;D", "R&D"),
        ("Smith &amp; Sons", "SMITH & SONS"),
        ("A&B;", "A&B;"),
        ("mv Nº 5", "MV Nº 5"),
        ("F/V SEA  KING", "F/V SEA KING"),
        ("（閩）福遠漁７８６１", "(閩)福遠漁7861"),
        ("S\ufffdRKAPP", "S\ufffdRKAPP"),
        ("B?RKUR", "B?RKUR"),
        ("ørnen", "ØRNEN"),
        ("миракс", "МИРАКС"),
        ("CAROLINE L_x000D_", "CAROLINE L"),
        ("", ""),
        (None, None),
    ],
)
def test_normalise_name(ask, raw: str | None, name: str | None) -> None:
    assert ask("clean.normalise_name", raw) == name


def test_the_slow_half_agrees_with_the_whole(ask) -> None:
    for text in ("SEA STAR", "sea star 5", '"sea"'):
        assert ask("clean.normalise_name_unusual", text) == ask("clean.normalise_name", text)


@settings(max_examples=60, deadline=None)
@given(texts)
def test_both_halves_agree_on_any_text(vocabulary, values: list[str]) -> None:
    assert each(vocabulary, "clean.normalise_name", values) == each(
        vocabulary, "clean.normalise_name_unusual", values
    )


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ('"XS"', "XS"),
        ('" XS "', "XS"),
        ("‘XS’", "XS"),
        ("»XS«", "XS"),
        ("´XS´", "XS"),
        ("“”", "“”"),
        ('""', '""'),
        ('"', '"'),
        ('"XS', '"XS'),
        ('XS"', 'XS"'),
        ('"A" "B"', '"A" "B"'),
        ("GESU'", "GESU'"),
        ("XS", "XS"),
    ],
)
def test_only_quotes_around_the_whole_are_removed(ask, raw: str, text: str) -> None:
    assert ask("clean.strip_quotes", raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("&lt;5 &gt; 3", "<5 > 3"),
        ("O&#39;Brien, O&apos;Neill, O&#039;Hara", "O'Brien, O'Neill, O'Hara"),
        ("a&nbsp;b", "a b"),
        ("A&AMP;B", "A&B"),
        ("&amp;lt;", "<"),
        ("&eacute; & &unknown;", "&eacute; & &unknown;"),
        ("AT&T", "AT&T"),
    ],
)
def test_decode_entities(ask, raw: str, text: str) -> None:
    assert ask("clean.decode_entities", raw) == text
    assert ask("clean.decode_entities", text) == text


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("ZAMÃ¨NE", "ZAMèNE"),
        ("JOSÃ‰ MARÃ\x8dA", "JOSÉ MARÍA"),
        ("PEÃ‘A", "PEÑA"),
        ("NÂº 5", "Nº 5"),
        ("Lâ€™Ã‰toile", "L’Étoile"),
        ("â€œXSâ€\x9d", "“XS”"),
        ("ÃƒÂ¡", "á"),
        ("ÅšwinoujÅ›cie", "Świnoujście"),
        ("ConstanÈ›a", "Constanța"),
        ("Viá»‡t", "Việt"),
        ("ÐœÐ¸Ñ€", "Мир"),
        ("\xe7\xa6\x8f\xe9\x81\xa0\xe6\xbc\x81", "福遠漁"),
        ("ï¼ˆLUï¼‰", "（LU）"),
    ],
)
def test_double_encoding_is_repaired(ask, broken: str, whole: str) -> None:
    assert ask("clean.repair_mojibake", broken) == whole


@pytest.mark.parametrize(
    "text",
    [
        "SÃO PEDRO", "PËCHEURS", "ÇÊÎŞÛ", "Ã", "Â", "IRMÃOS", "ÂNGELA", "Å", "BLÅ", "„BLÅ“", "”SKÅ”", "«Là-bas»",
        "“VILÂ”", "ÂŒ", "Ærø", "Æ’", "Nº 5", "3° EST", "Ðorđe", "plain", "", "Ñandú",
    ],
)  # fmt: skip
def test_correct_text_is_never_repaired(ask, text: str) -> None:
    assert ask("clean.repair_mojibake", text) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(latin_names, min_size=1, max_size=60))
def test_correct_latin_names_stay(vocabulary, names: list[str]) -> None:
    assert each(vocabulary, "clean.repair_mojibake", names) == names


@settings(max_examples=60, deadline=None)
@given(st.lists(latin_names, min_size=1, max_size=60))
@pytest.mark.parametrize("encode", [as_cp1252, as_latin1])
def test_names_encoded_once_or_twice_too_often_are_repaired(vocabulary, encode, names: list[str]) -> None:
    once = [encode(name) for name in names]
    twice = [encode(name) for name in once]
    assert each(vocabulary, "clean.repair_mojibake", once) == names
    assert each(vocabulary, "clean.repair_mojibake", twice) == names


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        latin_names | st.text(alphabet="福遠漁мирД \t\xa0'\"-?\ufffd", max_size=30), min_size=1, max_size=60
    )
)
def test_a_name_loses_no_letter(vocabulary, values: list[str]) -> None:
    def letters(text: str) -> list[str]:
        return [c for c in text if c.isalpha() or c in "?\ufffd"]

    upper = each(vocabulary, "upper", values)
    for before, after in zip(upper, each(vocabulary, "clean.normalise_name", values), strict=True):
        assert letters(after) == letters(before)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("SEA STAR", True),
        ("福遠漁", True),
        ("", True),
        ("B?RKUR", False),
        ("?ERNEY", False),
        ("SIMONAITYT?", False),
        ("S\ufffdRKAPP", False),
        ("�", False),
        (None, None),
    ],
)
def test_lost_letters_are_seen(ask, text: str | None, whole: bool | None) -> None:
    assert ask("clean.validate_letters", text) is whole


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("A", True),
        ("7", True),
        ("漁", True),
        ("Ж", True),
        ("-", False),
        ("...", False),
        ("'", False),
        ("", False),
    ],
)
def test_a_name_needs_a_letter_or_digit(ask, text: str, named: bool) -> None:
    assert ask("clean.validate_named", text) is named
