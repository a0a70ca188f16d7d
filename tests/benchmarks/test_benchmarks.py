"""The benchmarks run on small data. Nothing here says how fast."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import lists, report, suite
from benchmarks.lab import Lab, lab
from workers.errors import OceanidError

HEADER = ["Vessel Name", "Flag", "IMO Number", "Call Sign", "Length (m)", "Gross Tonnage", "Authorised from"]


@pytest.fixture(scope="module")
def place() -> Iterator[Lab]:
    with lab() as place:
        yield place


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name in ("nafo_small.csv", "other_small.csv"):
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEADER)
            for n in range(1, 41):
                row = [
                    f"Vessel {n}",
                    "NOR",
                    "8814275",
                    f"LA{n:02}",
                    f"{20 + n}.5",
                    str(100 * n),
                    f"{1 + n % 28}/06/2024",
                ]
                writer.writerow(["", *row[1:]] if n % 10 == 0 else row)
    return tmp_path


def test_every_benchmark_runs(place: Lab, directory: Path) -> None:
    found = lists.vessel_lists(directory)
    lines = list(suite.run(place, found, found[0].path, repeat=1, factors=(1, 3), messages=20, cells=300))
    text = "\n".join(f"{line.what}|{line.figure}|{line.beside}" for line in lines)
    for part in (
        "2 workers",
        "1 worker",
        "plain COPY",
        "polars",
        "re-clean: everything",
        "batches of 10",
        "memory",
        "one answer for 300 cells of FLAG",
        "one answer for 300 cells of GEAR_TYPE",
    ):
        assert part in text
    assert "560 cells" in text


def test_a_source_follows_from_the_file_name(directory: Path) -> None:
    assert {(item.source_type, item.source_name) for item in lists.vessel_lists(directory)} == {
        ("RFMO", "NAFO"),
        ("OTHER", "OTHER"),
    }


def test_a_grown_list_keeps_distinct_texts_distinct(directory: Path, tmp_path: Path) -> None:
    grown = lists.grown(directory / "nafo_small.csv", tmp_path / "grown.csv", 3)
    with grown.path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    assert len(rows) == 120
    assert len({row[3] for row in rows}) == 120
    assert {row[1] for row in rows} == {"NOR"}


def test_results_stand_between_the_markers(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text(f"above\n{report.BEGIN}\nold\n{report.END}\nbelow\n")
    report.write("title", [report.Line("a", "1 s", "2 s")], document)
    text = document.read_text()
    assert "| a | 1 s | 2 s |" in text and "old" not in text
    assert text.startswith("above\n") and text.endswith("\nbelow\n")
    document.write_text("no markers")
    with pytest.raises(OceanidError, match="markers"):
        report.write("title", [], document)
