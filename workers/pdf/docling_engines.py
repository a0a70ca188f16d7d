"""The geometric engine as layout and table-structure engines of Docling (extra `docling`).

`pip install` registers this module in Docling's entry-point group; a pipeline takes the engines by the class of its
options (`GeometricLayoutOptions`, `GeometricTableOptions`) with `allow_external_plugins=True`. The table engine also
serves under another layout model: it reads the structure of whatever regions that names tables.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any, ClassVar

from docling.datamodel.accelerator_options import AcceleratorOptions
from docling.datamodel.base_models import (
    Cluster,
    LayoutPrediction,
    Page,
    TableStructurePrediction,
)
from docling.datamodel.base_models import Table as DoclingTable
from docling.datamodel.document import ConversionResult
from docling.datamodel.pipeline_options import BaseLayoutOptions, BaseTableStructureOptions
from docling.models.base_layout_model import TABLE_LABELS, BaseLayoutModel
from docling.models.base_table_model import BaseTableStructureModel
from docling.utils.profiling import TimeRecorder
from docling_core.types.doc import BoundingBox, CoordOrigin, DocItemLabel, TableCell

from workers.pdf.lines import paragraphs, text_lines
from workers.pdf.model import THIN, Box, PageInk, Rule, Table, Word, bounds, split_text, turned, with_sizes
from workers.pdf.tables import find_tables, table_in


class GeometricLayoutOptions(BaseLayoutOptions):
    """Layout from geometry: tables, and paragraphs as text. No model is loaded."""

    kind: ClassVar[str] = "oceanid_geometric_layout"


class GeometricTableOptions(BaseTableStructureOptions):
    """Table structure from geometry. No model is loaded."""

    kind: ClassVar[str] = "oceanid_geometric_table"


def layout_engines() -> dict[str, list[type]]:
    """What Docling's plugin loader asks for."""
    return {"layout_engines": [GeometricLayoutModel]}


def table_structure_engines() -> dict[str, list[type]]:
    """What Docling's plugin loader asks for."""
    return {"table_structure_engines": [GeometricTableModel]}


class GeometricLayoutModel(BaseLayoutModel):
    """Tables and paragraphs of a page from its words and lines.

    A page without words (a scan that OCR will read after this stage) is one region of text.
    """

    def __init__(
        self,
        artifacts_path: Path | None,
        accelerator_options: AcceleratorOptions,
        options: GeometricLayoutOptions,
        enable_remote_services: bool = False,
    ) -> None:
        self.options = options

    @classmethod
    def get_options_type(cls) -> type[GeometricLayoutOptions]:
        """The options by which a pipeline chooses this engine."""
        return GeometricLayoutOptions

    def predict_layout(self, conv_res: ConversionResult, pages: Sequence[Page]) -> Sequence[LayoutPrediction]:
        """One prediction a page, boxes in points, origin top left."""
        predictions = []
        for page in pages:
            if page._backend is None or not page._backend.is_valid() or page.size is None:
                predictions.append(page.predictions.layout or LayoutPrediction())
                continue
            with TimeRecorder(conv_res, "layout"):
                ink = page_ink(page)
                if ink.words:
                    clusters = _clusters(ink, find_tables(ink))
                else:
                    clusters = [_cluster(0, DocItemLabel.TEXT, (0.0, 0.0, ink.width, ink.height), 1.0)]
            predictions.append(LayoutPrediction(clusters=clusters))
        return predictions


class GeometricTableModel(BaseTableStructureModel):
    """Rows, columns, spans and header of the tables of a page."""

    def __init__(
        self,
        enabled: bool,
        artifacts_path: Path | None,
        options: GeometricTableOptions,
        accelerator_options: AcceleratorOptions,
        enable_remote_services: bool = False,
    ) -> None:
        self.enabled = enabled
        self.options = options

    @classmethod
    def get_options_type(cls) -> type[GeometricTableOptions]:
        """The options by which a pipeline chooses this engine."""
        return GeometricTableOptions

    def predict_tables(
        self, conv_res: ConversionResult, pages: Sequence[Page]
    ) -> Sequence[TableStructurePrediction]:
        """One prediction a page; the page's `table_score` becomes the mean confidence of its tables.

        On a page read by OCR the tables are found again on what OCR read, because layout came before it.
        """
        predictions = []
        for page in pages:
            layout = page.predictions.layout
            if page._backend is None or not page._backend.is_valid() or layout is None or page.size is None:
                predictions.append(page.predictions.tablestructure or TableStructurePrediction())
                continue
            with TimeRecorder(conv_res, "table_structure"):
                ink = page_ink(page)
                found = find_tables(ink)
                if _read_by_ocr(page) and not any(c.label in TABLE_LABELS for c in layout.clusters):
                    layout.clusters = _with_cells(_clusters(ink, found), page)
                prediction = TableStructurePrediction()
                scores = []
                for cluster in layout.clusters:
                    if cluster.label not in TABLE_LABELS:
                        continue
                    box = cluster.bbox
                    table = table_in(ink, (box.l, box.t, box.r, box.b), found)
                    prediction.table_map[cluster.id] = _docling_table(table, cluster, page.page_no)
                    if table is not None:
                        scores.append(table.confidence)
                if scores:
                    conv_res.confidence.pages[page.page_no].table_score = fmean(scores)
            predictions.append(prediction)
        return predictions


