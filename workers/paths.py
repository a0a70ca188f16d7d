"""Where the SQL, the reference data and alembic.ini are: in a checkout beside the package, in a wheel inside
it."""

from __future__ import annotations

from pathlib import Path

from workers.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent


def root() -> Path:
    """The directory that holds `db/` and `alembic.ini`.

    Raises ConfigurationError where neither the wheel's copy nor the checkout's is there.
    """
    for candidate in (_PACKAGE / "_data", _PACKAGE.parent):
        if (candidate / "db" / "migrations").is_dir():
            return candidate
    raise ConfigurationError(
        "The SQL tree (db/) is missing from this installation.",
        hint="Install the wheel again, or run from a complete checkout.",
    )


def db() -> Path:
    """The `db/` directory: migrations, functions, views, reference data and grants."""
    return root() / "db"


def samples() -> Path:
    """The `samples/` directory: the vessel lists that `oceanid demo` cleans."""
    return root() / "samples"
