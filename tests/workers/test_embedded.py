"""The embedded server: survives its starter, a kill, a long path, and two starters at once."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from workers import embedded
from workers.cluster import Cluster
from workers.cluster_system import processes_of
from workers.errors import ServerError

pytestmark = pytest.mark.skipif(
    os.environ.get("OCEANID_TEST_POSTGRES", "18") != "18",
    reason="the embedded server is always PostgreSQL 18",
)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as conn:
        row = conn.execute(query).fetchone()
        return row[0] if row else None


def test_it_starts_answers_and_stops(home: Path) -> None:
    assert embedded.status(home).detail == "no data directory yet"
    url = embedded.start(home)
    assert embedded.url(home) == url
    assert ask(url, "SELECT current_database()") == "oceanid"
    assert embedded.status(home).running
    assert embedded.stop(home)
    assert embedded.status(home).detail == "stopped"
    assert not embedded.stop(home)


def test_a_second_start_finds_the_running_server(home: Path) -> None:
    url = embedded.start(home)
    pid = embedded.status(home).pid
    assert embedded.start(home) == url
    assert embedded.status(home).pid == pid


def test_text_means_the_same_on_every_machine(home: Path) -> None:
    url = embedded.start(home)
    assert (
        ask(url, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'oceanid'")
        == "bC.UTF-8"
    )
    assert ask(url, r"SELECT upper('é') = 'É' AND 'é' ~ '^\w$' AND 'Z' < 'a'") is True
    assert ask(url, "SHOW timezone") == "UTC"


def test_commits_are_durable_and_the_settings_are_ours(home: Path) -> None:
    url = embedded.start(home)
    for name, value in {
        "fsync": "on",
        "synchronous_commit": "on",
        "jit": "off",
        "shared_buffers": "256MB",
        "work_mem": "64MB",
        "max_wal_size": "2GB",
        "listen_addresses": "",
    }.items():
        assert ask(url, f"SHOW {name}") == value


def test_an_operators_own_setting_wins(home: Path) -> None:
    url = embedded.start(home)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("ALTER SYSTEM SET work_mem = '8MB'")
    embedded.stop(home)
    assert ask(embedded.start(home), "SHOW work_mem") == "8MB"


def test_it_survives_the_process_that_started_it(home: Path) -> None:
    code = f"from pathlib import Path; from workers import embedded; embedded.start(Path({str(home)!r})); import time; print('up', flush=True); time.sleep(60)"
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    assert starter.stdout.readline() == "up\n"
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    assert embedded.status(home).running
    assert ask(embedded.url(home), "SELECT 1") == 1
    assert embedded.stop(home)


def test_a_killed_server_is_started_again_with_its_data(home: Path) -> None:
    url = embedded.start(home)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE TABLE public.kept AS SELECT 42 AS answer")
    pid = embedded.status(home).pid
    assert pid is not None
    Cluster(embedded.binaries(), home / "pg").kill()
    assert "stale postmaster.pid" in embedded.status(home).detail
    assert ask(embedded.start(home), "SELECT answer FROM public.kept") == 42
    assert embedded.status(home).pid != pid


def test_another_process_with_the_dead_servers_number_is_not_taken_for_it(home: Path) -> None:
    embedded.start(home)
    embedded.stop(home)
    (home / "pg/postmaster.pid").write_text(
        f"{os.getpid()}\n{home / 'pg'}\n0\n5432\n{home / 'pg'}\n\n0 0\nready\n"
    )
    assert not embedded.status(home).running
    assert not embedded.stop(home)
    assert ask(embedded.start(home), "SELECT 1") == 1


def test_several_starters_at_once_start_one_server(home: Path) -> None:
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(embedded.start(home))) for _ in range(3)]
    code = (
        f"from pathlib import Path; from workers import embedded; print(embedded.start(Path({str(home)!r})))"
    )
    others = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    urls += [other.communicate()[0].strip() for other in others]
    assert len(urls) == 5
    assert set(urls) == {embedded.url(home)}
    assert ask(urls[0], "SELECT count(*) FROM pg_database WHERE datname = 'oceanid'") == 1


def test_a_path_too_long_for_a_socket_gets_a_private_directory(home: Path) -> None:
    home = home / ("long-" * 20)
    try:
        url = embedded.start(home)
        socket = embedded.status(home).socket_directory
        assert socket is not None
        assert socket != home / "pg"
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert ask(url, "SELECT 1") == 1
    finally:
        embedded.stop(home)
    assert not socket.exists()


def test_nobody_else_may_enter_the_data_directory(home: Path) -> None:
    embedded.start(home)
    assert stat.S_IMODE((home / "pg").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "pg/oceanid.conf").stat().st_mode) == 0o600
    # Root's server needs to walk through the directories above, which is all that others may do.
    assert not home.stat().st_mode & (stat.S_IRWXG | stat.S_IROTH | stat.S_IWOTH)


def test_an_initdb_that_was_cut_short_is_done_again(home: Path) -> None:
    (home / "pg.new").mkdir(parents=True)
    (home / "pg.new/PG_VERSION").write_text("18\n")
    assert ask(embedded.start(home), "SELECT 1") == 1


def test_data_of_another_major_version_is_left_alone(home: Path) -> None:
    embedded.start(home)
    embedded.stop(home)
    (home / "pg/PG_VERSION").write_text("16\n")
    with pytest.raises(ServerError, match="holds data of PostgreSQL 16") as caught:
        embedded.start(home)
    assert "Keep the older release" in (caught.value.hint or "")
    (home / "pg/PG_VERSION").write_text("18\n")


def test_a_server_that_cannot_start_shows_its_log(home: Path) -> None:
    embedded.start(home)
    embedded.stop(home)
    with pytest.raises(ServerError, match="invalid value for parameter"):
        embedded.start(home, settings={"shared_buffers": "nonsense"})
    assert processes_of(home / "pg") == []
