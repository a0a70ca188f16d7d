"""clean.fold and clean.fold_unusual: text as a person reads it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.db.clean.texts import LATIN, each, texts


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("SEA STAR", "SEA STAR"),
        ("  SEA \t STAR\r\n", "SEA STAR"),
        ("SEA\u00a0STAR", "SEA STAR"),
        ("SEA\u3000STAR\u2003", "SEA STAR"),
        ("line\nbreak", "line break"),
        ("（ＬＵ）ＲＯＮＧ　１２", "(LU)RONG 12"),
        ("ｶﾞｽ", "ガス"),
        ("Nº 5, 3°", "Nº 5, 3°"),
        ("Cafe\u0301", "Café"),
        ("e\u200b\u0301", "é"),
        ("SO\u00adFT\ufeff", "SOFT"),
        ("\u202eRTL\u202c", "RTL"),
        ("①½ﬁ", "①½ﬁ"),
        ("福遠漁", "福遠漁"),
        ("A_x000D_\nB_X000D_", "A B"),
        ("vessel_name", "vessel_name"),
        ("", ""),
        (" \u00a0\n", ""),
        (None, None),
    ],
)
def test_fold(ask, raw: str | None, folded: str | None) -> None:
    assert ask("clean.fold", raw) == folded


def test_the_slow_half_agrees_with_the_whole(ask) -> None:
    for text in ("SEA STAR", "（LU）  X", "a"):
        assert ask("clean.fold_unusual", text) == ask("clean.fold", text)


@settings(max_examples=60, deadline=None)
@given(texts)
def test_both_halves_agree_on_any_text(vocabulary, values: list[str]) -> None:
    assert each(vocabulary, "clean.fold", values) == each(vocabulary, "clean.fold_unusual", values)


@settings(max_examples=40, deadline=None)
@given(texts)
def test_folding_is_nfc_single_blanks_trimmed_and_done_once(vocabulary, values: list[str]) -> None:
    once = each(vocabulary, "clean.fold", values)
    assert each(vocabulary, "clean.fold", once) == once
    for text in once:
        assert text == text.strip(" ")
        assert "  " not in text
        assert not any(c in text for c in "\t\n\r\u00a0\u3000\u200b")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet=LATIN + "福遠漁мирДΑω \t\xa0\u200b", max_size=30), min_size=1, max_size=60))
def test_folding_loses_no_letter(vocabulary, values: list[str]) -> None:
    for raw, folded in zip(values, each(vocabulary, "clean.fold", values), strict=True):
        assert [c for c in folded if c != " "] == [
            c for c in unicodedata.normalize("NFC", raw) if c.isalpha() or c in "¡¿"
        ]
