"""The object store: every file's bytes, under a key that is its hash. A plain directory, or a prefix of an S3
bucket. Exports are written to stores of the same kinds.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from workers.errors import ConfigurationError, JobRejected, OceanidError, ServiceUnavailable
from workers.settings import Settings

_CHUNK = 1024 * 1024
_PART = 16 * 1024 * 1024


class ObjectMissing(OceanidError):
    """The store has no object of that key."""


class ObjectStore(Protocol):
    """Where bytes are kept. A key is written once; writing it again with the same bytes changes nothing."""

    def put(self, key: str, path: Path) -> None:
        """Store the file `path` under `key`. Raises ServiceUnavailable where the store does not answer."""

    def get(self, key: str, path: Path) -> None:
        """Write the object to the file `path`. Raises ObjectMissing, ServiceUnavailable."""

    def exists(self, key: str) -> bool:
        """Whether there is an object of that key. Raises ServiceUnavailable."""

    def size(self, key: str) -> int:
        """The object's bytes. Raises ObjectMissing, ServiceUnavailable."""

    @property
    def presigns(self) -> bool:
        """Whether `presigned_put` can be called."""

    def presigned_put(self, key: str, size: int, seconds: int) -> str:
        """An address to which anybody may PUT exactly `size` bytes under `key`, good for `seconds`.

        Raises OceanidError where the store has no such addresses.
        """

    def replace(self, key: str, path: Path) -> None:
        """Store the file under `key`, in place of what is there: a reader sees the old object or the new one."""

    def remove(self, key: str) -> None:
        """Remove the object; none of that key is as good."""

    def keys(self, prefix: str) -> list[str]:
        """Keys that begin with `prefix`, which ends with a slash; sorted."""


def object_store(settings: Settings) -> ObjectStore:
    """The store that the settings name. Raises ConfigurationError for a location of another kind."""
    return store_at(settings.object_store_location, settings)


def store_at(location: str, settings: Settings) -> ObjectStore:
    """The store at a location: a directory, or `s3://bucket/prefix` reached as the settings say.

    Raises ConfigurationError for a location of another kind.
    """
    if location.startswith("s3://"):
        return S3Store(location, settings)
    if "://" in location:
        raise ConfigurationError(
            f"The object store {location.partition('://')[0]}:// is of no kind that Oceanid knows.",
            hint="OCEANID_OBJECT_STORE is a directory or s3://bucket/prefix.",
        )
    return DirectoryStore(Path(location))


def raw_key(sha256: bytes, file_name: str) -> str:
    """The key of a raw file: `raw/ab/abcd…/name`, whatever its bytes and its name are."""
    digest = sha256.hex()
    return f"raw/{digest[:2]}/{digest}/{safe_name(file_name)}"


def safe_name(file_name: str) -> str:
    """A file name without what a directory, a URL or a shell could stumble over; at most 100 characters."""
    base = file_name.replace("\\", "/").rpartition("/")[2]
    plain = unicodedata.normalize("NFKD", base).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).lstrip(".")
    stem, dot, suffix = safe.rpartition(".")
    if dot and len(suffix) <= 10:
        return (stem[: 99 - len(suffix)] or "file") + "." + suffix
    return safe[:100] or "file"


def hash_file(path: Path) -> tuple[bytes, int]:
    """SHA-256 and size of a file, read in pieces. Raises OceanidError where it cannot be read."""
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise OceanidError(
            f"{path} cannot be read: {error.strerror or error}.", hint="Check the path and its permissions."
        ) from error
    return digest.digest(), size


def fetch(settings: Settings, key: str, sha256: bytes, path: Path) -> None:
    """Write a registered object to `path`. Raises JobRejected where it is missing or not the file that was registered,
    ServiceUnavailable where the store does not answer.
    """
    try:
        object_store(settings).get(key, path)
    except ObjectMissing as error:
        raise JobRejected(error.message, hint=error.hint) from error
    if hash_file(path)[0] != sha256:
        raise JobRejected(
            f"The object {key} is not the file that was registered: its SHA-256 differs.",
            hint="The object store was changed from outside; restore the object, then ops.requeue the job.",
        )


