"""Rows of PostgreSQL as one Parquet file: which type becomes which, the writing, and the comparison afterwards.

PostgreSQL writes CSV, in which NULL and '' differ; DuckDB reads it as text, casts every column to its type and writes
Parquet (zstd), a row group at a time: memory does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.errors import ConfigurationError, OceanidError

DECIMAL = "DECIMAL(38,9)"
"""What numeric without a scale becomes: 29 digits before the point and 9 after it."""
_LONGEST_ROW = 8 * 1024 * 1024
_ROW_GROUP = 100_000
_MEMORY = "512MB"

_TYPES = {
    "boolean": "BOOLEAN",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double precision": "DOUBLE",
    "date": "DATE",
    "timestamp without time zone": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
    "time without time zone": "TIME",
    "uuid": "UUID",
    "json": "JSON",
    "jsonb": "JSON",
    "bytea": "BLOB",
}


class ExportFailed(OceanidError):
    """The Parquet file cannot be written, or is not what was read."""


@dataclass(frozen=True)
class Column:
    """A column to export: its name, PostgreSQL's name of its type (domains resolved), and its comment."""

    name: str
    postgres_type: str
    description: str | None = None

    @property
    def is_array(self) -> bool:
        """Whether it holds arrays, which must have one dimension."""
        return self.postgres_type.endswith("[]")

    @property
    def parquet_type(self) -> str:
        """DuckDB's name of the type in the file. A type without a counterpart is kept as its text."""
        return _parquet_type(self.postgres_type)

    @property
    def csv_expression(self) -> str:
        """What PostgreSQL is asked for, as a format of `{}` for the quoted column name."""
        if self.is_array:
            return "to_jsonb({}::text[])::text"
        return "encode({}, 'hex')" if self.postgres_type == "bytea" else "{}::text"

    @property
    def cast(self) -> str:
        """DuckDB's expression from the text to the type."""
        name = _quoted(self.name)
        if self.is_array:
            return f"CAST(CAST({name} AS JSON) AS {self.parquet_type})"
        if self.postgres_type == "bytea":
            return f"unhex({name})"
        return f"CAST({name} AS {self.parquet_type})"


def _parquet_type(postgres_type: str) -> str:
    if postgres_type == "bytea[]":
        return "VARCHAR[]"
    if postgres_type.endswith("[]"):
        return _parquet_type(postgres_type[:-2]) + "[]"
    if postgres_type == "numeric":
        return DECIMAL
    if postgres_type.startswith("numeric("):
        precision, scale = map(int, postgres_type[8:-1].split(","))
        return f"DECIMAL({precision},{scale})" if precision <= 38 and 0 <= scale <= precision else DECIMAL
    # timestamp(3) with time zone and the like: the number says what is kept, not what is read.
    plain = postgres_type.partition("(")[0] + postgres_type.partition(")")[2]
    return _TYPES.get(plain, "VARCHAR")


def write_parquet(csv: Path, columns: Sequence[Column], target: Path) -> int:
    """Write the rows of a CSV file, spooled by PostgreSQL, to a Parquet file and compare the two; the number of rows.

    Raises ExportFailed where a value does not fit its column's type or the file is not what was read,
    ConfigurationError where DuckDB is not installed.
    """
    duckdb = _duckdb()
    rows = (
        f"SELECT {', '.join(f'{c.cast} AS {_quoted(c.name)}' for c in columns)} FROM {_reader(csv, columns)}"
    )
    with duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY}) as connection:
        try:
            connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
            _refuse_lost_digits(connection, csv, columns)
            connection.execute(
                f"COPY ({rows}) TO {_literal(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
            )
            read = _digest(connection, f"({rows})")
            written = _digest(connection, f"read_parquet({_literal(target)}, hive_partitioning = false)")
        except duckdb.Error as error:
            raise ExportFailed(
                f"The rows cannot be written as Parquet: {str(error).splitlines()[0]}",
                hint="A value that its Parquet type does not know (NaN, an array of arrays, no space left): "
                "export a view that casts the column to text.",
            ) from error
    if read != written:
        raise ExportFailed(
            f"The Parquet file does not hold what was read: {written[0]} of {read[0]} rows, or other values.",
            hint="Nothing was published. Check the disk and repeat the export.",
        )
    return int(read[0])


def _reader(csv: Path, columns: Sequence[Column]) -> str:
    types = ", ".join(f"{_literal(c.name)}: 'VARCHAR'" for c in columns)
    return (
        f"read_csv({_literal(csv)}, columns = {{{types}}}, header = false, auto_detect = false, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, strict_mode = true, "
        f"max_line_size = {_LONGEST_ROW}, buffer_size = {2 * _LONGEST_ROW}, parallel = false)"
    )


def _digest(connection: Any, relation: str) -> tuple[Any, ...]:
    # Rows in whatever order: their number, and sum and exclusive or of their hashes.
    row: tuple[Any, ...] = connection.execute(
        f"SELECT count(*), sum(hash(r)), bit_xor(hash(r)) FROM {relation} AS r"
    ).fetchone()
    return row


def _refuse_lost_digits(connection: Any, csv: Path, columns: Sequence[Column]) -> None:
    # A cast to DECIMAL rounds without a word; only numeric without a scale can have more digits than it.
    wide = [c for c in columns if c.parquet_type.removesuffix("[]") == DECIMAL]
    if not wide:
        return
    tests = ", ".join(f"bool_or(regexp_matches({_quoted(c.name)}, '[.][0-9]{{9}}[0-9]*[1-9]'))" for c in wide)
    found = connection.execute(f"SELECT {tests} FROM {_reader(csv, columns)}").fetchone()
    lost = [c.name for c, too_fine in zip(wide, found, strict=True) if too_fine]
    if lost:
        raise ExportFailed(
            f"Numbers with more than 9 decimals would be rounded: {', '.join(lost)}.",
            hint="Export a view that rounds the column, or casts it to numeric(p, s) or text.",
        )


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise ConfigurationError(
            "Exports need DuckDB, which is not installed.", hint="pip install 'oceanid[export]'"
        ) from error
    return duckdb


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str | Path) -> str:
    return "'" + str(text).replace("'", "''") + "'"
