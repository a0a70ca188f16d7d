"""The other way to do it: a polars script with the same per-field work on the same files.

It reads the files, folds text, upper-cases names, checks IMO numbers, MMSIs and call signs, looks up
countries, gears and vessel types, reads dates and numbers, and empties placeholders. Given to it for
nothing: which column means what, the dialects, the date orders, the decimal signs and the vocabularies.
Left out: units, several values in one cell, mojibake, scores, the gate, findings across a row, lineage, and
being stored anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

from benchmarks.lab import Connection, median, timed
from benchmarks.lists import VesselList

_NUMBERS = ("length", "tonnage", "power", "volume", "mass", "speed", "count")
_BOOLEANS = {"YES": "true", "Y": "true", "TRUE": "true", "NO": "false", "N": "false", "FALSE": "false"}
_CODES = ("country", "gear", "vessel_type")


@dataclass(frozen=True)
class PolarsScript:
    """Median seconds over all files.

    Agreement: share of accepted, plainly readable cells with the same clean value.
    """

    cells: int
    seconds: float
    compared_cells: int
    equal_cells: int

    @property
    def rate(self) -> float:
        """Cells per second."""
        return self.cells / self.seconds

    @property
    def agreement(self) -> float:
        """Share of compared cells on which both agree."""
        return self.equal_cells / max(self.compared_cells, 1)


@dataclass(frozen=True)
class _Column:
    position: int
    field: str | None
    kind: str
    date_order: str | None
    decimal_sign: str | None


@dataclass(frozen=True)
class _Document:
    document_id: int
    path: Path
    encoding: str
    delimiter: str | None
    sheet: str | None
    header_row: int
    columns: list[_Column]


@dataclass(frozen=True)
class _Vocabulary:
    codes: dict[str, dict[str, str]]
    mids: list[str]
    prefixes: list[str]
    placeholders: dict[str, list[str]]
    units: dict[str, dict[str, str]]


def measure(connection: Connection, lists: Sequence[VesselList], repeat: int = 3) -> PolarsScript:
    """Clean the files of the ingested documents; compare the result with what the database holds."""
    documents, vocabulary = _documents(connection, lists), _vocabulary(connection)
    frames: dict[int, tuple[pl.DataFrame, pl.DataFrame]] = {}

    def work() -> None:
        for document in documents:
            raw = _read(document)
            frames[document.document_id] = (raw, raw.select(_expressions(document, vocabulary)))

    seconds = median([timed(work) for _ in range(repeat)])
    cells = sum(raw.height * raw.width for raw, _ in frames.values())
    compared = equal = 0
    for document in documents:
        raw, clean = frames[document.document_id]
        more, same = _compare(connection, document, raw, clean)
        compared += more
        equal += same
    return PolarsScript(cells, seconds, compared, equal)


def _read(document: _Document) -> pl.DataFrame:
    names = [str(column.position) for column in document.columns]
    if document.delimiter is None:
        sheet = CalamineWorkbook.from_path(str(document.path)).get_sheet_by_name(document.sheet or "")
        rows = [[str(cell) for cell in row] for row in list(sheet.iter_rows())[document.header_row :]]
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    try:
        return _read_csv(document, names, '"')
    except pl.exceptions.ComputeError:  # stray quotes
        return _read_csv(document, names, None)


def _read_csv(document: _Document, names: list[str], quote: str | None) -> pl.DataFrame:
    return pl.read_csv(
        document.path,
        separator=document.delimiter or ",",
        quote_char=quote,
        encoding="utf8-lossy" if document.encoding in ("utf-8", "ascii") else document.encoding,
        has_header=False,
        skip_rows=document.header_row,
        infer_schema=False,
        truncate_ragged_lines=True,
        new_columns=names,
        schema_overrides=dict.fromkeys(names, pl.String),
    ).fill_null("")


def _expressions(document: _Document, vocabulary: _Vocabulary) -> list[pl.Expr]:
    return [
        _clean(pl.col(str(column.position)), column, vocabulary).alias(str(column.position))
        for column in document.columns
    ]


def _clean(text: pl.Expr, column: _Column, vocabulary: _Vocabulary) -> pl.Expr:
    kind = column.kind
    folded = (
        text.str.replace_all(r"[\s\u00a0\u200b\u3000\ufeff]+", " ").str.strip_chars().str.normalize("NFC")
    )
    upper = folded.str.to_uppercase()
    empty = (upper == "") | upper.is_in(vocabulary.placeholders.get(kind, []))
    if kind == "text":
        clean = folded
    elif kind == "name":
        clean = upper.str.replace(r'^"(.*)"$', "${1}")
    elif kind == "imo":
        digits = upper.str.replace(r"^(IMO|UVI|LR|NO)[ .:]*", "").str.replace(r"[.]0+$", "")
        clean = pl.when(_is_imo(digits)).then(digits)
    elif kind == "mmsi":
        digits = upper.str.replace(r"[.]0+$", "").str.replace_all(r"[ -]", "")
        known = digits.str.contains(r"^[2-7][0-9]{8}$") & digits.str.slice(0, 3).is_in(vocabulary.mids)
        clean = pl.when(known).then(digits)
    elif kind == "ircs":
        sign = upper.str.replace_all(r"[^A-Z0-9]", "")
        clean = pl.when(sign.str.slice(0, 2).is_in(vocabulary.prefixes)).then(sign)
    elif kind in _CODES:
        # A code in brackets at the end, or behind a number; a label behind a number.
        tries = [
            _known(_key(upper.str.extract(pattern)), vocabulary.codes[kind])
            for pattern in (r"[(\[]([A-Z0-9.-]{1,7})[)\]]$", r"^[0-9.]+ ?[-–]? ?(.+)$")
        ]
        clean = pl.coalesce(_known(_key(upper), vocabulary.codes[kind]), *tries, upper)
    elif kind == "date":
        clean = _date(folded, column.date_order)
    elif kind == "year":
        clean = upper.str.extract(r"^([12][0-9]{3})")
    elif kind in _NUMBERS:
        clean = _number(folded, column.decimal_sign or ".")
    elif kind == "boolean":
        clean = _known(upper, _BOOLEANS)
    elif kind == "unit":
        units = vocabulary.units.get(column.field or "", {})
        bare = folded.str.to_lowercase().str.strip_chars(" .")
        clean = pl.coalesce(_known(bare, units), _known(bare.str.extract(r"[(]([^()]+)[)]$"), units))
    else:
        clean = upper
    return pl.when(~empty).then(clean)


def _is_imo(digits: pl.Expr) -> pl.Expr:
    parts = [digits.str.slice(i, 1).cast(pl.Int32, strict=False) * (7 - i) for i in range(6)]
    return digits.str.contains(r"^[0-9]{7}$") & (
        pl.sum_horizontal(parts) % 10 == digits.str.slice(6, 1).cast(pl.Int32, strict=False)
    )


def _date(text: pl.Expr, order: str | None) -> pl.Expr:
    day, month = ("%m", "%d") if order == "MDY" else ("%d", "%m")
    date = text.str.replace(r"[T ][0-9]{1,2}:[0-9]{2}.*$", "")
    formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y"]
    formats += [f"{day}{sign}{month}{sign}%Y" for sign in "/-."]
    parsed = pl.coalesce([date.str.to_date(form, strict=False, exact=True) for form in formats])
    return pl.when(parsed.dt.year() < 2099).then(parsed.dt.to_string("%Y-%m-%d"))


def _number(text: pl.Expr, sign: str) -> pl.Expr:
    plain = text.str.extract(r"([-+]?[0-9][0-9., ']*)").str.replace_all(r"[ ']", "")
    plain = (
        plain.str.replace_all(".", "", literal=True).str.replace(",", ".")
        if sign == ","
        else plain.str.replace_all(",", "")
    )
    number = plain.cast(pl.Float64, strict=False)
    return pl.when(number > 0).then(number.cast(pl.String).str.replace(r"[.]0$", ""))


def _known(text: pl.Expr, vocabulary: dict[str, str]) -> pl.Expr:
    return text.replace_strict(vocabulary, default=None, return_dtype=pl.String)


def _key(text: pl.Expr) -> pl.Expr:
    return (
        text.str.normalize("NFKD")
        .str.replace_all(r"[\u0300-\u036f]", "")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )


def _compare(
    connection: Connection, document: _Document, raw: pl.DataFrame, clean: pl.DataFrame
) -> tuple[int, int]:
    """Cells whose raw text both have, that the gate accepts and that need no unit.

    And how many of them are equal.
    """
    rows = connection.execute(
        "SELECT DISTINCT ON (v.column_position, d.raw_value) v.column_position::text, d.raw_value,"
        " coalesce(d.cleaned_value, '')"
        " FROM stage.cell_values AS v JOIN stage.distinct_values AS d USING (value_id)"
        " JOIN stage.readings AS r USING (reading_id)"
        r" WHERE v.document_id = %s AND NOT d.needs_review AND r.unit IS NULL AND d.raw_value ~"
        r" '\S' AND d.raw_type = 's'",
        [document.document_id],
    ).fetchall()
    ours = pl.DataFrame(rows, schema={"column": pl.String, "raw": pl.String, "ours": pl.String}, orient="row")
    theirs = pl.concat(
        [
            pl.DataFrame({"column": name, "raw": raw[name], "theirs": clean[name].fill_null("")})
            for name in raw.columns
        ]
    )
    both = theirs.join(ours, on=["column", "raw"])
    return both.height, both.filter(pl.col("ours") == pl.col("theirs")).height


def _documents(connection: Connection, lists: Sequence[VesselList]) -> list[_Document]:
    paths = {item.path.name: item.path for item in lists}
    columns: dict[int, list[_Column]] = {}
    for document_id, *column in connection.execute(
        "SELECT c.document_id, c.column_position, c.field, c.kind, r.date_order, r.decimal_sign"
        " FROM stage.columns AS c LEFT JOIN stage.readings AS r USING (reading_id) ORDER BY 1, 2"
    ):
        columns.setdefault(document_id, []).append(_Column(*column))
    return [
        _Document(
            document_id, paths[name], encoding or "utf-8", delimiter, sheet, header_row, columns[document_id]
        )
        for document_id, name, encoding, delimiter, sheet, header_row in connection.execute(
            "SELECT document_id, file_name, encoding, delimiter, sheet_name, header_row FROM"
            " stage.documents ORDER BY 1"
        )
    ]


def _vocabulary(connection: Connection) -> _Vocabulary:
    def pairs(query: str) -> dict[str, str]:
        return {str(key): str(value) for key, value in connection.execute(query).fetchall()}

    def texts(query: str) -> list[str]:
        return [str(text) for (text,) in connection.execute(query).fetchall()]

    placeholders: dict[str, list[str]] = {}
    for kind, text in connection.execute(
        "SELECT k.kind, p.placeholder FROM ref.placeholder AS p JOIN (SELECT DISTINCT kind FROM"
        " ref.field) AS k"
        " ON coalesce(p.kind, k.kind) = k.kind WHERE p.match = 'text' AND p.field IS NULL AND"
        " p.source_type = 'GLOBAL'"
    ):
        placeholders.setdefault(kind, []).append(text)
    units: dict[str, dict[str, str]] = {}
    for field, key, unit in connection.execute(
        "SELECT f.field, a.alias_key, a.unit FROM ref.field AS f JOIN ref.unit_alias AS a USING (dimension)"
        " WHERE f.kind = 'unit'"
    ):
        units.setdefault(field, {})[key] = unit
    return _Vocabulary(
        {
            "country": pairs("SELECT alias_key, iso3 FROM ref.country_alias WHERE iso3 IS NOT NULL"),
            "gear": pairs("SELECT alias_key, code FROM ref.gear_alias UNION SELECT code, code FROM ref.gear"),
            "vessel_type": pairs(
                "SELECT alias_key, code FROM ref.vessel_type_alias UNION SELECT code, code FROM"
                " ref.vessel_type"
            ),
        },
        texts("SELECT mid FROM ref.mid"),
        texts("SELECT DISTINCT prefix FROM ref.call_sign_series"),
        placeholders,
        units,
    )
