"""stage.add_uploader, uploader_of, begin_upload, upload_wait, check_upload, take_upload and the receipts, without HTTP."""

from __future__ import annotations

import hashlib
import threading
import uuid
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

CONTENT = b"Vessel Name,Flag\nORION,NZL\n"
DECLARED = {"source_type": "RFMO", "source_name": "NEAFC", "file_name": "list.csv"}


class Office:
    """Uploads by function calls."""

    def __init__(self, db: psycopg.Connection[Any]) -> None:
        self.db = db
        self.token = self.one("SELECT stage.add_uploader('maria', 'Maria Soto')")

    def one(self, query: str, *values: Any) -> Any:
        row = self.db.execute(query, values).fetchone()
        return row[0] if row else None

    def begin(
        self,
        way: str = "direct",
        token: str | None = None,
        db: psycopg.Connection[Any] | None = None,
        **declared: Any,
    ) -> uuid.UUID:
        row = (
            (db or self.db)
            .execute(
                "SELECT upload_id FROM stage.begin_upload(%s, %s, %s, '{}')",
                [token or self.token, way, Jsonb({**DECLARED, **declared})],
            )
            .fetchone()
        )
        assert row is not None
        return uuid.UUID(str(row[0]))

    def check(
        self, upload_id: uuid.UUID, content: bytes = CONTENT, kind: str = "text", **declared: Any
    ) -> Any:
        digest = hashlib.sha256(content).digest()
        return self.db.execute(
            "SELECT state, doc_id, object_key, refusal, reason FROM stage.check_upload(%s, %s, %s, %s, %s, 'raw/x')",
            [upload_id, Jsonb(declared), digest, len(content), kind],
        ).fetchone()

    def take(self, upload_id: uuid.UUID) -> Any:
        return self.db.execute("SELECT * FROM stage.take_upload(%s)", [upload_id]).fetchone()


@pytest.fixture
def office(db: psycopg.Connection[Any]) -> Office:
    return Office(db)


def test_an_upload_becomes_a_document_under_the_identifier_that_it_was_promised(office: Office) -> None:
    upload_id = office.begin()
    state, doc_id, key, *_ = office.check(upload_id)
    assert (state, key) == ("checked", "raw/x")
    taken = office.take(upload_id)
    assert taken[0] == doc_id and taken[2:] == (hashlib.sha256(CONTENT).hexdigest(), True)
    row = office.db.execute(
        "SELECT document_uuid, object_key, status, file_name FROM stage.documents"
    ).fetchone()
    assert row == (doc_id, "raw/x", "received", "list.csv")
    assert office.take(upload_id) == taken
    assert office.check(upload_id)[0] == "taken"


def test_a_pdf_lies_under_its_identifier_and_goes_to_extraction(office: Office) -> None:
    upload_id = office.begin()
    _, doc_id, key, *_ = office.check(upload_id, b"%PDF-1.7", "pdf")
    assert key == f"pdf/{doc_id}/v1/original.pdf" and doc_id.version == 7
    document_id = office.take(upload_id)[1]
    assert office.one("SELECT count(*) FROM pgmq.q_extract") == 1
    assert office.one("SELECT format FROM stage.documents WHERE document_id = %s", document_id) == "pdf"


def test_the_same_bytes_are_the_same_document_for_a_source_and_another_for_another(office: Office) -> None:
    first, again, other = office.begin(), office.begin(), office.begin(source_name="SPRFMO")
    for upload_id in (first, again, other):
        assert office.check(upload_id)[0] == "checked"
    taken = [office.take(upload_id) for upload_id in (first, again, other)]
    assert [t[3] for t in taken] == [True, False, True]
    assert taken[0][:2] == taken[1][:2] != taken[2][:2]
    assert office.one("SELECT count(*) FROM pgmq.q_ingest") == 2


def test_two_uploads_at_once_register_once(office: Office) -> None:
    """Both were promised an identifier before either was registered: the receipt of the later says the first one's."""
    one, two = office.begin(), office.begin()
    promised = [office.check(upload_id)[1] for upload_id in (one, two)]
    assert promised[0] != promised[1]
    assert office.take(one)[0] == promised[0] == office.take(two)[0]
    assert office.one("SELECT count(DISTINCT doc_id) FROM stage.uploads") == 1


