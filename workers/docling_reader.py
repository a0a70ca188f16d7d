"""Docling's pipeline as the model `docling` serves it: a PDF in, pages, text blocks, tables and cells as JSON out.

Boxes are [x0, y0, x1, y1] in points of the page as displayed, origin top left. Pages, rows and columns count from 1.
Runs in a helper process of the model (`workers.child`), so that a PDF which breaks or hangs a parser fails alone.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from workers.child import serve

Box = list[float]

LAYOUTS = ("geometric", "heron")
TABLES = ("geometric", "tableformer")
OCR = ("auto", "never", "always")


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """How documents are read.

    `device`: `cpu` or `cuda:N`. `layout` and `tables` name the engines; `heron` and `tableformer` need their weights in
    `artifacts_path`. `ocr`: pictures of text only, never, or every page. `document_seconds`: time limit of one call.
    """

    device: str
    layout: str = "geometric"
    tables: str = "geometric"
    artifacts_path: str = ""
    ocr: str = "auto"
    threads: int = 2
    document_seconds: float = 240

    @classmethod
    def from_strings(cls, values: Mapping[str, str]) -> ReaderOptions:
        """Options from texts, as a model configuration has them. Raises ValueError naming what is wrong."""
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown:
            raise ValueError(f"unknown options: {', '.join(sorted(unknown))}")
        numbers = {"threads": int, "document_seconds": float}
        texts: dict[str, Any] = {name: numbers.get(name, str)(value) for name, value in values.items()}
        made = cls(**texts)
        for name, allowed in (("layout", LAYOUTS), ("tables", TABLES), ("ocr", OCR)):
            if getattr(made, name) not in allowed:
                raise ValueError(f"{name} is one of {', '.join(allowed)}, not {getattr(made, name)!r}")
        if made.device != "cpu" and not made.device.startswith("cuda:"):
            raise ValueError(f"device is cpu or cuda:N, not {made.device!r}")
        weights = made.layout == "heron" or made.tables == "tableformer"
        if weights and not (made.artifacts_path and Path(made.artifacts_path).is_dir()):
            raise ValueError(
                f"layout {made.layout} and tables {made.tables} need their weights: there is no directory"
                f" {made.artifacts_path!r} (artifacts_path); `docling-tools models download -o` makes it"
            )
        return made


class Reader:
    """One pipeline, its models loaded. Raises RuntimeError where the device is not there."""

    def __init__(self, options: ReaderOptions) -> None:
        self.options = options
        check_device(options.device)
        _mend_torchvision()
        from docling.datamodel.base_models import InputFormat

        self._converter = _converter(options)
        self._converter.initialize_pipeline(InputFormat.PDF)

    def identity(self) -> dict[str, Any]:
        """What reads: engines with versions, options, image. Two readers of one identity read alike."""
        from importlib.metadata import version

        return {
            "engine": f"docling {version('docling')}, layout {self.options.layout}, tables {self.options.tables}",
            "versions": {
                name: version(name) for name in ("docling", "docling-parse", "docling-core", "torch")
            },
            "options": asdict(self.options),
            "image_digest": os.environ.get("OCEANID_IMAGE_DIGEST") or None,
        }

    def read(self, path: Path, first: int, last: int) -> dict[str, Any]:
        """The pages `first` to `last` of a PDF (from 1); `outcome` is done, or failed with the error in words."""
        from io import BytesIO

        from docling.datamodel.base_models import ConversionStatus, DocumentStream

        begun = time.monotonic()
        # In memory: the name of a temporary file must not get into the result.
        stream = DocumentStream(name="document.pdf", stream=BytesIO(path.read_bytes()))
        result = self._converter.convert(
            stream, raises_on_error=False, page_range=(first, last or sys.maxsize)
        )
        if result.status is not ConversionStatus.SUCCESS:
            said = "; ".join(dict.fromkeys(e.error_message.strip() for e in result.errors))
            where = f"the pages {first} to {last or 'last'}"
            said = said or result.status.value
            return {"outcome": "failed", "error": f"Docling could not read {where}: {said}."}
        seconds = time.monotonic() - begun
        tables = list(_tables(result))
        pages = [_page(page, result, tables, seconds) for page in result.pages]
        return {
            "outcome": "done",
            "pages": pages,
            "tables": tables,
            "key_values": [_plain(item) for item in result.document.key_value_items],
            "form_fields": [_plain(item) for item in result.document.form_items],
            "seconds": seconds,
        }


def check_device(device: str) -> None:
    """Raises RuntimeError unless the device is there: a GPU that was asked for is never replaced by the CPU."""
    if device == "cpu":
        return
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    number = int(device.removeprefix("cuda:"))
    if number >= count:
        raise RuntimeError(
            f"The configuration asks for GPU {number}, and this machine shows {count or 'no'} GPU to PyTorch"
            f" {torch.__version__}. Give the container its GPUs, or choose the CPU: --model-config-name=cpu."
        )


def _mend_torchvision() -> None:
    """A torchvision built for CUDA looks for two operators that it does not bring beside a CPU-only torch."""
    try:
        import torchvision
    except RuntimeError:
        import torch

        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _mend_torchvision.library = library  # type: ignore[attr-defined]
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        import torchvision  # noqa: F401


def _converter(options: ReaderOptions) -> Any:
    from docling.backend.docling_parse_backend import ThreadedDoclingParseDocumentBackend
    from docling.datamodel.accelerator_options import AcceleratorOptions
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.pipeline_options import (
        RapidOcrOptions,
        TableFormerMode,
        TableStructureOptions,
        ThreadedPdfPipelineOptions,
    )
    from docling.document_converter import DocumentConverter, PdfFormatOption

    from workers.pdf.docling_engines import GeometricLayoutOptions, GeometricTableOptions

    gpu = options.device != "cpu"
    pipeline = ThreadedPdfPipelineOptions(
        allow_external_plugins=True,
        artifacts_path=options.artifacts_path or None,
        accelerator_options=AcceleratorOptions(device=options.device, num_threads=options.threads),
        do_ocr=options.ocr != "never",
        ocr_options=RapidOcrOptions(
            backend="torch" if gpu else "onnxruntime", force_full_page_ocr=options.ocr == "always"
        ),
        document_timeout=options.document_seconds,
        generate_parsed_pages=True,
        table_structure_options=(
            GeometricTableOptions()
            if options.tables == "geometric"
            else TableStructureOptions(mode=TableFormerMode.ACCURATE)
        ),
    )
    if options.layout == "geometric":
        pipeline.layout_options = GeometricLayoutOptions()
    else:
        from docling.datamodel.pipeline_options import LayoutObjectDetectionOptions

        pipeline.layout_options = LayoutObjectDetectionOptions.from_preset("layout_heron_default")
    if gpu:
        pipeline.layout_batch_size = pipeline.ocr_batch_size = pipeline.table_batch_size = 16
    return DocumentConverter(
        allowed_formats=[InputFormat.PDF],
        format_options={
            InputFormat.PDF: PdfFormatOption(
                pipeline_options=pipeline, backend=ThreadedDoclingParseDocumentBackend
            )
        },
    )


# ---- out -------------------------------------------------------------------------------------------------------


def _page(page: Any, result: Any, tables: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    height = page.size.height
    lines: list[dict[str, Any]] = []
    read_by_ocr: list[float] = []
    parsed = page.parsed_page
    for cell in parsed.textline_cells if parsed is not None else ():
        confidence = float(cell.confidence) if cell.from_ocr else None
        if confidence is not None:
            read_by_ocr.append(confidence)
        lines.append({"text": _clean(cell.text), "box": _cell_box(cell, height), "ocr": confidence})
    blocks, figures = [], []
    for item, _ in result.document.iterate_items(page_no=page.page_no):
        box = _item_box(item, page.page_no, height)
        if box is None or item.label == "table":
            continue
        text = getattr(item, "text", None)
        if text is None:
            figures.append({"label": str(item.label.value), "box": box})
        else:
            blocks.append({"label": str(item.label.value), "text": _clean(text), "box": box})
    scores = result.confidence.pages.get(page.page_no)
    return {
        "page_no": page.page_no,
        "width": page.size.width,
        "height": height,
        "text": "\n".join(line["text"] for line in lines),
        "ocr_confidence": sum(read_by_ocr) / len(read_by_ocr) if read_by_ocr else None,
        "confidence": _number(scores.mean_score) if scores is not None else None,
        "blocks": blocks,
        "lines": lines,
        "tokens": [
            [_clean(cell.text), *_cell_box(cell, height)]
            for cell in (parsed.word_cells if parsed is not None else ())
        ],
        "figures": figures,
        "tables": [n for n, table in enumerate(tables, start=1) if table["page_no"] == page.page_no],
        "runtime_ms": 1000 * seconds / max(len(result.pages), 1),
    }


def _tables(result: Any) -> Iterator[dict[str, Any]]:
    pages = {page.page_no: page for page in result.pages}
    for item in result.document.tables:
        if not item.prov:
            continue
        page = pages[item.prov[0].page_no]
        height = page.size.height
        box = _item_box(item, page.page_no, height)
        assert box is not None
        confidence = _table_confidence(page, box)
        doubts = [
            (_cell_box(cell, height), float(cell.confidence))
            for cell in (page.parsed_page.textline_cells if page.parsed_page is not None else ())
            if cell.from_ocr
        ]
        cells = []
        for cell in item.data.table_cells:
            if not (text := _clean(cell.text)).strip():
                continue
            place = _bounding(cell.bbox.to_top_left_origin(height)) if cell.bbox is not None else box
            cells.append(
                {
                    "row": cell.start_row_offset_idx + 1,
                    "column": cell.start_col_offset_idx + 1,
                    "row_span": max(cell.row_span, 1),
                    "column_span": max(cell.col_span, 1),
                    "header": bool(cell.column_header),
                    "text": text,
                    "box": place,
                    "confidence": confidence * min((c for b, c in doubts if _meets(b, place)), default=1.0),
                }
            )
        yield {
            "page_no": page.page_no,
            "box": box,
            "confidence": confidence,
            "rows": item.data.num_rows,
            "columns": item.data.num_cols,
            "cells": cells,
        }


def _table_confidence(page: Any, box: Box) -> float:
    """Confidence of the region that the layout engine predicted there."""
    structure = page.predictions.tablestructure
    found = [
        (
            _overlap(_bounding(table.cluster.bbox.to_top_left_origin(page.size.height)), box),
            table.cluster.confidence,
        )
        for table in (structure.table_map.values() if structure is not None else ())
    ]
    share, confidence = max(found, default=(0.0, 1.0))
    return min(max(float(confidence), 0.0), 1.0) if share > 0 else 1.0


def _item_box(item: Any, page_no: int, height: float) -> Box | None:
    for place in item.prov:
        if place.page_no == page_no:
            return _bounding(place.bbox.to_top_left_origin(height))
    return None


def _cell_box(cell: Any, height: float) -> Box:
    return _bounding(cell.rect.to_bounding_box().to_top_left_origin(height))


def _bounding(box: Any) -> Box:
    return [round(v, 2) for v in (min(box.l, box.r), min(box.t, box.b), max(box.l, box.r), max(box.t, box.b))]


def _overlap(a: Box, b: Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _meets(line: Box, cell: Box) -> bool:
    """Whether half of a line's height and any of its width lies in the cell."""
    return min(line[2], cell[2]) > max(line[0], cell[0]) and min(line[3], cell[3]) - max(
        line[1], cell[1]
    ) > 0.5 * min(line[3] - line[1], cell[3] - cell[1])


def _clean(text: str) -> str:
    """Text that PostgreSQL and JSON take: no NUL, no half characters."""
    return text.replace("\x00", "\u2400").encode("utf-8", "replace").decode("utf-8")


def _number(value: float) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _plain(item: Any) -> Any:
    return json.loads(item.model_dump_json())


# ---- the helper's side -----------------------------------------------------------------------------------------


def _main(values: dict[str, str]) -> None:
    try:
        reader = Reader(ReaderOptions.from_strings(values))
        ready = {"identity": reader.identity()}
    except Exception as error:
        serve(lambda request: {}, {"error": f"{type(error).__name__}: {error}"})
        return

    def handle(request: dict[str, Any]) -> dict[str, Any]:
        try:
            return reader.read(Path(request["path"]), request["first"], request["last"])
        except Exception as error:
            return {"outcome": "failed", "error": f"Docling failed: {type(error).__name__}: {error}"}

    serve(handle, ready)


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
