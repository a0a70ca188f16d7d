"""The measure of the main job: real lists, ingested without a word of help, against labels written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import acceptance
from tests.acceptance import MUST_MAP, NEVER_WRONG, PUBLISHERS, Verdict
from tests.documents import Desk, lasting_database
from tests.labelled import VESSELS, headers

SAMPLES = Path(__file__).parents[1] / "samples"
SHIPPED = ["nafo_2025", "neafc_2025", "sprfmo_2025"]


@pytest.fixture(scope="module", params=["samples", "all lists"])
def lists(
    request: pytest.FixtureRequest, server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, dict[str, int]]]:
    """The lists, gated, and their document_ids: those that are shipped, and all there are."""
    shipped = request.param == "samples"
    if not shipped and not VESSELS.is_dir():
        pytest.skip("the public vessel lists are not beside this checkout")
    with lasting_database(server_url, template) as url:
        desk = Desk(url, tmp_path_factory.mktemp("lists"))
        documents = acceptance.ingest(
            desk, SHIPPED if shipped else PUBLISHERS, SAMPLES if shipped else VESSELS
        )
        yield desk, documents
        desk.close()


@pytest.fixture(scope="module")
def verdicts(lists: tuple[Desk, dict[str, int]]) -> list[Verdict]:
    found = acceptance.judged(*lists)
    assert len(found) >= 300
    return found


def told(verdicts: list[Verdict]) -> str:
    return "\n" + "\n".join(str(verdict) for verdict in verdicts)


def test_every_list_is_gated_and_every_cell_is_counted_once(lists: tuple[Desk, dict[str, int]]) -> None:
    desk, documents = lists
    assert {d["status"] for d in desk.rows("SELECT status FROM stage.documents")} == {"gated"}
    assert desk.broken() == []
    assert desk.one("SELECT count(*) FROM ops.conservation") == len(documents)


def test_every_column_maps_to_its_field(lists: tuple[Desk, dict[str, int]]) -> None:
    wrong = acceptance.wrong_headers(*lists)
    assert [(label.list, label.column_name, field) for label, field, must in wrong if must] == []
    expected = {h for h in headers() if h.list in lists[1]}
    assert len(wrong) <= 0.02 * len(expected), [
        (label.list, label.column_name, field) for label, field, _ in wrong
    ]
    assert {h.field for h in expected} >= {"VESSEL_NAME", "FLAG", "IMO", "IRCS"} and MUST_MAP


def test_nearly_every_cell_is_decided_without_a_human(lists: tuple[Desk, dict[str, int]]) -> None:
    desk, documents = lists
    total = desk.rows(
        "SELECT sum(cells)::float8 AS cells, sum(cells - blank)::float8 AS filled, sum(decided)::float8 AS decided,"
        " sum(to_review)::float8 AS to_review, sum(decisions)::float8 AS decisions FROM stage.document_quality"
    )[0]
    if len(documents) == len(PUBLISHERS):
        assert total["decided"] >= 0.99 * total["filled"]
        assert total["to_review"] < 0.005 * total["cells"]
        assert total["decisions"] < 0.001 * total["cells"]
    else:
        # a third of these is one list that lost letters before it was published
        assert total["decided"] >= 0.985 * total["filled"]
        assert total["to_review"] < 0.01 * total["cells"]
        assert total["decisions"] < 0.0015 * total["cells"]


def test_accepted_cells_are_as_labelled(verdicts: list[Verdict]) -> None:
    accepted = [verdict for verdict in verdicts if verdict.accepted]
    wrong = [verdict for verdict in accepted if not verdict.right]
    assert len(accepted) >= 0.9 * len(verdicts)
    assert len(wrong) <= 0.005 * len(accepted), told(wrong)


def test_no_accepted_identifier_flag_or_date_is_wrong(verdicts: list[Verdict]) -> None:
    wrong = [v for v in verdicts if v.label.kind in NEVER_WRONG and v.accepted and not v.right]
    assert wrong == [], told(wrong)


def test_what_the_labels_decide_is_seldom_left_to_a_human(verdicts: list[Verdict]) -> None:
    left = [v for v in verdicts if not v.accepted and not v.label.needs_review]
    assert len(left) <= 0.01 * len(verdicts), told(left)


def test_a_register_gives_the_same_dates_as_csv_and_as_workbook(lists: tuple[Desk, dict[str, int]]) -> None:
    desk, documents = lists
    if "iattc_2025.xlsx" not in documents:
        pytest.skip("the shipped samples hold no list twice")
    dates = [
        desk.rows(
            "SELECT e.row_index, e.column_position, e.cleaned_value, e.null_reason, e.needs_review"
            " FROM stage.csv_extractions AS e WHERE e.document_id = %s AND e.column_position = ANY (%s)"
            " ORDER BY e.row_index, e.column_position",
            documents[name],
            [c["column_position"] for c in desk.columns(documents[name]) if c["kind"] == "date"],
        )
        for name in ("iattc_2025", "iattc_2025.xlsx")
    ]
    assert len(dates[0]) > 5000
    assert dates[0] == dates[1]
    assert not any(cell["needs_review"] for cell in dates[0])
