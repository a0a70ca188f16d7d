"""Tables of PDFs, ours beside pdfplumber, camelot and img2table: `python -m benchmarks.pdf_tables FOLDER`.

FOLDER holds NAME.pdf with NAME-reg.xml and NAME-str.xml, as ICDAR 2013 does. All systems read the same files in
the same run; the scorer beside the folder judges them all. A peer that is not installed is left out and named.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Table as Screen

from workers.errors import OceanidError
from workers.pdf.model import PageInk, Table
from workers.pdf.pdfium import read_pages
from workers.pdf.tables import find_tables

Prediction = dict[str, Any]
System = Callable[[Path], Iterator[Prediction]]

PROSE = "(pages without a table)"


def prediction(page: int, height: float, table: Table) -> Prediction:
    """A table in the scorer's format: 1-based page, box in points with the origin bottom left."""
    x0, top, x1, bottom = table.box
    return {
        "page": page,
        "bbox_bottomleft": [x0, height - bottom, x1, height - top],
        "cells": [
            {"row": c.row, "col": c.col, "row_span": c.row_span, "col_span": c.col_span, "text": c.text}
            for c in table.cells
        ],
    }


def _ours(change: Callable[[PageInk], PageInk]) -> System:
    def run(path: Path) -> Iterator[Prediction]:
        for number, page in enumerate(read_pages(path), start=1):
            for table in find_tables(change(page)):
                yield prediction(number, page.height, table)

    return run


def docling_converter() -> Any:
    """Docling's own pipeline with our engines, no OCR. Raises ImportError where the extra is missing."""
    from docling.datamodel.accelerator_options import AcceleratorOptions
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.pipeline_options import ThreadedPdfPipelineOptions
    from docling.document_converter import DocumentConverter, PdfFormatOption

    from workers.pdf.docling_engines import GeometricLayoutOptions, GeometricTableOptions

    options = ThreadedPdfPipelineOptions(
        allow_external_plugins=True,
        do_ocr=False,
        layout_options=GeometricLayoutOptions(),
        table_structure_options=GeometricTableOptions(),
        accelerator_options=AcceleratorOptions(device="cpu", num_threads=1),
        generate_parsed_pages=True,
    )
    converter = DocumentConverter(
        allowed_formats=[InputFormat.PDF],
        format_options={InputFormat.PDF: PdfFormatOption(pipeline_options=options)},
    )
    converter.initialize_pipeline(InputFormat.PDF)
    return converter


def _docling() -> System:
    converter = docling_converter()

    def run(path: Path) -> Iterator[Prediction]:
        for table in converter.convert(path).document.tables:
            box = table.prov[0].bbox
            yield {
                "page": table.prov[0].page_no,
                "bbox_bottomleft": [box.l, box.b, box.r, box.t],
                "cells": [
                    {
                        "row": c.start_row_offset_idx,
                        "col": c.start_col_offset_idx,
                        "row_span": c.row_span,
                        "col_span": c.col_span,
                        "text": c.text,
                    }
                    for c in table.data.table_cells
                ],
            }

    return run


def _pdfplumber() -> System:
    import pdfplumber

    def run(path: Path) -> Iterator[Prediction]:
        with pdfplumber.open(path) as document:
            for number, page in enumerate(document.pages, start=1):
                for table in page.find_tables():
                    x0, top, x1, bottom = table.bbox
                    boxes = [cell for row in table.rows for cell in row.cells if cell is not None]
                    xs, ys = (sorted({round(cell[i]) for cell in boxes}) for i in (0, 1))
                    cells = [
                        {
                            "row": r,
                            "col": c,
                            "row_span": sum(round(cell[1]) <= y < round(cell[3]) for y in ys) or 1,
                            "col_span": sum(round(cell[0]) <= x < round(cell[2]) for x in xs) or 1,
                            "text": content or "",
                        }
                        for r, (row, line) in enumerate(zip(table.rows, table.extract(), strict=True))
                        for c, (cell, content) in enumerate(zip(row.cells, line, strict=True))
                        if cell is not None
                    ]
                    yield {
                        "page": number,
                        "bbox_bottomleft": [x0, float(page.height) - bottom, x1, float(page.height) - top],
                        "cells": cells,
                    }

    return run


def _camelot(flavor: str) -> Callable[[], System]:
    def make() -> System:
        import camelot

        def run(path: Path) -> Iterator[Prediction]:
            for table in camelot.read_pdf(str(path), pages="all", flavor=flavor, suppress_stdout=True):
                yield {
                    "page": table.page,
                    "bbox_bottomleft": [float(x) for x in table._bbox],
                    "cells": _joined(table.cells),
                }

        return run

    return make


def _joined(rows: list[list[Any]]) -> list[Prediction]:
    """Camelot's cells, those without a line between them as one with spans."""
    owner = {(r, c): (r, c) for r, row in enumerate(rows) for c in range(len(row))}
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if c and not cell.left and not row[c - 1].right:
                owner[r, c] = owner[r, c - 1]
            elif r and not cell.top and not rows[r - 1][c].bottom:
                owner[r, c] = owner[r - 1, c]
    cells: dict[tuple[int, int], Prediction] = {}
    for (r, c), (top, left) in owner.items():
        first = cells.setdefault(
            (top, left), {"row": top, "col": left, "row_span": 1, "col_span": 1, "text": ""}
        )
        first["row_span"], first["col_span"] = (
            max(first["row_span"], r - top + 1),
            max(first["col_span"], c - left + 1),
        )
        first["text"] += " " + rows[r][c].text
    return list(cells.values())