class DirectoryStore:
    """A plain directory. An object is there completely or not at all, also after a power cut."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, path: Path) -> None:
        """Store the file; raises OceanidError where the directory cannot be written."""
        if not self._path(key).exists():
            self.replace(key, path)

    def replace(self, key: str, path: Path) -> None:
        """Store the file in place of what is there; raises OceanidError where the directory cannot be written."""
        target = self._path(key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".part-", dir=target.parent)
            try:
                with os.fdopen(handle, "wb") as out, path.open("rb") as source:
                    shutil.copyfileobj(source, out, _CHUNK)
                    out.flush()
                    os.fsync(out.fileno())
                # Readable like any file of the directory; mkstemp makes it the owner's alone.
                Path(name).chmod(0o644)
                Path(name).replace(target)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
            self._sync(target.parent)
        except OSError as error:
            raise OceanidError(
                f"The object store {self._root} cannot be written: {error.strerror or error}.",
                hint="Check its permissions and the space left, or set OCEANID_OBJECT_STORE.",
            ) from error

    def get(self, key: str, path: Path) -> None:
        """Copy the object to `path`."""
        try:
            shutil.copyfile(self._path(key), path)
        except FileNotFoundError as error:
            raise _missing(key, str(self._root)) from error
        except OSError as error:
            raise ServiceUnavailable(
                f"The object store {self._root} cannot be read: {error.strerror or error}.",
                hint="Check its permissions and that it is mounted.",
            ) from error

    def exists(self, key: str) -> bool:
        """Whether there is an object of that key."""
        return self._path(key).is_file()

    def size(self, key: str) -> int:
        """The object's bytes."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError as error:
            raise _missing(key, str(self._root)) from error

    presigns = False

    def presigned_put(self, key: str, size: int, seconds: int) -> str:
        """Not offered: there is nobody but this program who could take the bytes."""
        raise OceanidError(
            "A directory has no presigned addresses.", hint="Set OCEANID_OBJECT_STORE to s3://bucket/prefix."
        )

    def remove(self, key: str) -> None:
        """Remove the object's file; raises OceanidError where it stays."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise OceanidError(
                f"{self._path(key)} cannot be removed: {error.strerror or error}.",
                hint="Check its permissions.",
            ) from error

    def keys(self, prefix: str) -> list[str]:
        """Keys below the prefix, without what is still being written."""
        below = self._path(prefix.rstrip("/"))
        return sorted(
            path.relative_to(self._root).as_posix()
            for path in below.rglob("*")
            if path.is_file() and not path.name.startswith(".part-")
        )

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if any(part in ("", ".", "..") for part in parts):
            raise OceanidError(f"The object key {key!r} is malformed.", hint="A key is names joined by /.")
        return self._root.joinpath(*parts)

    def _sync(self, directory: Path) -> None:
        # A rename lasts once the directory does. Systems that cannot sync a directory do not need it.
        with suppress(OSError):
            handle = os.open(directory, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


class S3Store:
    """A prefix of a bucket of S3 or of a store that speaks its protocol. Large files go in parts, with
    retries.
    """

    def __init__(self, location: str, settings: Settings) -> None:
        self._bucket, _, prefix = location.removeprefix("s3://").partition("/")
        if not self._bucket:
            raise ConfigurationError(f"{location} names no bucket.", hint="Write it as s3://bucket/prefix.")
        self._prefix = prefix.strip("/")
        self._location = location
        self._client = _client(settings)

    def put(self, key: str, path: Path) -> None:
        """Upload the file."""
        if not self.exists(key):
            self.replace(key, path)

    def replace(self, key: str, path: Path) -> None:
        """Upload the file in place of what is there."""
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(multipart_threshold=_PART, multipart_chunksize=_PART, max_concurrency=4)
        try:
            self._client.upload_file(str(path), self._bucket, self._name(key), Config=config)
        except Exception as error:
            raise self._translated(key, error) from error

    def get(self, key: str, path: Path) -> None:
        """Download the object."""
        try:
            self._client.download_file(self._bucket, self._name(key), str(path))
        except Exception as error:
            raise self._translated(key, error) from error

    def exists(self, key: str) -> bool:
        """Whether there is an object of that key."""
        try:
            self.size(key)
        except ObjectMissing:
            return False
        return True

    def size(self, key: str) -> int:
        """The object's bytes."""
        try:
            return int(self._client.head_object(Bucket=self._bucket, Key=self._name(key))["ContentLength"])
        except Exception as error:
            raise self._translated(key, error) from error

    def remove(self, key: str) -> None:
        """Delete the object."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=self._name(key))
        except Exception as error:
            raise self._translated(key, error) from error

    presigns = True

    def presigned_put(self, key: str, size: int, seconds: int) -> str:
        """The size is part of what is signed, so that no other number of bytes is taken."""
        url: str = self._client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": self._name(key), "ContentLength": size},
            ExpiresIn=seconds,
        )
        return url

    def keys(self, prefix: str) -> list[str]:
        """Keys that begin with the prefix."""
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._name(prefix)
            )
            names = [item["Key"] for page in pages for item in page.get("Contents", ())]
        except Exception as error:
            raise self._translated(prefix, error) from error
        return sorted(name.removeprefix(f"{self._prefix}/") if self._prefix else name for name in names)

    def _name(self, key: str) -> str:
        return f"{self._prefix}/{key}" if self._prefix else key

    def _translated(self, key: str, error: Exception) -> Exception:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(error, ClientError):
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            code = error.response.get("Error", {}).get("Code", "")
            if code in ("404", "NoSuchKey", "NotFound"):
                return _missing(key, self._location)
            if status in (400, 401, 403, 404):
                return ConfigurationError(
                    f"The object store {self._location} refuses: {code}.",
                    hint="Check the bucket's name and OCEANID_S3_* (endpoint, region, keys).",
                )
        if isinstance(error, (ClientError, BotoCoreError, Boto3Error)):
            return ServiceUnavailable(
                f"The object store {self._location} does not answer: {error}",
                hint="Check OCEANID_S3_ENDPOINT_URL and the network; the job is tried again by itself.",
            )
        return error


def _client(settings: Settings) -> Any:
    # boto3 takes half a second to import: only those who use S3 pay for it.
    import boto3
    from botocore.config import Config

    key, secret = settings.s3_access_key_id, settings.s3_secret_access_key
    return boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint_url,
        region_name=settings.s3_region,
        aws_access_key_id=key.get_secret_value() if key else None,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
        config=Config(
            retries={"mode": "standard", "max_attempts": 5},
            connect_timeout=10,
            read_timeout=60,
            # signed addresses carry the size of what may be put: only version 4 has that
            signature_version="s3v4",
            s3={"addressing_style": "path"} if settings.s3_endpoint_url else {},
        ),
    )


def _missing(key: str, where: str) -> ObjectMissing:
    return ObjectMissing(
        f"The object store {where} has no {key}.",
        hint="Workers and `oceanid ingest` must use the same OCEANID_OBJECT_STORE; else ingest it again.",
    )