# ---- in --------------------------------------------------------------------------------------------------------


def page_ink(page: Page) -> PageInk:
    """Words and ruling lines of a Docling page; those that OCR read where there is no text layer."""
    width, height = page.size.width, page.size.height
    upright: list[Word] = []
    if page.parsed_page is not None:
        cells = page.parsed_page.word_cells
        if not cells or _read_by_ocr(page):
            cells = page.parsed_page.textline_cells
        for cell in cells:
            turn = -round(cell.rect.angle / (math.pi / 2)) % 4
            box = turned(_box(cell.rect.to_bounding_box(), height), turn, width, height)
            upright.extend(replace(w, turn=turn) for w in split_text(cell.text, box))
    words = []
    for w in with_sizes(upright):
        sides = (height, width) if w.turn % 2 else (width, height)
        x0, top, x1, bottom = turned(w.box, -w.turn, *sides)
        words.append(replace(w, x0=x0, top=top, x1=x1, bottom=bottom))
    return PageInk(width, height, tuple(words), tuple(_rules(page)))


def _read_by_ocr(page: Page) -> bool:
    return page.parsed_page is not None and any(c.from_ocr for c in page.parsed_page.textline_cells)


def _rules(page: Page) -> Iterable[Rule]:
    backend: Any = page._backend
    boxes = [
        *(backend.get_shape_lines(horizontal=True, vertical=True, tolerance=0.5) or ()),
        *(
            (backend.get_thin_shape_boxes(max_thickness=THIN) or ())
            if hasattr(backend, "get_thin_shape_boxes")
            else ()
        ),
    ]
    for box in boxes:
        x0, top, x1, bottom = _box(box, page.size.height)
        if x1 - x0 >= bottom - top:
            yield Rule(True, (top + bottom) / 2, x0, x1)
        else:
            yield Rule(False, (x0 + x1) / 2, top, bottom)


def _box(box: BoundingBox, height: float) -> Box:
    box = box.to_top_left_origin(height)
    return min(box.l, box.r), min(box.t, box.b), max(box.l, box.r), max(box.t, box.b)


# ---- out -------------------------------------------------------------------------------------------------------


def _clusters(ink: PageInk, tables: Sequence[Table]) -> list[Cluster]:
    """Tables, and the other text as paragraphs."""
    rest = [
        w
        for w in ink.words
        if not any(
            t.box[0] - 1 <= (w.x0 + w.x1) / 2 <= t.box[2] + 1 and t.box[1] - 1 <= w.middle <= t.box[3] + 1
            for t in tables
        )
    ]
    boxes = [bounds(line.box for line in part) for part in paragraphs(text_lines(rest))]
    clusters = [_cluster(i, DocItemLabel.TABLE, t.box, t.confidence) for i, t in enumerate(tables)]
    clusters += [_cluster(i, DocItemLabel.TEXT, box, 1.0) for i, box in enumerate(boxes, start=len(tables))]
    return clusters


def _cluster(number: int, label: DocItemLabel, box: Box, confidence: float) -> Cluster:
    return Cluster(id=number, label=label, bbox=_bounding(box), confidence=max(confidence, 0.5))


def _bounding(box: Box) -> BoundingBox:
    return BoundingBox(l=box[0], t=box[1], r=box[2], b=box[3], coord_origin=CoordOrigin.TOPLEFT)


def _with_cells(clusters: list[Cluster], page: Page) -> list[Cluster]:
    """Clusters with the page's text cells that lie in them; clusters of text without any are left out."""
    for cell in page.cells:
        box = cell.rect.to_bounding_box().to_top_left_origin(page.size.height)
        shares = [(box.intersection_over_self(c.bbox), c) for c in clusters]
        share, best = max(shares, key=lambda pair: pair[0], default=(0.0, None))
        if best is not None and share > 0:
            best.cells.append(cell)
    return [c for c in clusters if c.cells or c.label in TABLE_LABELS]


def _docling_table(table: Table | None, cluster: Cluster, page_no: int) -> DoclingTable:
    cells = [
        TableCell(
            bbox=_bounding(cell.box),
            row_span=cell.row_span,
            col_span=cell.col_span,
            start_row_offset_idx=cell.row,
            end_row_offset_idx=cell.row + cell.row_span,
            start_col_offset_idx=cell.col,
            end_col_offset_idx=cell.col + cell.col_span,
            text=cell.text,
            column_header=cell.header,
        )
        for cell in (table.cells if table is not None else ())
    ]
    return DoclingTable(
        otsl_seq=[],
        table_cells=cells,
        num_rows=table.rows if table is not None else 0,
        num_cols=table.columns if table is not None else 0,
        id=cluster.id,
        page_no=page_no,
        cluster=cluster,
        label=cluster.label,
    )
