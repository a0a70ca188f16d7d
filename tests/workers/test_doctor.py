"""The doctor sees each illness, names the cure, and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from workers import doctor, embedded
from workers.cluster import Cluster
from workers.doctor import Finding, examine
from workers.settings import Settings


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    return Settings(home=home, database_url=SecretStr(database_url))


def named(findings: list[Finding], level: str) -> dict[str, str]:
    return {f.name: f.detail for f in findings if f.level == level}


def test_a_healthy_installation_has_nothing_to_mend(settings: Settings) -> None:
    findings = examine(settings)
    assert named(findings, "fail") == {}
    assert named(findings, "ok").keys() >= {
        "home",
        "disk",
        "database",
        "version",
        "locale",
        "pgmq",
        "migrations",
    }
    assert not settings.home_path.exists()


def test_every_illness_has_a_cure(settings: Settings) -> None:
    settings = settings.model_copy(
        update={"database_url": SecretStr("postgresql://nobody:x@127.0.0.1:1/none")}
    )
    sick = [f for f in examine(settings) if f.level != "ok"]
    assert sick
    assert all(f.cure for f in sick)


def test_an_unreachable_database_is_named_without_its_password(settings: Settings) -> None:
    url = SecretStr("postgresql://someone:geheim@127.0.0.1:1/none")
    findings = examine(settings.model_copy(update={"database_url": url}))
    failed = named(findings, "fail")
    assert "someone:***@127.0.0.1:1" in failed["database"]
    assert "geheim" not in str(findings)


def test_a_database_never_migrated_is_told_to_migrate(
    settings: Settings, new_database: Callable[..., str]
) -> None:
    url = SecretStr(new_database(migrated=False))
    findings = examine(settings.model_copy(update={"database_url": url}))
    assert named(findings, "fail")["pgmq"] == "the message queues are not installed"
    assert "unapplied" in named(findings, "fail")
    assert "Run `oceanid migrate`." in {f.cure for f in findings}


def test_a_function_changed_by_hand_is_drift(
    settings: Settings, db: psycopg.Connection, database_url: str
) -> None:
    db.execute("CREATE FUNCTION ops.t_stray() RETURNS integer LANGUAGE sql RETURN 1")
    (routine,) = db.execute(
        "SELECT object_identity FROM ops.deployed_object WHERE object_kind = 'function' "
        "AND object_identity LIKE 'ops.%' ORDER BY 1 LIMIT 1"
    ).fetchone() or ("",)
    db.execute(f"ALTER ROUTINE {routine} COST 4711")
    findings = examine(settings)
    assert named(findings, "fail")["changed object"] == routine
    assert named(findings, "warn")["orphan"] == "ops.t_stray()"


def test_a_locale_without_letters_is_found(settings: Settings, server_url: str) -> None:
    name = f"t_c_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER libc"
        )
        try:
            url = SecretStr(server_url.replace("/postgres?", f"/{name}?"))
            findings = examine(settings.model_copy(update={"database_url": url}))
        finally:
            conn.execute(f"DROP DATABASE {name}")
    assert "no letters here" in named(findings, "fail")["locale"]


def test_a_home_that_others_may_write_into_is_a_failure(settings: Settings) -> None:
    settings.home_path.mkdir()
    settings.home_path.chmod(0o777)
    assert "every user may write" in named(examine(settings), "fail")["home"]


def test_a_full_disk_is_seen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_NO_DISK", 1 << 60)
    assert "GiB free" in named(examine(settings), "fail")["disk"]
    monkeypatch.setattr(doctor, "_NO_DISK", 0)
    monkeypatch.setattr(doctor, "_LITTLE_DISK", 1 << 60)
    assert "GiB free" in named(examine(settings), "warn")["disk"]


def test_an_object_store_that_does_not_answer_is_a_failure(settings: Settings) -> None:
    away = settings.model_copy(
        update={
            "object_store": "s3://bucket/prefix",
            "s3_endpoint_url": "http://127.0.0.1:1",
            "s3_region": "none",
            "s3_access_key_id": SecretStr("geheim"),
            "s3_secret_access_key": SecretStr("geheim"),
        }
    )
    findings = examine(away)
    assert "s3://bucket/prefix" in named(findings, "fail")["object store"]
    assert "geheim" not in str(findings)


def test_without_a_database_url_a_stopped_server_is_no_failure(home: Path) -> None:
    findings = examine(Settings(home=home, database_url=None))
    assert named(findings, "fail") == {}
    assert "not running" in named(findings, "warn")["embedded server"]


@pytest.mark.skipif(
    os.environ.get("OCEANID_TEST_POSTGRES", "18") != "18",
    reason="the embedded server is always PostgreSQL 18",
)
def test_killed_forgotten_and_orphaned_servers_are_told_apart(home: Path, database_url: str) -> None:
    alone = Settings(home=home, database_url=None)
    other = Settings(home=home, database_url=SecretStr(database_url))
    try:
        embedded.start(home)
        assert "runs as process" in named(examine(alone), "ok")["embedded server"]
        assert "but DATABASE_URL is used" in named(examine(other), "warn")["orphaned server"]
        pid_file = home / "pg/postmaster.pid"
        pid_file.rename(home / "hidden")
        assert "without their pid file" in named(examine(alone), "fail")["orphaned server"]
        (home / "hidden").rename(pid_file)
        Cluster(embedded.binaries(), home / "pg").kill()
        assert "stale postmaster.pid" in named(examine(alone), "warn")["embedded server"]
    finally:
        embedded.start(home)
        embedded.stop(home)
