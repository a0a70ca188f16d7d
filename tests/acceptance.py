"""All public lists through the real path, and what is not as the labels say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.documents import Desk, outcome
from tests.labelled import SOURCES, LabelledCell, LabelledHeader, cells, headers

# Who publishes each list, as an operator would say on the command line.
PUBLISHERS = {
    "eu_fleet_swe_2024": ("COUNTRY", "SWE"),
    "iattc_2025": ("RFMO", "IATTC"),
    "iattc_2025.xlsx": ("RFMO", "IATTC"),
    "nafo_2025": ("RFMO", "NAFO"),
    "neafc_2025": ("RFMO", "NEAFC"),
    "npfc_2025": ("RFMO", "NPFC"),
    "sprfmo_2016": ("RFMO", "SPRFMO"),
    "sprfmo_2025": ("RFMO", "SPRFMO"),
    "uk_mmo_over10m_2018": ("COUNTRY", "GBR"),
    "wcpfc_2025": ("RFMO", "WCPFC"),
}
# What must map right wherever a list has it.
MUST_MAP = {
    "VESSEL_NAME", "FLAG", "IMO", "MMSI", "IRCS", "NATIONAL_REG_NO", "LENGTH", "LENGTH_OVERALL", "LENGTH_REGISTERED",
    "GROSS_TONNAGE", "GROSS_REGISTER_TONNAGE", "TONNAGE", "BUILD_YEAR", "AUTH_START", "AUTH_END",
}  # fmt: skip
# Kinds in which nothing wrong may be accepted.
NEVER_WRONG = {"imo", "mmsi", "ircs", "country", "date"}


@dataclass(frozen=True)
class Verdict:
    """What became of one labelled cell."""

    label: LabelledCell
    cell: dict[str, Any]

    @property
    def accepted(self) -> bool:
        """Whether no human will look at it."""
        return not self.cell["needs_review"]

    @property
    def right(self) -> bool:
        """Whether accepting it is right."""
        return self.label.accepts(self.cell["cleaned_value"], self.cell["null_reason"])

    def __str__(self) -> str:
        label = self.label
        expected = (
            "review" if label.needs_review else label.expected or f"({'|'.join(sorted(label.null_reasons))})"
        )
        return (
            f"{label.list} row {label.row_index} {label.column_name!r} [{self.cell['field']}]: {label.raw_value!r} ->"
            f" {outcome(self.cell)!r}, expected {expected!r} {self.cell['review_reason'] or ''} {label.note}"
        )


def ingest(desk: Desk, lists: Iterable[str], folder: Path) -> dict[str, int]:
    """Register and clean the lists, one after the other as versions come; returns their document_ids."""
    documents = {}
    for name in lists:
        source_type, source = PUBLISHERS[name]
        documents[name] = desk.register(folder / SOURCES[name][0], source, source_type)
        desk.drain()
    return documents


def wrong_headers(desk: Desk, documents: dict[str, int]) -> list[tuple[LabelledHeader, str | None, bool]]:
    """Columns that map to a field that the labels do not allow: (label, field, whether it is one of MUST_MAP)."""
    found = []
    for name, document_id in documents.items():
        columns = {c["column_position"]: c for c in desk.columns(document_id)}
        for label in headers():
            if label.list == name.removesuffix(".xlsx") and not label.accepts(
                columns[label.column_position]["field"]
            ):
                found.append((label, columns[label.column_position]["field"], label.field in MUST_MAP))
    return found


def judged(desk: Desk, documents: dict[str, int]) -> list[Verdict]:
    """Every labelled cell of the documents with what became of it."""
    found = []
    for name, document_id in documents.items():
        labels = {(label.row_index, label.column_position): label for label in cells() if label.list == name}
        for cell in desk.rows(
            "SELECT e.* FROM stage.csv_extractions AS e"
            " JOIN unnest(%s::int[], %s::int[]) AS l (row_index, column_position) USING (row_index, column_position)"
            " WHERE e.document_id = %s",
            [row for row, _ in labels], [column for _, column in labels], document_id,
        ):  # fmt: skip
            found.append(Verdict(labels[cell["row_index"], cell["column_position"]], cell))
    return found
