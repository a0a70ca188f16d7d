"""Errors that a person may see. Each says the cause in its message and the cure in its hint."""

from __future__ import annotations

from datetime import timedelta

import psycopg


class OceanidError(Exception):
    """Something a person can act on: `message` is the cause, `hint` the cure."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message


class ConfigurationError(OceanidError):
    """A setting is missing, malformed, or contradicts another."""


class ServiceUnavailable(OceanidError):
    """Something outside the process does not answer; trying again later may help.

    A job that raises it is parked for `retry_after` (None: as long as the queue's policy says); no attempt is
    counted.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class DatabaseUnavailable(ServiceUnavailable):
    """The database does not answer or refuses the connection."""


class ServerError(OceanidError):
    """The embedded PostgreSQL server cannot be created, started or stopped."""


class DeployError(OceanidError):
    """The tree under `db/` cannot be deployed; the database is as it was before."""


class JobRejected(OceanidError):
    """The job's input is at fault and no further attempt can help: it becomes a dead letter at once."""


class LeaseLost(OceanidError):
    """The job has ended or another worker has it; whatever this worker did for it is dropped."""


class DocumentRejected(JobRejected):
    """The file itself is at fault; trying again cannot help."""


def from_database(error: psycopg.Error) -> OceanidError:
    """Turn a database error into one for people, keeping the database's own hint.

    Shape: message is the primary message (and the detail, where there is one), hint the server's HINT.
    """
    diag = error.diag
    message = diag.message_primary or str(error).strip() or type(error).__name__
    if diag.message_detail:
        message = f"{message} ({diag.message_detail})"
    if isinstance(error, psycopg.OperationalError) and diag.sqlstate is None:
        return DatabaseUnavailable(message, hint=diag.message_hint or "`oceanid doctor` says what is wrong.")
    return OceanidError(message, hint=diag.message_hint)