@pytest.mark.parametrize(
    ("change", "refusal", "words"),
    [
        ({"content": b""}, "empty", "empty"),
        ({"kind": "zip"}, "kind", "Unpack the archive"),
        ({"sha256": "0" * 64}, "hash", "SHA-256 differs"),
        ({"source_name": ""}, "source", "whose list"),
        ({"source_type": "GLOBAL"}, "source", "one word"),
        ({"file_name": " "}, "name", "file's name"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_cause_and_cure(
    office: Office, change: dict[str, Any], refusal: str, words: str
) -> None:
    upload_id = office.begin()
    content, kind = change.pop("content", CONTENT), change.pop("kind", "text")
    state, doc_id, _, said, reason = office.check(upload_id, content, kind, **change)
    assert (state, doc_id, said) == ("refused", None, refusal) and words in reason
    with pytest.raises(psycopg.Error, match="refused") as caught:
        office.take(upload_id)
    assert caught.value.sqlstate == "OC002"
    assert office.one("SELECT count(*) FROM stage.documents") == 0


def test_limits_and_kinds_are_rows(office: Office) -> None:
    office.db.execute("UPDATE stage.limits SET value = 10 WHERE name = 'max_upload_bytes'")
    office.db.execute("UPDATE stage.upload_kind SET accepted = false WHERE kind = 'text'")
    assert office.check(office.begin())[3] == "size"
    with pytest.raises(psycopg.Error, match="the limit is 10") as caught:
        office.begin(byte_size=11)
    assert caught.value.sqlstate == "OC413"
    assert office.check(office.begin(), b"short")[3] == "kind"


def test_a_token_of_a_source_needs_no_source_and_takes_no_other(office: Office) -> None:
    token = office.one("SELECT stage.add_uploader('neafc', NULL, 'rfmo', ' NEAFC ')")
    nameless: dict[str, Any] = {"source_type": None, "source_name": None}
    upload_id = office.begin(token=token, **nameless)
    assert office.check(upload_id)[0] == "checked"
    assert office.one("SELECT source_name FROM stage.uploads WHERE upload_id = %s", upload_id) == "NEAFC"
    _, _, _, refusal, reason = office.check(office.begin(token=token, source_name="SPRFMO"))
    assert refusal == "source" and "RFMO NEAFC only" in reason


@pytest.mark.parametrize("token", ["", "no token", None])
def test_a_token_that_nobody_has_opens_nothing(office: Office, token: str | None) -> None:
    with pytest.raises(psycopg.Error, match="opens nothing") as caught:
        office.db.execute("SELECT stage.begin_upload(%s, 'direct', '{}', '{}')", [token])
    assert caught.value.sqlstate == "OC401"


def test_tokens_expire_are_withdrawn_and_replaced_and_are_kept_as_hashes(office: Office) -> None:
    assert (
        office.one("SELECT count(*) FROM stage.uploader AS u WHERE u::text LIKE %s", f"%{office.token}%") == 0
    )
    office.db.execute("UPDATE stage.uploader SET token_expires_at = now()")
    with pytest.raises(psycopg.Error, match="has expired"):
        office.begin()
    office.db.execute("UPDATE stage.uploader SET token_expires_at = now() + interval '1 day', active = false")
    with pytest.raises(psycopg.Error, match="may no longer upload"):
        office.begin()
    token = office.one("SELECT stage.add_uploader('maria', 'Maria')")
    assert office.begin(token=token)
    with pytest.raises(psycopg.Error, match="a newer one"):
        office.begin()


@pytest.mark.parametrize(
    "values", [("Maria Soto", None, None), ("maria", "RFMO", None), ("maria", "x y", "NEAFC")]
)
def test_a_malformed_uploader_is_refused(office: Office, values: tuple[Any, ...]) -> None:
    with pytest.raises(psycopg.Error) as caught:
        office.one("SELECT stage.add_uploader(%s, 'x', %s, %s)", *values)
    assert caught.value.sqlstate == "OC001"


def test_rates_are_rows_and_an_uploaders_own_replaces_the_general_one(office: Office) -> None:
    office.db.execute("UPDATE stage.upload_rate SET uploads = 2 WHERE period = interval '1 minute'")
    office.begin()
    office.begin()
    with pytest.raises(psycopg.Error, match="too many uploads") as caught:
        office.begin()
    assert caught.value.sqlstate == "OC429"
    seconds = int((caught.value.diag.message_detail or "").split()[0])
    assert 50 <= seconds <= 60
    assert office.one("SELECT count(*) FROM stage.uploads") == 2
    assert office.begin(token=office.one("SELECT stage.add_uploader('jon', 'Jon')"))
    office.db.execute(
        "INSERT INTO stage.upload_rate (uploader, period, uploads) VALUES ('maria', '1 minute', 3)"
    )
    assert office.begin()
    with pytest.raises(psycopg.Error, match="too many"):
        office.begin()
    office.db.execute("UPDATE stage.uploads SET started_at = started_at - interval '61 seconds'")
    assert office.one("SELECT stage.upload_wait('maria', 0)").total_seconds() == 0


def test_bytes_count_for_the_rate(office: Office) -> None:
    office.db.execute(
        "INSERT INTO stage.upload_rate (uploader, period, bytes) VALUES ('maria', '1 hour', 100)"
    )
    office.check(office.begin(), b"x" * 60)
    with pytest.raises(psycopg.Error, match="too many bytes"):
        office.begin(byte_size=41)
    assert office.begin(byte_size=40)


def test_uploads_at_once_cannot_pass_the_rate(office: Office, database_url: str) -> None:
    office.db.execute("UPDATE stage.upload_rate SET uploads = 3 WHERE period = interval '1 minute'")
    outcomes: list[str | None] = []

    def one() -> None:
        with psycopg.connect(database_url, autocommit=True) as conn:
            try:
                office.begin(db=conn)
                outcomes.append(None)
            except psycopg.Error as error:
                outcomes.append(error.sqlstate)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count(None), outcomes.count("OC429")) == (3, 5)


def test_a_presigned_upload_says_size_and_hash_first(office: Office) -> None:
    for declared, words in (({}, "its size"), ({"byte_size": 3}, "its SHA-256")):
        with pytest.raises(psycopg.Error, match=words):
            office.begin("presigned", **declared)
    upload_id = office.begin("presigned", byte_size=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())
    assert office.check(upload_id)[0] == "checked"


def test_uploads_whose_bytes_never_came_are_ended(office: Office) -> None:
    old, new, done = office.begin(), office.begin(), office.begin()
    office.check(done)
    office.take(done)
    office.db.execute(
        "UPDATE stage.uploads SET started_at = started_at - interval '3 hours' WHERE upload_id <> %s", [new]
    )
    assert office.one("SELECT stage.end_stale_uploads()") == 1
    assert office.one("SELECT refusal FROM stage.uploads WHERE upload_id = %s", old) == "incomplete"
    assert office.one("SELECT stage.end_stale_uploads()") == 0


def test_a_receipt_is_its_uploaders_and_shows_the_documents_progress(office: Office) -> None:
    upload_id = office.begin()
    office.check(upload_id)
    doc_id, document_id, _, _ = office.take(upload_id)
    for some_id in (upload_id, doc_id):
        receipt = office.one("SELECT stage.upload_receipt(%s, %s)", office.token, some_id)
        assert receipt["state"] == "taken" and receipt["document"]["status"] == "received"
        assert receipt["jobs"] == [{"queue": "ingest", "state": "pending", "error": None}]
    assert receipt["document"]["document_id"] == document_id
    jon = office.one("SELECT stage.add_uploader('jon', 'Jon')")
    with pytest.raises(psycopg.Error, match="no upload or document") as caught:
        office.one("SELECT stage.upload_receipt(%s, %s)", jon, doc_id)
    assert caught.value.sqlstate == "OC404"


def test_the_terms_say_what_a_token_may_send(office: Office) -> None:
    terms = office.one("SELECT stage.upload_terms(%s)", office.token)
    assert terms["kinds"]["pdf"] == "application/pdf" and "zip" not in terms["kinds"]
    assert (terms["max_bytes"], terms["wait_seconds"], terms["uploader"]) == (268435456, 0, "maria")


def test_an_upload_that_has_ended_stays_as_it_is_and_an_unknown_one_is_named(office: Office) -> None:
    upload_id = office.begin()
    office.db.execute("SELECT stage.refuse_upload(%s, 'malware', 'A virus.')", [upload_id])
    office.db.execute("SELECT stage.refuse_upload(%s, 'size', 'Too large.')", [upload_id])
    assert office.one("SELECT reason FROM stage.uploads") == "A virus."
    with pytest.raises(psycopg.Error, match="needs a reason"):
        office.db.execute("SELECT stage.refuse_upload(%s, 'size', '')", [upload_id])
    for call in ("check_upload(%s, '{}', NULL, 0, 'text', 'x')", "take_upload(%s)"):
        with pytest.raises(psycopg.Error, match="no upload") as caught:
            office.db.execute(f"SELECT stage.{call}", [uuid.uuid4()])
        assert caught.value.sqlstate == "OC404"


def test_a_missing_limit_is_named(office: Office) -> None:
    office.db.execute("DELETE FROM stage.limits WHERE name = 'max_upload_seconds'")
    with pytest.raises(psycopg.Error, match="no max_upload_seconds"):
        office.begin()


def test_what_speaks_against_an_upload_is_one_sentence(office: Office) -> None:
    office.begin()
    verdict = office.db.execute(
        "SELECT v.* FROM stage.uploads AS u JOIN stage.uploader AS r USING (uploader), stage.upload_verdict(u, r) AS v"
    ).fetchall()
    assert [row[0] for row in verdict] == ["kind"]
    assert office.one("SELECT (stage.uploader_of(%s)).uploader", office.token) == "maria"
    assert office.one("SELECT stage.upload_limit('max_scan_seconds')") == 120


def test_the_service_role_calls_the_functions_and_reads_nothing(office: Office) -> None:
    office.db.execute("SET ROLE oceanid_uploader")
    upload_id = office.begin()
    assert office.check(upload_id)[0] == "checked" and office.take(upload_id)[3]
    assert office.one("SELECT (stage.own_upload(%s, %s)).state", office.token, upload_id) == "taken"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office.one("SELECT token_sha256 FROM stage.uploader")