def _img2table() -> System:
    import pypdfium2
    from img2table.document import PDF

    def run(path: Path) -> Iterator[Prediction]:
        with pypdfium2.PdfDocument(path) as document:
            heights = [page.get_height() for page in document]
        found = PDF(str(path)).extract_tables(borderless_tables=True, implicit_rows=False)
        for page, tables in found.items():
            for table in tables:
                scale = 72 / 200  # img2table renders at 200 dots an inch
                box = table.bbox
                cells: dict[tuple[int, ...], Prediction] = {}
                for r, row in table.content.items():
                    for c, cell in enumerate(row):
                        key = (cell.bbox.x1, cell.bbox.y1, cell.bbox.x2, cell.bbox.y2)
                        first = cells.setdefault(key, {"row": r, "col": c, "text": cell.value or ""})
                        first["row_span"] = r - first["row"] + 1
                        first["col_span"] = c - first["col"] + 1
                height = heights[page]
                yield {
                    "page": page + 1,
                    "bbox_bottomleft": [
                        box.x1 * scale,
                        height - box.y2 * scale,
                        box.x2 * scale,
                        height - box.y1 * scale,
                    ],
                    "cells": list(cells.values()),
                }

    return run


SYSTEMS: dict[str, Callable[[], System]] = {
    "oceanid": lambda: _ours(lambda page: page),
    "oceanid, ruling lines hidden": lambda: _ours(lambda page: replace(page, rules=())),
    "oceanid, vertical lines hidden": lambda: _ours(
        lambda page: replace(page, rules=tuple(r for r in page.rules if r.horizontal))
    ),
    "oceanid in docling": _docling,
    "pdfplumber": lambda: _pdfplumber(),
    "camelot lattice": _camelot("lattice"),
    "camelot hybrid": _camelot("hybrid"),
    "img2table borderless": _img2table,
}


def system_of(name: str) -> System:
    """A system ready to run. Raises ImportError where its library is not installed."""
    return SYSTEMS[name]()


def scorer(path: Path) -> ModuleType:
    """The scorer as a module. Raises OceanidError where it is not there."""
    spec = importlib.util.spec_from_file_location("score_icdar", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise OceanidError(f"There is no scorer at {path}.", hint="Name it: --scorer FILE.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(system: System, files: list[Path]) -> dict[str, Any]:
    """All tables a system finds in the files, and what it took. A file on which it fails counts as empty."""
    found: dict[str, Any] = {}
    failed: list[str] = []
    began = time.perf_counter()
    for path in files:
        try:
            found[path.name] = list(system(path))
        except Exception as error:
            found[path.name] = []
            failed.append(f"{path.name}: {type(error).__name__}")
    found["_meta"] = {"seconds": time.perf_counter() - began, "pages": sum(map(_pages, files))}
    return {"found": found, "failed": failed}


def _pages(path: Path) -> int:
    return sum(1 for _ in read_pages(path))


def judge(score: ModuleType, truths: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """The scorer's measures over all documents and over each half of them; tables on pages that have none."""
    result: dict[str, Any] = score.score(truths, dict(found), documents=True)
    names = sorted(truths)
    for half, chosen in (("even", names[::2]), ("odd", names[1::2])):
        part = {name: truths[name] for name in chosen}
        if part:
            result[half] = score.score(part, {k: v for k, v in found.items() if score.stem(k) in part})
    result["false_on_pages_without_tables"] = sum(
        t["page"] not in {x["page"] for alternative in truths[score.stem(name)] for x in alternative}
        for name, tables in found.items()
        if name != "_meta"
        for t in tables
    )
    return result


def show(results: dict[str, dict[str, Any]]) -> Screen:
    """One line a system."""
    screen = Screen(title="Tables of PDFs")
    for head in (
        "system",
        "recall",
        "precision",
        "F1 of adjacency",
        "even / odd",
        "false " + PROSE,
        "s a page",
    ):
        screen.add_column(head, justify="left" if head == "system" else "right")
    for name, r in results.items():
        halves = " / ".join(f"{r[h]['structure']['end_to_end']['f1']:.3f}" for h in ("even", "odd") if h in r)
        screen.add_row(
            name,
            f"{r['regions']['recall']:.3f}",
            f"{r['regions']['precision']:.3f}",
            f"{r['structure']['end_to_end']['f1']:.3f}",
            halves,
            str(r["false_on_pages_without_tables"]),
            f"{r['seconds_per_page']:.3f}",
        )
    return screen


def main() -> int:
    """Run the systems, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pdf_tables", description=__doc__)
    parser.add_argument("folder", type=Path, help="PDFs with their truths")
    parser.add_argument("--scorer", type=Path, help="score_icdar.py (default: beside the folder)")
    parser.add_argument("--only", action="append", choices=list(SYSTEMS), help="a system; may be repeated")
    parser.add_argument("--json", type=Path, help="file for all measures (default: standard output)")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    try:
        score = scorer(options.scorer or options.folder.resolve().parent / "score_icdar.py")
        files = sorted(options.folder.glob("*.pdf"))
        if not files:
            raise OceanidError(
                f"There is no PDF in {options.folder}.", hint="Name a folder of PDFs with truths."
            )
        results: dict[str, dict[str, Any]] = {}
        truths = score.read_truths(options.folder)
        for name in options.only or SYSTEMS:
            try:
                system = system_of(name)
            except ImportError as error:
                print(f"{name}: left out, {error.name} is not installed.", file=sys.stderr)
                continue
            measured = measure(system, files)
            results[name] = judge(score, truths, measured["found"]) | {"failed": measured["failed"]}
            print(f"{name}: done", file=sys.stderr)
    except OceanidError as error:
        print(error, file=sys.stderr)
        return 1
    Console(stderr=options.json is None, width=120).print(show(results))
    text = json.dumps(results, ensure_ascii=False)
    if options.json is None:
        print(text)
    else:
        options.json.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
