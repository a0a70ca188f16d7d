"""The object store: the same promises in a directory and in S3.

S3 itself cannot be had here: moto's server doubles it, over real HTTP through the real client.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workers import objects
from workers.errors import ConfigurationError, OceanidError, ServiceUnavailable
from workers.objects import (
    DirectoryStore,
    ObjectMissing,
    ObjectStore,
    S3Store,
    hash_file,
    object_store,
    raw_key,
)
from workers.settings import Settings

BUCKET = "registries"


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = pytest.importorskip("moto.server", reason="moto doubles S3 in this test").ThreadedMotoServer(
        port=0
    )
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def _settings(endpoint: str, location: str = f"s3://{BUCKET}/some/prefix") -> Settings:
    return Settings(
        object_store=location, s3_endpoint_url=endpoint, s3_region="us-east-1",
        s3_access_key_id="key", s3_secret_access_key="secret",
    )  # fmt: skip


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "directory":
        return DirectoryStore(tmp_path / "store")
    made = S3Store(f"s3://{BUCKET}/some/prefix", _settings(request.getfixturevalue("s3_endpoint")))
    made._client.create_bucket(Bucket=BUCKET)
    return made


def test_what_was_put_is_got_back(store: ObjectStore, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(os.urandom(100_000))
    digest, size = hash_file(source)
    key = raw_key(digest, "Liste (2024).csv")
    assert not store.exists(key)
    store.put(key, source)
    assert store.exists(key)
    store.get(key, target)
    assert (target.read_bytes(), size) == (source.read_bytes(), 100_000)


def test_putting_twice_changes_nothing(store: ObjectStore, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_bytes(b"twice")
    store.put("raw/aa/aa/x", source)
    store.put("raw/aa/aa/x", source)
    store.get("raw/aa/aa/x", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"twice"


def test_a_missing_object_is_named(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing, match="raw/no/thing"):
        store.get("raw/no/thing", tmp_path / "out")


def test_a_large_file_goes_up_in_parts(
    s3_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_PART", 5 * 1024 * 1024)
    store = S3Store(f"s3://{BUCKET}", _settings(s3_endpoint))
    store._client.create_bucket(Bucket=BUCKET)
    source = tmp_path / "in"
    source.write_bytes(os.urandom(11 * 1024 * 1024))
    store.put("large", source)
    assert store._client.head_object(Bucket=BUCKET, Key="large")["ETag"].endswith('-3"')
    store.get("large", tmp_path / "out")
    assert hash_file(tmp_path / "out") == hash_file(source)


def test_a_bucket_that_is_not_there_is_a_wrong_setting(s3_endpoint: str, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"x")
    store = object_store(_settings(s3_endpoint, "s3://nobody-made-this"))
    with pytest.raises((ConfigurationError, ServiceUnavailable)) as caught:
        store.put("a", tmp_path / "in")
    assert caught.value.hint


def test_a_store_that_does_not_answer_is_tried_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.retries.standard as standard

    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
    store = object_store(_settings("http://127.0.0.1:9"))
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        store.get("a", tmp_path / "out")


def test_a_crash_while_writing_leaves_no_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DirectoryStore(tmp_path / "store")
    (tmp_path / "in").write_bytes(b"x")

    def crash(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(objects.os, "fsync", crash)
    with pytest.raises(OceanidError, match="No space left"):
        store.put("raw/a/b", tmp_path / "in")
    assert not store.exists("raw/a/b")
    assert [p for p in (tmp_path / "store").rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("key", ["../x", "a/../../x", "/x", "a//b", "", "."])
def test_a_key_cannot_leave_the_store(tmp_path: Path, key: str) -> None:
    with pytest.raises(OceanidError, match="malformed"):
        DirectoryStore(tmp_path).exists(key)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("list.csv", "list.csv"), ("Liste (été) 2024.XLSX", "Liste_ete_2024.XLSX"), ("../../etc/passwd", "passwd"),
        ("C:\\files\\a b.csv", "a_b.csv"), ("船舶.csv", "csv"), (".bashrc", "bashrc"), ("", "file"),
        ("x" * 300 + ".csv", "x" * 96 + ".csv"), ("a" * 200, "a" * 100),
    ],
)  # fmt: skip
def test_a_file_name_in_a_key_is_safe(name: str, safe: str) -> None:
    assert objects.safe_name(name) == safe


def test_a_key_begins_with_the_hash(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    assert raw_key(hash_file(tmp_path / "a")[0], "a") == f"raw/{digest[:2]}/{digest}/a"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(OceanidError, match="nowhere"):
        hash_file(tmp_path / "nowhere")


def test_the_settings_choose_the_store(tmp_path: Path) -> None:
    assert isinstance(object_store(Settings(object_store=str(tmp_path))), DirectoryStore)
    with pytest.raises(ConfigurationError, match="ftp://"):
        object_store(_odd("ftp://host/x"))
    with pytest.raises(ConfigurationError, match="no bucket"):
        object_store(Settings(object_store="s3://"))


def _odd(location: str) -> Any:
    class Odd:
        object_store_location = location

    return Odd()
