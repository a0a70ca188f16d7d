"""Runs of extraction for tests of the SQL: tables written as lists of lists, placed on a grid of 100 by 20 points."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

import psycopg

Grid = Sequence[Sequence[str]]
WIDTH, HEIGHT = 100, 20


def pdf_document(db: psycopg.Connection[Any], name: str = "list.pdf", source: str = "TEST") -> int:
    """A registered PDF that waits for extraction."""
    digest = hashlib.sha256(name.encode()).digest()
    return int(
        db.execute(
            "SELECT document_id FROM stage.register_document('RFMO', %s, '', %s, %s, 1, %s, '{}', 'pdf')",
            [source, name, digest, f"pdf/{name}"],
        ).fetchone()[0]  # type: ignore[index]
    )


def store_run(
    db: psycopg.Connection[Any],
    document_id: int,
    tables: Sequence[tuple[int, Grid]],
    *,
    spans: dict[tuple[int, int, int], tuple[int, int]] | None = None,
    confidence: float = 0.9,
    left: int = 0,
) -> uuid.UUID:
    """Store a run with tables (page, rows of texts; '' is no cell). Returns run_id.

    `spans`: (table_no, row_no, column_no) → (rows, columns) that the cell goes over.
    """
    run_id: uuid.UUID = db.execute(
        "INSERT INTO stage.extraction_runs (document_id, started_at, outcome, engine)"
        " VALUES (%s, now(), 'done', 'test') RETURNING run_id",
        [document_id],
    ).fetchone()[0]  # type: ignore[index]
    for page in sorted({page for page, _ in tables}):
        db.execute(
            "INSERT INTO stage.document_pages (document_id, run_id, page_no, width, height, text, text_sha256)"
            " VALUES (%s, %s, %s, 1000, 500, '', sha256(''))",
            [document_id, run_id, page],
        )
    for table_no, (page, grid) in enumerate(tables, start=1):
        columns = max(map(len, grid), default=0)
        db.execute(
            "INSERT INTO stage.document_tables (document_id, run_id, table_no, page_no, box, confidence,"
            " row_count, column_count) VALUES (%s, %s, %s, %s, %s, 0.9, %s, %s)",
            [document_id, run_id, table_no, page, [0.0, 0.0, 500.0, 100.0], len(grid), columns],
        )
        for row_no, row in enumerate(grid, start=1):
            for column_no, text in enumerate(row, start=1):
                if not text:
                    continue
                rows, wide = (spans or {}).get((table_no, row_no, column_no), (1, 1))
                x, y = left + WIDTH * (column_no - 1), HEIGHT * (row_no - 1)
                box = [float(v) for v in (x, y, x + WIDTH * wide - 5, y + HEIGHT * rows - 2)]
                db.execute(
                    "INSERT INTO stage.table_cells (document_id, run_id, table_no, row_no, column_no, row_span,"
                    " column_span, text, page_no, box, confidence)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    [
                        document_id,
                        run_id,
                        table_no,
                        row_no,
                        column_no,
                        rows,
                        wide,
                        text,
                        page,
                        box,
                        confidence,
                    ],
                )
    return run_id
