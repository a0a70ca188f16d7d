"""How sure the geometry is of a cell: ruled, clear of its neighbours, in one piece."""

from __future__ import annotations

from collections.abc import Collection
from statistics import fmean

from workers.pdf.model import Cell, Table, overlap

RULED = 0.99
OPEN = 0.97
_SPAN = 0.92  # a span that no line confirms
_WRAPPED = 0.8  # several lines joined without lines around them
_CLOSE = 0.9  # less than half a font size from the next cell
_TOUCHING = 0.75  # less than a word space from it


def rate(table: Table, size: float, wrapped: Collection[tuple[int, int]] = ()) -> Table:
    """The table with confidences. `size` is its font size, `wrapped` the (row, column) of cells of joined lines."""
    rows: dict[int, list[Cell]] = {}
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            rows.setdefault(row, []).append(cell)
    for cell in table.cells:
        if table.ruled:
            cell.confidence = RULED
            continue
        cell.confidence = OPEN * min(
            _room(cell, rows[r], size) for r in range(cell.row, cell.row + cell.row_span)
        )
        if cell.row_span > 1 or cell.col_span > 1:
            cell.confidence *= _SPAN
        if (cell.row, cell.col) in wrapped:
            cell.confidence *= _WRAPPED
    filled = sum(c.row_span * c.col_span for c in table.cells) / (table.rows * table.columns)
    table.confidence = fmean(c.confidence for c in table.cells) * (1.0 if filled >= 0.5 else 0.9)
    return table


def _room(cell: Cell, beside: Collection[Cell], size: float) -> float:
    """1 where a cell stands clear of those beside it."""
    nearest = min(
        (-overlap(cell.box[0], cell.box[2], c.box[0], c.box[2]) for c in beside if c is not cell),
        default=size,
    )
    return _TOUCHING if nearest < 0.25 * size else _CLOSE if nearest < 0.5 * size else 1.0
