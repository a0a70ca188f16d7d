"""The engine against the ICDAR 2013 documents and a real vessel list. Needs the extra `pdf` and ../shared."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("pypdfium2", reason="the extra `pdf` is not installed")

from benchmarks.pdf_tables import judge, measure, scorer, system_of
from tests.workers.pdf.drawn import grid
from workers.pdf.pdfium import read_pages
from workers.pdf.tables import find_tables

SHARED = Path(__file__).parents[4] / "shared" / "data" / "pdf"
ICDAR = SHARED / "icdar2013-eu"

VESSELS = [
    ["1", "Shinsei Maru No.8", "Japan", "7KFU", "9891799", "LL", "57.85", "1062.00"],
    ["2", "Daito Maru No.8", "Japan", "JGGR", "9100372", "LL, Pot", "49.90", "462.00"],
    ["3", "Helena Ndume", "Namibia", "V5RE", "8510817", "LL", "47.00", "1013.00"],
    ["4", "King Kauluma 1", "Namibia", "V5-CV", "7930010", "LL, Pot", "49.90", "607.84"],
    ["5", "Tronio", "Spain", "ECJF", "9361603", "LL", "55.00", "1058.00"],
    ["6", "Ibsa Quinto", "Spain", "EAAS", "8916944", "LL", "49.00", "775.00"],
]

needs_shared = pytest.mark.skipif(not ICDAR.is_dir(), reason="../shared/data/pdf is not here")


@pytest.fixture(scope="module")
def truth():
    score = scorer(SHARED / "score_icdar.py")
    return score, score.read_truths(ICDAR)


def scores(truth, name):
    score, truths = truth
    return judge(score, truths, measure(system_of(name), sorted(ICDAR.glob("*.pdf")))["found"])


@needs_shared
def test_tables_of_the_icdar_documents_are_found_and_read_in_both_halves(truth):
    whole = scores(truth, "oceanid")
    for part in (whole, whole["even"], whole["odd"]):
        assert part["regions"]["recall"] >= 0.98
        assert part["regions"]["precision"] >= 0.95
        assert part["structure"]["end_to_end"]["f1"] >= 0.98
    assert whole["false_on_pages_without_tables"] <= 2


@needs_shared
def test_without_their_ruling_lines_the_same_documents_still_pass(truth):
    whole = scores(truth, "oceanid, ruling lines hidden")
    assert whole["regions"]["recall"] >= 0.92
    assert whole["regions"]["precision"] >= 0.90
    assert whole["structure"]["end_to_end"]["f1"] >= 0.89


@needs_shared
def test_a_page_takes_less_than_150_ms_of_one_core():
    began = time.process_time()
    pages = [page for path in sorted(ICDAR.glob("*.pdf")) for page in read_pages(path)]
    for page in pages:
        find_tables(page)
    assert (time.process_time() - began) / len(pages) < 0.15


@needs_shared
@pytest.mark.parametrize(
    "change", [lambda p: p, lambda p: replace(p, rules=())], ids=["as it is", "without lines"]
)
def test_the_vessel_list_of_seafo_has_its_six_vessels(change):
    (page,) = read_pages(SHARED / "seafo_2025.pdf")
    (found,) = find_tables(change(page))
    assert grid(found)[0][1:] == [
        "Vessel Name",
        "Flag State",
        "Radio Call Sign",
        "IMO",
        "Gear",
        "Length(m)",
        "Gross Tonnage",
    ]
    assert grid(found)[1:] == VESSELS
