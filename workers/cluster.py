"""One PostgreSQL data directory: create it, start it, stop it, whoever we are.

Written against the server's own programs (`initdb`, `pg_ctl`), of any version from 15 up, so that the
embedded server and the servers of the tests are the same code. Nothing here outlives a call: the server is a
process of its own, which survives ours, and everything about it is read back from its data directory.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from workers.cluster_system import (
    SOCKET,
    is_server,
    let_pass,
    let_read,
    log_tail,
    processes_of,
    server_account,
    socket_place,
)
from workers.errors import ServerError

SUPERUSER = "postgres"
# How PostgreSQL is told to end sessions at once, or without tidying up.
_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


@dataclass(frozen=True)
class ServerStatus:
    """What a data directory says about its server."""

    running: bool
    data_directory: Path
    pid: int | None = None
    socket_directory: Path | None = None
    version: int | None = None
    detail: str = ""


@dataclass
class Cluster:
    """The data directory `data` served by the programs in `binaries`, with `settings` beside the server's
    own."""

    binaries: Path
    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """Major version of the programs, such as 18."""
        output = subprocess.run(
            [self.binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        found = re.search(r"\) (\d+)", output)
        if not found:
            raise ServerError(f"{self.binaries / 'postgres'} does not say its version: {output!r}")
        return int(found[1])

    def url(self, database: str) -> str:
        """libpq URL of a database of this server, through its socket."""
        return (
            f"postgresql://{SUPERUSER}@/{quote(database)}?host={quote(str(self.socket_directory()), safe='')}"
        )

    # -- state
    # ------------------------------------------------------------------------------------------------

    def status(self) -> ServerStatus:
        """Read the state from the data directory; changes nothing, needs no lock."""
        version_file = self.data / "PG_VERSION"
        if not version_file.exists():
            return ServerStatus(False, self.data, detail="no data directory yet")
        version = int(version_file.read_text().strip())
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, IndexError, ValueError):
            return ServerStatus(False, self.data, version=version, detail="stopped")
        if not is_server(pid, self.data):
            return ServerStatus(
                False,
                self.data,
                version=version,
                detail=f"stale postmaster.pid of process {pid}: it was killed",
            )
        ready = len(lines) >= 8 and lines[7].strip() == "ready"
        socket = Path(lines[4].strip()) if len(lines) >= 5 and lines[4].strip() else None
        return ServerStatus(
            ready, self.data, pid, socket, version, "running" if ready else "starting or stopping"
        )

    def socket_directory(self) -> Path:
        """The data directory itself (mode 0700), or, where its path is too long, a private directory of its
        own."""
        return socket_place(self.data)

    # -- verbs
    # ------------------------------------------------------------------------------------------------

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the data directory against other processes that would start or stop it."""
        path = self.data.with_name(self.data.name + ".lock")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def start(self) -> None:
        """Create the data directory if there is none and start the server if it is not running. Call under
        lock().

        Raises ServerError with the end of the server's log.
        """
        if self._running():
            return
        self._prepare_directories()
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        on_disk = int((self.data / "PG_VERSION").read_text().strip())
        if on_disk != self.version:
            raise ServerError(
                f"{self.data} holds data of PostgreSQL {on_disk}; this release brings {self.version}.",
                hint="Keep the older release, or dump with it and restore into a new OCEANID_HOME.",
            )
        self._clear_stale_pid()
        self._write_settings()
        result = self._run(
            "pg_ctl", "start", "-w", "-t", "60", "-s", "-D", self.data, "-l", self.data / "server.log"
        )
        if result.returncode != 0 or not self._running():
            raise ServerError(
                f"PostgreSQL did not start: {result.stdout.strip()}\n{log_tail(self.data)}".rstrip(),
                hint=f"{self.data / 'server.log'} has the whole story.",
            )

    def stop(self, mode: str = "fast") -> bool:
        """Stop the server and wait for its end; False where none was running. Call under lock()."""
        state = self.status()
        if state.pid is None:
            return False
        # A signal, not pg_ctl: it also works where a directory above was closed to the account since.
        os.kill(state.pid, _SIGNALS[mode])
        deadline = time.monotonic() + 60
        while self.status().pid is not None:
            if time.monotonic() > deadline:
                raise ServerError(
                    f"PostgreSQL (process {state.pid}) did not stop within a minute.",
                    hint="Close its clients, or look at its log: " + str(self.data / "server.log"),
                )
            time.sleep(0.01)
        socket = self.socket_directory()
        if socket != self.data:
            shutil.rmtree(socket, ignore_errors=True)
        return True

    def kill(self) -> None:
        """Kill the server as a power cut would: for tests."""
        pid = self.status().pid
        if pid is None:
            return
        os.kill(pid, signal.SIGKILL)
        while self.status().pid is not None:
            time.sleep(0.01)

    # -- inside
    # -----------------------------------------------------------------------------------------------

    def _running(self) -> bool:
        # Another process may just be starting or stopping it (pg_ctl by hand): let that settle first.
        deadline = time.monotonic() + 30
        while True:
            state = self.status()
            if state.running or state.pid is None or time.monotonic() > deadline:
                return state.running
            time.sleep(0.02)

    def _clear_stale_pid(self) -> None:
        """After a kill: wait for the orphaned backends to go, then remove the dead server's pid file.

        PostgreSQL does the latter itself, but not while the number is taken: by another process, or, in a
        container whose first process collects no children, for ever by the dead server's own remains.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists() or self.status().pid is not None or not Path("/proc/self").exists():
            return
        deadline = time.monotonic() + 30
        while (left := processes_of(self.data)) and time.monotonic() < deadline:
            time.sleep(0.02)
        if left:
            raise ServerError(
                f"The server of {self.data} was killed, but its processes {left} still run.",
                hint="End those processes, then try again.",
            )
        for stale in (pid_file, *(self.socket_directory() / (SOCKET + end) for end in ("", ".lock"))):
            stale.unlink(missing_ok=True)

    def _prepare_directories(self) -> None:
        """Make the data and socket directories private, and reachable by the account that will serve them."""
        account = server_account()
        socket = self.socket_directory()
        for directory in {self.data, socket}:
            directory.mkdir(mode=0o700, exist_ok=True)
            if directory.is_symlink():
                raise ServerError(
                    f"{directory} is a symbolic link.", hint="Remove it, or choose another OCEANID_HOME."
                )
            owner = directory.stat().st_uid
            if owner not in (os.geteuid(), account.uid):
                raise ServerError(
                    f"{directory} belongs to another user (uid {owner}).",
                    hint="Choose another OCEANID_HOME, or run as the user who owns this one.",
                )
            directory.chmod(0o700)
        if account.name is None:
            return
        for directory in {self.data, socket}:
            os.chown(directory, account.uid, account.gid)
            let_pass(directory.parent)
        let_pass(self.binaries)
        if not (self.binaries / "postgres").stat().st_mode & stat.S_IXOTH:
            let_read(self.binaries.parent)

    def _initdb(self) -> None:
        # Made aside and moved in place: a kill half-way leaves nothing that looks like a data directory.
        account = server_account()
        made = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700)
        if account.name is not None:
            os.chown(made, account.uid, account.gid)
        arguments = ["-D", str(made), "-U", SUPERUSER, "-E", "UTF8", "-A", "trust", "--no-instructions"]
        if self.version >= 17:
            # The same order, case and character classes on every machine, whatever its own locales.
            arguments += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            arguments += ["--locale=C.UTF-8"]
        result = self._run("initdb", *arguments)
        if result.returncode != 0:
            raise ServerError(f"initdb failed in {self.data}: {result.stdout.strip()}")
        with (made / "postgresql.conf").open("a") as conf:
            # An include, so that an operator's own ALTER SYSTEM still wins.
            conf.write("\ninclude_if_exists 'oceanid.conf'\n")
        self.data.rmdir()
        made.rename(self.data)

    def _write_settings(self) -> None:
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self.socket_directory()),
            "unix_socket_permissions": "0700",
            **self.settings,
        }
        lines = ["# Written at every start. Own settings: ALTER SYSTEM."]
        for name, value in settings.items():
            quoted = value.replace("'", "''")
            lines.append(f"{name} = '{quoted}'")
        account = server_account()
        path = self.data / "oceanid.conf"
        path.write_text("\n".join(lines) + "\n")
        if account.name is not None:
            os.chown(path, account.uid, account.gid)
        path.chmod(0o600)

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [str(self.binaries / program), *map(str, arguments)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        account = server_account()
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**environment, "LC_ALL": "C"},
                cwd="/",
                user=account.name,
                group=account.gid if account.name else None,
                extra_groups=[] if account.name else None,
                check=False,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, result.returncode, output.read())
