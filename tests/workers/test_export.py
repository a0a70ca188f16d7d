"""Exports: the same rows and types in a directory and in S3, nothing half-visible, nothing unnoticed.

S3 itself cannot be had here: moto's server doubles it, over real HTTP through the real client.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from tests.documents import Desk
from tests.fleets import promote_fleet
from workers import export, export_parquet, objects
from workers.cli import app
from workers.database import connect
from workers.errors import ConfigurationError, OceanidError, ServiceUnavailable
from workers.export import Exported, export_view
from workers.export_parquet import Column, ExportFailed, write_parquet
from workers.objects import DirectoryStore, ObjectStore, S3Store
from workers.settings import Settings, get_settings

duckdb = pytest.importorskip("duckdb")
BUCKET = "exports"


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = pytest.importorskip("moto.server", reason="moto doubles S3 in this test").ThreadedMotoServer(
        port=0
    )
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["directory", "s3"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Settings, ObjectStore]:
    """A place to export to, the settings that reach it, and the store there."""
    if request.param == "directory":
        return str(tmp_path / "out"), Settings(), DirectoryStore(tmp_path / "out")
    settings = Settings(
        s3_endpoint_url=request.getfixturevalue("s3_endpoint"), s3_region="us-east-1",
        s3_access_key_id="key", s3_secret_access_key="secret",
    )  # fmt: skip
    place = f"s3://{BUCKET}/{tmp_path.name}"
    store = S3Store(place, settings)
    store._client.create_bucket(Bucket=BUCKET)
    return place, settings, store


ALL_TYPES = """
CREATE VIEW curated.all_types AS
SELECT n::bigint AS id, n::smallint AS small, n::integer AS whole, v.*
FROM (VALUES
    (1, true, 1.5::real, 0.1::double precision, 12345678901234567890.123456789::numeric, 1.50::numeric(10, 2), 'a "b", c' || chr(10) || 'd',
     ''::text, '2026-02-28'::date, '2026-02-28 23:59:59.123456+02'::timestamptz, '2026-02-28 12:00'::timestamp, '12:30'::time,
     ARRAY['x', NULL, 'y, "z"', '']::text[], ARRAY[1.25, NULL]::numeric[], ARRAY['2026-01-01']::date[], '{"a": [1, null]}'::jsonb,
     '\\x00ff'::bytea, '00000000-0000-0000-0000-000000000001'::uuid, '[1,3)'::int4range, '1 day'::interval),
    (2, false, 'NaN'::real, '-Infinity'::double precision, 0, (-0.01)::numeric(10, 2), 'ÅØ船', NULL, 'infinity', 'infinity', NULL, NULL,
     '{}', NULL, NULL, 'null', ''::bytea, NULL, NULL, NULL),
    (3, NULL, NULL, NULL, NULL, NULL::numeric(10, 2), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS v (n, yes, single, double, exact, money, words, empty, day, moment, plain, hour, texts, numbers, days, doc, bytes, key, span, long)
"""


def files(store: ObjectStore, view: str) -> list[str]:
    return store.keys(f"{view}/")


def load(store: ObjectStore, done: Exported, directory: Path) -> tuple[dict[str, Any], dict[str, Any], Path]:
    """Manifest, schema and Parquet file of an export, each checked against the manifest's checksums."""
    store.get(done.manifest, directory / "m.json")
    manifest = json.loads((directory / "m.json").read_text())
    folder = done.manifest.rpartition("/")[0]
    for n, file in enumerate(manifest["files"]):
        path = directory / ("schema.json" if n else "rows.parquet")
        store.get(f"{folder}/{file['name']}", path)
        content = path.read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    return manifest, json.loads((directory / "schema.json").read_text()), directory / "rows.parquet"


def test_every_type_keeps_its_values(
    db: psycopg.Connection, database_url: str, target: tuple[str, Settings, ObjectStore], tmp_path: Path
) -> None:
    db.execute(ALL_TYPES)
    place, settings, store = target
    with connect(database_url) as connection:
        done = export_view(connection, "all_types", place, settings)
    manifest, schema, parquet = load(store, done, tmp_path)
    types = {c["name"]: c["type"] for c in schema["columns"]}
    assert types == {
        "id": "BIGINT", "small": "SMALLINT", "whole": "INTEGER", "n": "INTEGER", "yes": "BOOLEAN", "single": "FLOAT",
        "double": "DOUBLE", "exact": "DECIMAL(38,9)", "money": "DECIMAL(10,2)", "words": "VARCHAR", "empty": "VARCHAR",
        "day": "DATE", "moment": "TIMESTAMPTZ", "plain": "TIMESTAMP", "hour": "TIME", "texts": "VARCHAR[]",
        "numbers": "DECIMAL(38,9)[]", "days": "DATE[]", "doc": "JSON", "bytes": "BLOB", "key": "UUID", "span": "VARCHAR",
        "long": "VARCHAR",
    }  # fmt: skip
    with duckdb.connect() as reader:
        reader.execute("SET TimeZone = 'UTC'")
        found = [tuple(row[:2]) for row in reader.execute(f"DESCRIBE SELECT * FROM '{parquet}'").fetchall()]
        written = {n: t.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ") for n, t in found}
        assert written == types
        rows = reader.execute(
            f"SELECT * REPLACE (moment::text AS moment, day::text AS day) FROM '{parquet}' ORDER BY id"
        ).fetchall()
    by_name = [dict(zip(types, row, strict=True)) for row in rows]
    one, two, three = by_name
    assert [one[c] for c in ("yes", "single", "double", "words", "empty", "day", "moment")] == [
        True, 1.5, 0.1, 'a "b", c\nd', "", "2026-02-28", "2026-02-28 21:59:59.123456+00",
    ]  # fmt: skip
    assert [str(one[c]) for c in ("exact", "money", "plain", "hour", "key")] == [
        "12345678901234567890.123456789", "1.50", "2026-02-28 12:00:00", "12:30:00", "00000000-0000-0000-0000-000000000001",
    ]  # fmt: skip
    assert [one["texts"], [n and str(n) for n in one["numbers"]], json.loads(one["doc"]), one["bytes"], one["span"], one["long"]] == [
        ["x", None, 'y, "z"', ""], ["1.250000000", None], {"a": [1, None]}, b"\x00\xff", "[1,3)", "P1D",
    ]  # fmt: skip
    assert [str(d) for d in one["days"]] == ["2026-01-01"]
    assert [two[c] for c in ("double", "words", "empty", "day", "moment", "texts", "doc", "bytes")] == [
        float("-inf"), "ÅØ船", None, "infinity", "infinity", [], "null", b"",
    ]  # fmt: skip
    assert set(three.values()) == {3, None}
    assert manifest["rows"] == manifest["files"][0]["rows"] == done.rows == 3


def test_the_files_are_where_the_day_says_and_compressed(
    database_url: str, target: tuple[str, Settings, ObjectStore], tmp_path: Path
) -> None:
    place, settings, store = target
    with connect(database_url) as connection:
        done = export_view(connection, "curated.vessels", place, settings)
        (now,) = connection.execute("SELECT now() AT TIME ZONE 'UTC'").fetchone() or (None,)
    assert now is not None
    manifest, schema, parquet = load(store, done, tmp_path)
    folder = f"vessels/year={now:%Y}/month={now:%m}/day={now:%d}"
    assert sorted(files(store, "vessels")) == sorted(
        [f"{folder}/manifest.json", *(f"{folder}/{f['name']}" for f in manifest["files"])]
    )
    assert (manifest["view"], manifest["seen_by"]) == ("curated.vessels", "postgres")
    assert schema["description"].startswith("Every vessel")
    assert all(column["description"] for column in schema["columns"])
    # An empty table is a file without rows and with all its columns.
    with duckdb.connect() as reader:
        assert reader.execute(f"SELECT count(*) FROM '{parquet}'").fetchone() == (0,)
        columns = [row[0] for row in reader.execute(f"DESCRIBE SELECT * FROM '{parquet}'").fetchall()]
    assert columns == [column["name"] for column in schema["columns"]]


def test_a_later_export_of_the_day_takes_the_place_of_the_earlier(
    db: psycopg.Connection, database_url: str, target: tuple[str, Settings, ObjectStore], tmp_path: Path
) -> None:
    place, settings, store = target
    db.execute("CREATE VIEW curated.ones AS SELECT 1 AS one")
    with connect(database_url) as connection:
        first = export_view(connection, "ones", place, settings)
        db.execute("CREATE OR REPLACE VIEW curated.ones AS SELECT 1 AS one FROM generate_series(1, 250000)")
        second = export_view(connection, "ones", place, settings)
    assert first.parquet != second.parquet
    assert len(files(store, "ones")) == 3
    assert load(store, second, tmp_path)[0]["rows"] == 250_000


def test_a_view_that_is_not_there_is_answered_with_those_that_are(database_url: str, tmp_path: Path) -> None:
    with connect(database_url) as connection:
        with pytest.raises(OceanidError, match=r"no curated\.current_fleets") as error:
            export_view(connection, "current_fleets", str(tmp_path), Settings())
        assert "current_fleet" in str(error.value.hint)
        for name in ("", "curated.", "pg_class", "vessels; DROP TABLE x", "public.x"):
            with pytest.raises(OceanidError, match="There is no"):
                export_view(connection, name, str(tmp_path), Settings())
    assert list(tmp_path.iterdir()) == []


def test_an_organisation_gets_its_vessels_only(database_url: str, tmp_path: Path) -> None:
    desk = Desk(database_url, tmp_path)
    promote_fleet(desk)
    role = f"x_{desk.one('SELECT current_database()')}"
    desk.db.execute(f"CREATE ROLE {role} NOLOGIN")
    try:
        desk.db.execute(f"GRANT oceanid_organisation TO {role}")
        desk.db.execute("INSERT INTO curated.organisation VALUES ('Spain', %s)", [role])
        desk.db.execute("INSERT INTO curated.organisation_access VALUES ('Spain', 'flag_state', 'ESP')")
        with connect(desk.url) as connection:
            whole = export_view(connection, "current_fleet", str(tmp_path / "all"), Settings())
            part = export_view(connection, "current_fleet", str(tmp_path / "es"), Settings(), role=role)
            with pytest.raises(OceanidError, match="There is no curated.possible_duplicates"):
                export_view(connection, "possible_duplicates", str(tmp_path / "es"), Settings(), role=role)
        assert (whole.rows, part.rows) == (3, 1)
        manifest = json.loads((tmp_path / "es" / part.manifest).read_text())
        assert manifest["seen_by"] == role
    finally:
        desk.db.execute(f"DROP ROLE {role}")
        desk.close()


def test_nothing_is_exported_as_a_role_that_is_not_there(database_url: str, tmp_path: Path) -> None:
    with connect(database_url) as connection, pytest.raises(OceanidError, match="as nobody") as error:
        export_view(connection, "vessels", str(tmp_path), Settings(), role="nobody")
    assert error.value.hint


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("failing", ["put", "get", "replace"])
def test_an_interrupted_export_leaves_the_earlier_one_in_force(
    db: psycopg.Connection, database_url: str, target: tuple[str, Settings, ObjectStore], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, failing: str,
) -> None:  # fmt: skip
    place, settings, store = target
    db.execute("CREATE VIEW curated.ones AS SELECT 1 AS one")
    with connect(database_url) as connection:
        first = export_view(connection, "ones", place, settings)
        real = getattr(type(store), failing)

        def crash(self: ObjectStore, key: str, path: Path) -> None:
            if failing != "replace" or key.endswith("manifest.json"):
                raise ServiceUnavailable("gone")
            real(self, key, path)

        with monkeypatch.context() as patched:
            patched.setattr(type(store), failing, crash)
            with pytest.raises(ServiceUnavailable):
                export_view(connection, "ones", place, settings)
        assert load(store, first, tmp_path)[0]["rows"] == 1
        # The next one works, and removes what the interrupted one left.
        export_view(connection, "ones", place, settings)
    assert len(files(store, "ones")) == 3


def test_a_process_that_is_killed_leaves_nothing_that_counts(
    db: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    db.execute("CREATE VIEW curated.ones AS SELECT 1 AS one")
    script = (
        "import os, sys; from workers import export; from workers.database import connect; from workers.settings import Settings\n"
        "from workers.objects import DirectoryStore\n"
        "DirectoryStore.replace = lambda *a, r=DirectoryStore.replace: os._exit(9) if a[1].endswith('manifest.json') else r(*a)\n"
        "with connect(sys.argv[1]) as c: export.export_view(c, 'ones', sys.argv[2], Settings())"
    )
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", script, database_url, str(out)], check=False, timeout=60)
    assert done.returncode == 9
    assert [p.name for p in out.rglob("manifest.json")] == []
    with connect(database_url) as connection:
        export_view(connection, "ones", str(out), Settings())
    assert len([p for p in out.rglob("*") if p.is_file()]) == 3


def test_a_file_that_arrives_otherwise_is_not_announced(
    db: psycopg.Connection, database_url: str, target: tuple[str, Settings, ObjectStore], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    place, settings, store = target

    def rot(self: ObjectStore, key: str, path: Path) -> None:
        path.write_bytes(b"rot")

    monkeypatch.setattr(type(store), "get", rot)
    with connect(database_url) as connection, pytest.raises(ExportFailed, match="not stored as it was sent"):
        export_view(connection, "vessels", place, settings)
    assert files(store, "vessels") == []


def test_two_exports_of_a_view_to_one_place_do_not_meet(database_url: str, tmp_path: Path) -> None:
    with connect(database_url) as one, connect(database_url) as other:
        with export._alone(one, "vessels", str(tmp_path)):
            with pytest.raises(OceanidError, match="by another process"):
                export_view(other, "vessels", str(tmp_path), Settings())
            export_view(other, "names", str(tmp_path), Settings())
        assert export_view(other, "vessels", str(tmp_path), Settings()).rows == 0


def test_a_failed_export_lets_the_next_one_in(database_url: str, tmp_path: Path) -> None:
    with connect(database_url) as one, connect(database_url) as other:
        with pytest.raises(OceanidError):
            export_view(one, "nothing", str(tmp_path), Settings())
        with pytest.raises(OceanidError, match="There is no"):
            export_view(other, "nothing", str(tmp_path), Settings())


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("1.0000000001::numeric", "rounded: x"),
        ("ARRAY[1.0000000001]::numeric[]", "rounded: x"),
        ("'NaN'::numeric", "cannot be written"),
        ("1e30::numeric", "cannot be written"),
        ("ARRAY[[1], [2]]", "cannot be written"),
    ],
)
def test_a_value_that_would_not_be_the_same_is_refused(
    db: psycopg.Connection, database_url: str, tmp_path: Path, expression: str, message: str
) -> None:
    db.execute(f"CREATE VIEW curated.odd AS SELECT {expression} AS x")
    with connect(database_url) as connection, pytest.raises(ExportFailed, match=message) as error:
        export_view(connection, "odd", str(tmp_path), Settings())
    assert error.value.hint
    assert list(tmp_path.iterdir()) == []


def test_trailing_zeros_are_no_digits(db: psycopg.Connection, database_url: str, tmp_path: Path) -> None:
    db.execute("CREATE VIEW curated.odd AS SELECT 1.100000000000::numeric AS x")
    with connect(database_url) as connection:
        assert export_view(connection, "odd", str(tmp_path), Settings()).rows == 1


def test_a_parquet_file_that_is_not_what_was_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rows.csv").write_text("1\n2\n")
    monkeypatch.setattr(
        export_parquet, "_digest", lambda _, relation: (2 if "read_csv" in relation else 1, 0, 0)
    )
    with pytest.raises(ExportFailed, match="1 of 2 rows"):
        write_parquet(tmp_path / "rows.csv", [Column("x", "integer")], tmp_path / "rows.parquet")


def test_without_duckdb_the_cure_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ConfigurationError, match="DuckDB") as error:
        write_parquet(tmp_path / "x", [Column("x", "integer")], tmp_path / "y")
    assert "oceanid[export]" in str(error.value.hint)


def test_a_place_of_another_kind_is_refused(database_url: str) -> None:
    with connect(database_url) as connection, pytest.raises(ConfigurationError, match="ftp://"):
        export_view(connection, "vessels", "ftp://host/x", Settings())


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(
    db: psycopg.Connection, database_url: str, tmp_path: Path
) -> None:
    script = (
        "import sys, resource; from workers.export import export_view; from workers.database import connect\n"
        "from workers.settings import Settings\n"
        "with connect(sys.argv[1]) as c: export_view(c, 'long_list', sys.argv[2], Settings())\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    used = []
    for rows in (100_000, 1_000_000):
        db.execute(
            f"CREATE OR REPLACE VIEW curated.long_list AS SELECT n, md5(n::text) AS x FROM generate_series(1, {rows}) AS n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, database_url, str(tmp_path)],
            check=True,
            capture_output=True,
            text=True,
        )
        used.append(int(done.stdout) * (1 if sys.platform == "darwin" else 1024))
    assert used[1] < used[0] + 100 * 1024 * 1024


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_says_what_it_wrote(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    get_settings.cache_clear()
    try:
        good = CliRunner().invoke(app, ["export", "current_fleet", "--to", str(tmp_path / "out")])
        bad = CliRunner().invoke(app, ["export", "current_flee", "--to", str(tmp_path / "out")])
    finally:
        get_settings.cache_clear()
    assert good.exit_code == 0, good.output
    assert "curated.current_fleet: 0 rows" in good.output
    (manifest,) = (tmp_path / "out").rglob("manifest.json")
    assert str(manifest) in good.output.replace("\n", "")
    assert bad.exit_code == 1
    assert "current_fleet" in bad.output


@pytest.mark.parametrize("store", ["directory", "s3"])
def test_a_store_lists_replaces_and_removes(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if store == "directory":
        made: ObjectStore = DirectoryStore(tmp_path / "store")
    else:
        settings = Settings(
            s3_endpoint_url=request.getfixturevalue("s3_endpoint"), s3_region="us-east-1",
            s3_access_key_id="key", s3_secret_access_key="secret",
        )  # fmt: skip
        made = S3Store(f"s3://{BUCKET}/{tmp_path.name}", settings)
        made._client.create_bucket(Bucket=BUCKET)
    (tmp_path / "1").write_bytes(b"1")
    (tmp_path / "2").write_bytes(b"2")
    assert made.keys("a/") == []
    made.put("a/x", tmp_path / "1")
    made.put("a/x", tmp_path / "2")
    made.put("a/y/z", tmp_path / "1")
    made.put("ab", tmp_path / "1")
    made.get("a/x", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"1"
    made.replace("a/x", tmp_path / "2")
    made.get("a/x", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"2"
    assert made.keys("a/") == ["a/x", "a/y/z"]
    made.remove("a/x")
    made.remove("a/x")
    assert made.keys("a/") == ["a/y/z"]
    with pytest.raises(objects.ObjectMissing):
        made.get("a/x", tmp_path / "back")
