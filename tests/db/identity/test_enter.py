"""Which row of a document is which entry of its source."""

from __future__ import annotations

import psycopg
import pytest

from tests.documents import Desk

HEADER = [
    "Vessel Name",
    "Flag State",
    "IMO Number",
    "Call Sign",
    "Registration Number",
    "Length (m)",
    "Year built",
]
ODIN = ["ODIN", "NOR", "8814275", "LABC", "M-1-AA", "53.1", "1993"]
THOR = ["THOR", "NOR", "9074729", "LADE", "M-2-AA", "40.2", "2001"]
FREY = ["FREY", "NOR", "", "", "", "20.5", "2010"]


def entered(desk: Desk, document_id: int) -> list[int]:
    """Entries of the rows, in their order."""
    desk.one("SELECT identity.enter(%s)", document_id)
    rows = desk.rows(
        "SELECT entry_id FROM identity.entry_row WHERE document_id = %s ORDER BY row_index", document_id
    )
    return [row["entry_id"] for row in rows]


def test_rows_of_one_vessel_are_one_entry(desk: Desk) -> None:
    odin, thor, again = entered(desk, desk.clean(HEADER, [ODIN, THOR, ODIN]))
    assert odin == again != thor


def test_entering_twice_changes_nothing(desk: Desk) -> None:
    document = desk.clean(HEADER, [ODIN, THOR, FREY, ODIN])
    first = entered(desk, document)
    before = desk.rows("SELECT * FROM identity.entry_key ORDER BY 1, 2, 3")
    assert entered(desk, document) == first
    assert desk.rows("SELECT * FROM identity.entry_key ORDER BY 1, 2, 3") == before
    assert desk.one("SELECT count(*) FROM identity.entry") == 3


def test_a_new_version_finds_the_entries_again(desk: Desk) -> None:
    old = entered(desk, desk.clean(HEADER, [ODIN, THOR, FREY]))
    renamed = ["BALDER", *THOR[1:]]
    without_imo = [*ODIN[:2], "", *ODIN[3:]]
    new = entered(
        desk, desk.clean(HEADER, [FREY, renamed, without_imo, ["LOKI", "NOR", "", "LAXY", "", "9.5", "1999"]])
    )
    assert new[:3] == [old[2], old[1], old[0]]
    assert new[3] not in old


def test_another_source_has_entries_of_its_own(desk: Desk) -> None:
    here = entered(desk, desk.clean(HEADER, [ODIN], "HERE"))
    there = entered(desk, desk.clean(HEADER, [ODIN], "THERE"))
    assert here != there


def test_rows_that_share_an_imo_but_are_plainly_two_vessels_are_two_entries(desk: Desk) -> None:
    other = ["MING YANG 7", "CHN", "8814275", "BZAA", "Z-9", "20.5", "2019"]
    first = entered(desk, desk.clean(HEADER, [ODIN, other]))
    assert len(set(first)) == 2
    # and again in the next version, whichever comes first
    assert entered(desk, desk.clean(HEADER, [other, ODIN, THOR]))[:2] == first[::-1]


def test_a_value_that_waits_for_review_is_no_evidence(desk: Desk) -> None:
    wrong = [*THOR[:2], "8814276", *THOR[3:]]  # the check digit does not hold
    odin, thor = entered(
        desk, desk.clean(HEADER, [["ODIN", "NOR", "8814276", "LABC", "M-1-AA", "53.1", "1993"], wrong])
    )
    assert odin != thor


def test_rows_that_say_nothing_are_each_their_own_entry(desk: Desk) -> None:
    document = desk.clean(
        HEADER, [["", "NOR", "", "", "", "10", ""], ["", "NOR", "", "", "", "10", ""], ODIN]
    )
    first = entered(desk, document)
    assert len(set(first)) == 3
    assert entered(desk, document) == first


def test_an_unknown_document_and_one_that_is_not_clean_are_refused(desk: Desk) -> None:
    with pytest.raises(psycopg.errors.DatabaseError, match="there is no document") as caught:
        desk.one("SELECT identity.enter(4711)")
    assert caught.value.sqlstate == "OC404"
    waiting = desk.register(desk.write(HEADER, [ODIN]))
    with pytest.raises(psycopg.errors.DatabaseError, match="cannot be told apart yet") as caught:
        desk.one("SELECT identity.enter(%s)", waiting)
    assert caught.value.sqlstate == "OC002"
