"""Rows, columns and spans of one table, from its lines of text and the ruling lines in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from statistics import median

from workers.pdf.columns import Columns, find_columns
from workers.pdf.confidence import rate
from workers.pdf.lines import Line, is_numeric, join_words, text_lines
from workers.pdf.model import Box, Cell, Rule, Table, Word, bounds
from workers.pdf.rows import Block, Piece, body_rows, extents, header_blocks, header_lines, place
from workers.pdf.rules import covered, near, positions

FULL_RULE = 0.7  # share of the table's width from which a line separates rows


def read_structure(lines: Sequence[Line], rules: Sequence[Rule]) -> Table | None:
    """The lines of one region as a table; None where they have no two columns or no two rows."""
    if len(lines) < 2:
        return None
    box = bounds(line.box for line in lines)
    columns = find_columns(lines, rules)
    if columns.count < 2:
        return None
    pieces = place(lines, columns)
    full = full_rules(rules, box)
    head = header_lines(lines, pieces, full)
    blocks, head_rows = header_blocks(lines[:head], pieces[:head], columns, rules, extents(pieces, columns))
    blocks += _body_blocks(lines[head:], pieces[head:], columns, full, head_rows)
    return _assemble(blocks, columns, head_rows, box)


def full_rules(rules: Sequence[Rule], box: Box) -> list[float]:
    """y of the horizontal lines that run across (nearly) all of a box."""
    horizontal = [r for r in rules if r.horizontal and box[1] - 4 <= r.at <= box[3] + 4]
    return [y for y in positions(horizontal) if covered(near(horizontal, y), box[0], box[2]) >= FULL_RULE]


def _body_blocks(
    lines: Sequence[Line],
    pieces: Sequence[list[Piece]],
    columns: Columns,
    full: Sequence[float],
    offset: int,
) -> list[Block]:
    blocks: list[Block] = []
    for number, row in enumerate(body_rows(lines, pieces, columns, full), start=offset):
        cells: dict[int, Block] = {}
        for index in row:
            for piece in pieces[index]:
                last = piece.last
                if piece.first == 0 and last > 0 and len(pieces[index]) == 1 and _at_left(piece, lines):
                    last = 0  # a heading of a group stands in the first column
                block = cells.get(piece.first)
                if block is None:
                    block = cells[piece.first] = Block([], piece.first, last, number, number)
                    blocks.append(block)
                block.pieces.append(piece)
                block.last = max(block.last, last)
    return blocks


def _at_left(piece: Piece, lines: Sequence[Line]) -> bool:
    left = min(line.x0 for line in lines)
    return piece.box[0] - left < 4 * lines[0].size


def _assemble(blocks: Sequence[Block], columns: Columns, head_rows: int, box: Box) -> Table | None:
    """Blocks as cells, rows and columns without text left out."""
    used_columns = sorted({b.first for b in blocks} | {b.last for b in blocks})
    used_rows = sorted({b.top_row for b in blocks})
    if len(used_columns) < 2 or len(used_rows) < 2:
        return None
    column_number = {c: i for i, c in enumerate(used_columns)}
    row_number = {r: i for i, r in enumerate(used_rows)}
    cells = []
    for block in blocks:
        text = " ".join(piece.text for piece in block.pieces)
        first, last = column_number[block.first], column_number[block.last]
        row = row_number[block.top_row]
        below = max((row_number[r] for r in used_rows if r <= block.bottom_row), default=row)
        cells.append(
            Cell(
                row,
                first,
                below - row + 1,
                last - first + 1,
                text,
                bounds(piece.box for piece in block.pieces),
                header=block.top_row < head_rows,
            )
        )
    cells = _apart(cells)
    wrapped = {
        (row_number[b.top_row], column_number[b.first])
        for b in blocks
        if len(b.pieces) > 1 and b.top_row >= head_rows
    }
    size = median(w.size for b in blocks for p in b.pieces for w in p.words)
    return rate(Table(box, len(used_rows), len(used_columns), cells), size, wrapped)


def _apart(cells: Sequence[Cell]) -> list[Cell]:
    """Cells in reading order, none over another: a span gives way to a cell with a place of its own."""
    taken: dict[tuple[int, int], Cell] = {}
    kept: list[Cell] = []
    for cell in sorted(cells, key=lambda c: (c.row_span * c.col_span, c.row, c.col)):
        host = taken.get((cell.row, cell.col))
        if host is not None:
            host.text = f"{host.text} {cell.text}"
            host.box = bounds((host.box, cell.box))
            continue
        while any(slot in taken for slot in _slots(cell)):
            if cell.col_span > 1:
                cell.col_span -= 1
            else:
                cell.row_span -= 1
        taken.update(dict.fromkeys(_slots(cell), cell))
        kept.append(cell)
    return sorted(kept, key=lambda c: (c.row, c.col))


def _slots(cell: Cell) -> list[tuple[int, int]]:
    return [
        (r, c)
        for r in range(cell.row, cell.row + cell.row_span)
        for c in range(cell.col, cell.col + cell.col_span)
    ]


# ---- a grid of ruling lines ----------------------------------------------------------------------------------


def read_grid(words: Sequence[Word], rules: Sequence[Rule], box: Box) -> tuple[Table, bool] | None:
    """The table of a grid of lines, and whether it holds rows or columns that no line separates.

    Cells between which a line is missing are one cell. None where lines do not make up a grid.
    """
    horizontal = [r for r in rules if r.horizontal]
    vertical = [r for r in rules if not r.horizontal]
    xs = positions(vertical, (box[0], box[2]))
    ys = positions(horizontal, (box[1], box[3]))
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > 20_000:
        return None
    walls, floors = [near(vertical, x) for x in xs], [near(horizontal, y) for y in ys]
    parent = list(range(rows * columns))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for r in range(rows):
        for c in range(columns):
            here = r * columns + c
            if c + 1 < columns and covered(walls[c + 1], ys[r], ys[r + 1]) < 0.5:
                parent[root(here + 1)] = root(here)
            if r + 1 < rows and covered(floors[r + 1], xs[c], xs[c + 1]) < 0.5:
                parent[root(here + columns)] = root(here)
    groups: dict[int, list[tuple[int, int]]] = {}
    for r in range(rows):
        for c in range(columns):
            groups.setdefault(root(r * columns + c), []).append((r, c))
    held: dict[int, list[Word]] = {}
    for word in words:
        x, y = (word.x0 + word.x1) / 2, word.middle
        r, c = bisect_right(ys, y) - 1, bisect_right(xs, x) - 1
        if 0 <= r < rows and 0 <= c < columns:
            held.setdefault(root(r * columns + c), []).append(word)
    cells: list[tuple[Cell, list[Line]]] = []
    for key, own in held.items():
        spots = groups[key]
        top, bottom = min(r for r, _ in spots), max(r for r, _ in spots)
        left, right = min(c for _, c in spots), max(c for _, c in spots)
        if len(spots) != (bottom - top + 1) * (right - left + 1):
            return None
        lines = text_lines(own)
        text = " ".join(join_words(line.words) for line in lines)
        span = bottom - top + 1, right - left + 1
        cells.append((Cell(top, left, *span, text, bounds(w.box for w in own)), lines))
    table = _compact([cell for cell, _ in cells])
    return None if table is None else (table, _partly_ruled(cells))


def _compact(cells: list[Cell]) -> Table | None:
    """Rows and columns in which no cell begins taken out."""
    rows = sorted({c.row for c in cells})
    columns = sorted({c.col for c in cells})
    if len(rows) < 2 or len(columns) < 2:
        return None
    for cell in cells:
        inside_rows = [r for r in rows if cell.row <= r < cell.row + cell.row_span]
        inside_columns = [c for c in columns if cell.col <= c < cell.col + cell.col_span]
        cell.row, cell.row_span = rows.index(inside_rows[0]), len(inside_rows)
        cell.col, cell.col_span = columns.index(inside_columns[0]), len(inside_columns)
    cells.sort(key=lambda c: (c.row, c.col))
    table = Table(bounds(c.box for c in cells), len(rows), len(columns), cells, ruled=True)
    return rate(table, median(c.box[3] - c.box[1] for c in cells))


def _partly_ruled(cells: Sequence[tuple[Cell, list[Line]]]) -> bool:
    """Whether cells of a grid hold rows or columns that no line separates.

    Values stand below each other in one cell, or lines of one cell have wide gaps in them.
    """
    several = gapped = numbers = most = 0
    for cell, lines in cells:
        wide = [line for line in lines if len(line.segments) > 1]
        gapped += any(len(line.segments) > 2 for line in wide) or len(wide) > 1
        if cell.row_span > 1 or cell.col_span > 1:
            continue
        numeric = sum(is_numeric(line.text) for line in lines)
        numbers += numeric > 0
        if numeric > 1 and numeric >= 0.6 * len(lines):
            several += 1
            most = max(most, numeric)
    return (several + (most > 2) >= 2 and several >= 0.25 * numbers) or gapped >= max(1, 0.1 * len(cells))
