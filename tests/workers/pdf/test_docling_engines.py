"""The engines inside Docling's own pipeline. Needs the extra `docling`."""

from __future__ import annotations

import tomllib
from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("docling", reason="the extra `docling` is not installed")

from docling.datamodel.base_models import ConversionStatus, DocumentStream
from docling.models.factories import get_layout_factory, get_table_structure_factory

from benchmarks.pdf_tables import docling_converter
from tests.workers.pdf.files import pdf, table, text
from tests.workers.pdf.test_pdfium import ROWS
from tests.workers.pdf.test_quality import ICDAR, SHARED, VESSELS, needs_shared, scores, truth  # noqa: F401
from workers.pdf import docling_engines


@pytest.fixture(scope="module")
def converter():
    return docling_converter()


def convert(converter, data: bytes):
    result = converter.convert(DocumentStream(name="page.pdf", stream=BytesIO(data)))
    assert result.status == ConversionStatus.SUCCESS
    return result


def texts(found):
    return [[cell.text for cell in row] for row in found.data.grid]


def test_the_entry_point_names_the_module_that_docling_loads():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["entry-points"]["docling"] == {"oceanid": docling_engines.__name__}


def test_docling_knows_both_engines_by_the_class_of_their_options():
    layout, structure = get_layout_factory(True), get_table_structure_factory(True)
    assert layout.classes[docling_engines.GeometricLayoutOptions] is docling_engines.GeometricLayoutModel
    assert structure.classes[docling_engines.GeometricTableOptions] is docling_engines.GeometricTableModel


@pytest.mark.parametrize("ruled", [False, True], ids=["open", "ruled"])
def test_a_table_comes_out_of_the_pipeline_with_boxes_and_confidence(converter, ruled):
    result = convert(converter, pdf(text(72, 750, "Vessels of the register") + table(ROWS, ruled=ruled)))
    (found,) = result.document.tables
    assert texts(found) == ROWS
    assert found.prov[0].page_no == 1
    box = found.data.grid[1][0].bbox
    assert (round(box.l), box.t < 792 - 680 < box.b) == (76, True)
    assert 0.8 < result.confidence.pages[1].table_score <= 1.0
    assert [t.text for t in result.document.texts] == ["Vessels of the register"]


def test_header_cells_are_marked(converter):
    (found,) = convert(converter, pdf(table(ROWS))).document.tables
    assert [c.text for c in found.data.table_cells if c.column_header] == ROWS[0]


def test_a_page_without_text_or_table_is_no_failure(converter):
    assert convert(converter, pdf("")).document.tables == []


@needs_shared
def test_the_vessel_list_of_seafo_has_its_six_vessels_with_a_box_for_each_cell(converter):
    result = converter.convert(SHARED / "seafo_2025.pdf")
    (found,) = result.document.tables
    assert texts(found)[1:] == VESSELS
    assert all(c.bbox is not None for c in found.data.table_cells)


@needs_shared
def test_tables_of_the_icdar_documents_come_through_docling(truth):  # noqa: F811
    whole = scores(truth, "oceanid in docling")
    assert whole["regions"]["recall"] >= 0.98
    assert whole["regions"]["precision"] >= 0.93
    assert whole["structure"]["end_to_end"]["f1"] >= 0.97
