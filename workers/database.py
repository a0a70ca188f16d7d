"""Connections. One way to find the database, one way to open it."""

from __future__ import annotations

import re

import psycopg
from psycopg.rows import TupleRow

from workers import embedded
from workers.errors import DatabaseUnavailable
from workers.settings import Settings


def database_url(settings: Settings) -> str:
    """The URL of the database: DATABASE_URL where it is set, else the embedded server's, which is started."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return embedded.start(settings.home_path)


def connect(
    url: str, *, autocommit: bool = False, application_name: str = "oceanid", connect_timeout: int = 10
) -> psycopg.Connection[TupleRow]:
    """Open a connection. Raises DatabaseUnavailable, which never repeats the URL's password."""
    try:
        return psycopg.connect(
            url, autocommit=autocommit, application_name=application_name, connect_timeout=connect_timeout
        )
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(
            f"Cannot connect to {without_password(url)}: {without_password(str(error).strip())}",
            hint="Check DATABASE_URL and that the server runs; without it, `oceanid up` starts one.",
        ) from error
    except psycopg.ProgrammingError as error:
        raise DatabaseUnavailable(
            f"DATABASE_URL is not a PostgreSQL URL: {without_password(str(error).strip())}",
            hint="Write it as postgresql://user:password@host:5432/database.",
        ) from error


def without_password(text: str) -> str:
    """The text with passwords of URLs and `password=` pairs masked."""
    text = re.sub(r"(://[^:/@\s]*:)[^@\s]*@", r"\1***@", text)
    return re.sub(r"(password=)('[^']*'|[^\s&]+)", r"\1***", text, flags=re.IGNORECASE)
