"""What the operating system has to say about a server: accounts, permissions, processes."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from workers.errors import ServerError

# PostgreSQL refuses to run as root. The embedded server's package uses this account too.
UNPRIVILEGED_USER = "pgserver"
SOCKET = ".s.PGSQL.5432"
# sun_path holds 108 bytes on Linux and 104 elsewhere, with the closing zero.
_LONGEST_SOCKET = 103


@dataclass(frozen=True)
class Account:
    """Who runs the server. `name` is None where that is simply the caller."""

    name: str | None
    uid: int
    gid: int


def server_account() -> Account:
    """The caller, or, for root, the unprivileged account, which is made where it is missing.

    Raises ServerError where it cannot be made.
    """
    if os.geteuid() != 0:
        return Account(None, os.geteuid(), os.getegid())
    try:
        pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError:
        added = subprocess.run(
            ["useradd", "--system", "--shell", "/bin/sh", UNPRIVILEGED_USER],
            capture_output=True,
            text=True,
            check=False,
        )
        if added.returncode not in (0, 9):  # 9: another process has just made it
            raise ServerError(
                f"PostgreSQL does not run as root, and the user {UNPRIVILEGED_USER} could not be made: "
                f"{added.stderr.strip()}",
                hint="Run Oceanid as an ordinary user.",
            ) from None
    entry = pwd.getpwnam(UNPRIVILEGED_USER)
    return Account(UNPRIVILEGED_USER, entry.pw_uid, entry.pw_gid)


def socket_place(data: Path) -> Path:
    """The data directory, or the name of a private one where its path is too long for a socket."""
    if len(str(data / SOCKET).encode()) <= _LONGEST_SOCKET:
        return data
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if len(str(base).encode()) > _LONGEST_SOCKET - 40:
        base = Path("/tmp")  # noqa: S108 (a directory of mode 0700 is made in it)
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return base / f"oceanid-{os.geteuid()}-{digest}"


def log_tail(data: Path) -> str:
    """The last lines of the server's log; nothing where there is none."""
    try:
        return "\n".join((data / "server.log").read_text(errors="replace").splitlines()[-8:])
    except OSError:
        return ""


def processes_of(data: Path) -> list[int]:
    """Processes whose working directory is the data directory (Linux; elsewhere nothing is known)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve() == data.resolve() and (entry / "comm").read_text().startswith(
                "postgres"
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def is_server(pid: int, data: Path) -> bool:
    """Whether a process is the server of this directory: after a kill, its number may be someone else's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    proc = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        listed = subprocess.run(
            ["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.strip()
        return not listed.startswith("Z") and str(data) in listed
    try:
        if (proc / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        return str(data) in (proc / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False


def let_pass(directory: Path) -> None:
    """Let the unprivileged account walk through: the execute bit only, on directories that lack it."""
    for path in (directory, *directory.parents):
        mode = path.stat().st_mode
        if not mode & stat.S_IXOTH:
            path.chmod(mode | stat.S_IXOTH)


def let_read(directory: Path) -> None:
    """Let the unprivileged account read and run a tree of programs that was installed for its owner only."""
    for path in (directory, *directory.rglob("*")):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        extra = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0)
        path.chmod(mode | extra)
