"""Texts and readings that the tests of the cleaning functions share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from hypothesis import strategies as st

# Letters and marks as written by those who register vessels, correctly encoded.
ALPHABETS = {
    "English": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "Spanish": "ÁÉÍÑÓÚÜáéíñóúü¡¿ªº",
    "Portuguese": "ÀÁÂÃÇÉÊÍÓÔÕÚàáâãçéêíóôõú",
    "French": "ÀÂÆÇÈÉÊËÎÏÔŒÙÛÜŸàâæçèéêëîïôœùûüÿ",
    "Nordic": "ÅÄÖÆØÐÞÁÉÍÓÚÝåäöæøðþáéíóúýß",
    "Polish and Baltic": "ĄĆĘŁŃÓŚŹŻĀČĒĢĪĶĻŅŠŪŽĖĮŲąćęłńóśźżāčēģīķļņšūžėįų",
    "Balkan": "ČĆĐŠŽĂÂÎȘȚčćđšžăâîșț",
    "Turkish": "ÇĞİÖŞÜçğıöşü",
}
LATIN = "".join(sorted({letter for letters in ALPHABETS.values() for letter in letters}))

# Names: words of one language's letters and digits, single blanks between, as a person would type them.
latin_names = st.sampled_from(sorted(ALPHABETS.values())).flatmap(
    lambda letters: st.lists(
        st.text(alphabet=letters + ALPHABETS["English"] + "0123456789", min_size=1, max_size=8),
        min_size=1,
        max_size=4,
    ).map(" ".join)
)

# Any text that a column can hold; PostgreSQL knows no NUL.
any_text = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
# The same, with much of what cleaning looks at.
nasty_text = st.lists(
    st.one_of(
        st.sampled_from(" \t\n\xa0\u200b\u3000'\"`´«»“”„‘’&;,.-/()[]@?\ufffd°º#+eEuU0123456789０１２"),
        st.sampled_from("ÃÂâ€™©¨‰“‘ƒÄÅÈÐÑ"),
        st.sampled_from(
            ["&amp;", "&quot;", "&lt;", "IMO ", "MMSI", "EU-", "No. ", " ft", "HP ", "1.234", "May"]
        ),
        st.sampled_from(LATIN),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=20,
).map("".join)
texts = st.lists(any_text | nasty_text | latin_names, min_size=1, max_size=60)


def as_cp1252(text: str) -> str:
    """Text as it looks when its UTF-8 bytes are read as Windows-1252; bytes without a character stay controls."""
    return "".join(
        bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode("utf-8")
    )


def as_latin1(text: str) -> str:
    """The same, read as Latin-1."""
    return text.encode("utf-8").decode("latin-1")


def each(db: psycopg.Connection, function: str, values: Sequence[str | None], *arguments: Any) -> list[Any]:
    """What the function answers to each value, in order, further arguments following."""
    marks = "".join(", %s" for _ in arguments)
    return [
        row[0]
        for row in db.execute(
            f"SELECT {function}(t.text{marks}) FROM unnest(%s::text[]) WITH ORDINALITY AS t (text, n) ORDER BY t.n",
            (*arguments, list(values)),
        )
    ]


def reading(
    field: str | None,
    kind: str,
    date_order: str | None = None,
    decimal_sign: str | None = None,
    unit: str | None = None,
    separators: str | None = None,
) -> str:
    """A value of type stage.readings, as PostgreSQL writes it."""

    def quoted(value: str | None) -> str:
        return "" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '""') + '"'

    # what a human decided about a reading (order, unit, reason, sign) stands at the end, and is open here
    return "(,," + ",".join(map(quoted, [field, kind, date_order, decimal_sign, unit, separators])) + ",,,,)"
