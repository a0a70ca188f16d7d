"""Everything that uploads ask of the database, as the role oceanid_uploader. What is allowed is decided there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from workers.web.store import Pooled, Row

Declared = dict[str, str | int | None]
"""What a client says of a file: source_type, source_name, list_name, file_name, byte_size, sha256."""


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload that may go on, and what the server has to keep to."""

    upload_id: UUID
    max_bytes: int
    max_seconds: int
    presigned_seconds: int


@dataclass(frozen=True, slots=True)
class Checked:
    """An upload whose bytes were judged: where they belong, or why they are refused."""

    state: str
    doc_id: UUID | None
    object_key: str | None
    refusal: str | None
    reason: str | None
    scan_seconds: int


@dataclass(frozen=True, slots=True)
class Taken:
    """An upload that is a document now."""

    doc_id: UUID
    document_id: int
    doc_sha256: str
    is_new: bool


def _as_json(declared: Declared) -> Jsonb:
    # JSON in PostgreSQL has no NUL; a name that has one is meant without it.
    return Jsonb({k: v.replace("\0", "") if isinstance(v, str) else v for k, v in declared.items()})


class UploadStore(Pooled):
    """Each method is one call of a function; raises psycopg.Error with an SQLSTATE of class OC."""

    def __init__(self, url: str, size: int = 4) -> None:
        super().__init__(url, "oceanid_uploader", 0, size)

    def begin(self, token: str, way: str, declared: Declared, client: Row) -> Begun:
        """Open a receipt. OC401, OC413, OC429."""
        return Begun(
            **self._row(
                "SELECT * FROM stage.begin_upload(%s, %s, %s, %s)",
                [token, way, _as_json(declared), Jsonb(client)],
            )
        )

    def check(
        self, upload_id: UUID, declared: Declared, sha256: bytes, size: int, kind: str, raw_key: str
    ) -> Checked:
        """The verdict on the bytes that arrived."""
        return Checked(
            **self._row(
                "SELECT * FROM stage.check_upload(%s, %s, %s, %s, %s, %s)",
                [upload_id, _as_json(declared), sha256, size, kind, raw_key],
            )
        )

    def take(self, upload_id: UUID) -> Taken:
        """Make it a document."""
        return Taken(**self._row("SELECT * FROM stage.take_upload(%s)", [upload_id]))

    def refuse(self, upload_id: UUID, refusal: str, reason: str) -> None:
        """End it with a reason."""
        self._row("SELECT stage.refuse_upload(%s, %s, %s)", [upload_id, refusal, reason])

    def own(self, token: str, upload_id: UUID) -> Row:
        """The receipt's row. OC401, OC404."""
        return self._row("SELECT * FROM stage.own_upload(%s, %s)", [token, upload_id])

    def receipt(self, token: str, some_id: UUID) -> dict[str, Any]:
        """The receipt and the document's progress. OC401, OC404."""
        receipt: dict[str, Any] = self._row("SELECT stage.upload_receipt(%s, %s) AS it", [token, some_id])[
            "it"
        ]
        return receipt

    def terms(self, token: str) -> dict[str, Any]:
        """What may be sent. OC401."""
        terms: dict[str, Any] = self._row("SELECT stage.upload_terms(%s) AS it", [token])["it"]
        return terms
