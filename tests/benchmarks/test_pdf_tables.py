"""The benchmark of PDF tables judges fairly and says what is missing. Needs the extra `pdf`."""

from __future__ import annotations

import pytest

pytest.importorskip("pypdfium2", reason="the extra `pdf` is not installed")

from benchmarks import pdf_tables
from tests.workers.pdf.files import pdf, table
from tests.workers.pdf.test_pdfium import ROWS
from tests.workers.pdf.test_quality import SHARED, needs_shared
from workers.errors import OceanidError

REGION = """<document><table id="1"><region id="1" page="1"><bounding-box x1="76" y1="640" x2="345" y2="708"/>
</region></table></document>"""


@pytest.fixture
def folder(tmp_path):
    cells = "".join(
        f'<cell start-row="{r}" start-col="{c}"><content>{content}</content></cell>'
        for r, row in enumerate(ROWS)
        for c, content in enumerate(row)
    )
    structure = f'<document><table id="1"><region id="1" page="1">{cells}</region></table></document>'
    (tmp_path / "one-001.pdf").write_bytes(pdf(table(ROWS)))
    (tmp_path / "one-001-reg.xml").write_text(REGION, encoding="utf-8")
    (tmp_path / "one-001-str.xml").write_text(structure, encoding="utf-8")
    return tmp_path


def judged(folder, system):
    score = pdf_tables.scorer(SHARED / "score_icdar.py")
    truths = score.read_truths(folder)
    measured = pdf_tables.measure(system, sorted(folder.glob("*.pdf")))
    return pdf_tables.judge(score, truths, measured["found"]), measured["failed"]


@needs_shared
def test_any_folder_of_the_format_is_measured(folder):
    result, failed = judged(folder, pdf_tables.system_of("oceanid"))
    assert result["regions"]["f1"] == 1.0
    assert result["structure"]["end_to_end"]["f1"] == 1.0
    assert failed == []


@needs_shared
def test_a_file_on_which_a_system_fails_counts_as_empty_and_is_named(folder):
    def broken(path):
        raise RuntimeError("no")

    result, failed = judged(folder, broken)
    assert result["regions"]["recall"] == 0.0
    assert failed == ["one-001.pdf: RuntimeError"]


def test_a_missing_scorer_is_named_with_the_option_that_cures_it(tmp_path):
    with pytest.raises(OceanidError) as caught:
        pdf_tables.scorer(tmp_path / "score_icdar.py")
    assert "score_icdar.py" in caught.value.message
    assert "--scorer" in str(caught.value.hint)


def test_a_box_is_given_with_its_origin_at_the_bottom_left(folder):
    (found,) = pdf_tables.system_of("oceanid")(folder / "one-001.pdf")
    left, bottom, right, top = found["bbox_bottomleft"]
    assert 70 < left < right < 400
    assert 630 < bottom < 645
    assert 705 < top < 712
