"""Argilla over HTTP: the few calls that pushing records and pulling answers need, with retries of their own.

What a dataset and a record contain comes from the database as JSON in the words of Argilla's API; this module
only puts in the ids that Argilla gives.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import urllib3

from workers import __version__
from workers.errors import OceanidError, ServiceUnavailable
from workers.settings import Settings

RECORDS_A_REQUEST = 500

_TRIES = 6
_FIRST_PAUSE = 0.25  # seconds; doubled after each try, at most _LONGEST_PAUSE
_LONGEST_PAUSE = 4.0
_TIMEOUT = urllib3.Timeout(connect=5, read=120)  # 500 records with their indexing take seconds
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})

log = logging.getLogger("oceanid.argilla")

_kept: dict[tuple[str, str, str], Argilla] = {}
_lock = threading.Lock()


class Argilla:
    """One Argilla server, as the user whose key it is. Raises ServiceUnavailable where it does not answer."""

    def __init__(self, url: str, api_key: str, workspace: str) -> None:
        self._url = url.rstrip("/") + "/api/v1"
        self._workspace = workspace
        self._pool = urllib3.PoolManager(
            headers={"X-Argilla-Api-Key": api_key, "User-Agent": f"oceanid/{__version__}"}, maxsize=2
        )

    def call(
        self, method: str, path: str, body: object = None, *, query: Mapping[str, Any] | None = None
    ) -> Any:
        """The JSON that the API answers. Waits out refused connections, 5xx and 429 for some ten seconds.

        Raises ServiceUnavailable after that, and for a key that is not accepted; OceanidError for any other
        refusal. All calls of this module may safely be made twice.
        """
        pause, trouble = _FIRST_PAUSE, ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(pause * (0.8 + 0.4 * random.random()))
                pause = min(pause * 2, _LONGEST_PAUSE)
            try:
                answer = self._pool.request(
                    method,
                    self._url + path + (f"?{urlencode(query)}" if query else ""),
                    json=body,
                    timeout=_TIMEOUT,
                    retries=False,
                    redirect=False,
                )
            except urllib3.exceptions.HTTPError as error:
                trouble = f"{type(error).__name__} at {method} {path}"
                continue
            if answer.status in _AGAIN:
                trouble = f"status {answer.status} at {method} {path}"
                continue
            return self._read(answer, method, path)
        raise ServiceUnavailable(
            f"Argilla does not answer ({trouble}, {_TRIES} times).",
            hint="Is the address in OCEANID_ARGILLA_URL right, and the server up?",
        )

    def _read(self, answer: urllib3.BaseHTTPResponse, method: str, path: str) -> Any:
        if answer.status in (401, 403):
            raise ServiceUnavailable(
                f"Argilla refuses the key ({answer.status} at {method} {path}).",
                hint="OCEANID_ARGILLA_API_KEY has to be the key of a user with the role owner.",
                retry_after=timedelta(minutes=5),
            )
        if answer.status >= 300:
            raise Refused(answer.status, f"{method} {path}", answer.data.decode(errors="replace")[:500])
        return answer.json() if answer.data else None

    def me(self) -> str:
        """The id of the user whose key this is."""
        return str(self.call("GET", "/me")["id"])

    def users(self) -> dict[str, str]:
        """Every user's name by id."""
        return {u["id"]: u["username"] for u in self.call("GET", "/users")["items"]}

    def find_dataset(self, name: str) -> str | None:
        """The id of the published dataset of that name in the workspace, if there is one."""
        found = self._find(name)
        return None if found is None or found["status"] != "ready" else str(found["id"])

    def ensure_dataset(self, definition: Mapping[str, Any]) -> str:
        """The id of the dataset, made as defined where it is missing or was left half made."""
        name = definition["name"]
        found = self._find(name) or self._make(
            "/datasets",
            {
                "name": name,
                "workspace_id": self._workspace_id(),
                "guidelines": definition["guidelines"],
                "allow_extra_metadata": False,
                "distribution": {"strategy": "overlap", "min_submitted": 1},
            },
        )
        found = found or self._find(name)
        if found is None:
            raise OceanidError(f"Argilla has a dataset {name} that this key cannot see.")
        path = f"/datasets/{found['id']}"
        if found["status"] != "ready":
            self._complete(path, "fields", path + "/fields", definition)
            self._complete(path, "questions", path + "/questions", definition)
            self._complete(path, "metadata-properties", f"/me{path}/metadata-properties", definition)
            try:
                self.call("PUT", path + "/publish")
            except Refused as refused:
                # another worker was faster
                if refused.status != 422 or self.find_dataset(name) is None:
                    raise
            log.info("dataset %s made in Argilla", name)
        elif found["guidelines"] != definition["guidelines"]:
            self.call("PATCH", path, {"guidelines": definition["guidelines"]})
        return str(found["id"])

    def question_ids(self, dataset_id: str) -> dict[str, str]:
        """The id of each question by its name."""
        found = self.call("GET", f"/datasets/{dataset_id}/questions")
        return {q["name"]: q["id"] for q in found["items"]}

    def upsert(self, dataset_id: str, records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Write records by their external ids, at most RECORDS_A_REQUEST; returns Argilla's id of each."""
        written = self.call("PUT", f"/datasets/{dataset_id}/records/bulk", {"items": list(records)})
        return {r["external_id"]: r["id"] for r in written["items"]}

    def page(self, dataset_id: str, start: int, limit: int) -> list[dict[str, Any]]:
        """Records `start` and following, in the order in which they were made, with everybody's responses."""
        query = {"include": "responses", "offset": start, "limit": limit}
        items: list[dict[str, Any]] = self.call("GET", f"/datasets/{dataset_id}/records", query=query)[
            "items"
        ]
        return items

    def _find(self, name: str) -> dict[str, Any] | None:
        query = {"workspace_id": self._workspace_id()}
        for dataset in self.call("GET", "/me/datasets", query=query)["items"]:
            if dataset["name"] == name:
                return dict(dataset)
        return None

    def _workspace_id(self) -> str:
        for _ in range(2):
            for workspace in self.call("GET", "/me/workspaces")["items"]:
                if workspace["name"] == self._workspace:
                    return str(workspace["id"])
            self._make("/workspaces", {"name": self._workspace})
        raise OceanidError(f"Argilla has a workspace {self._workspace} that this key cannot see.")

    def _complete(self, path: str, part: str, listing: str, definition: Mapping[str, Any]) -> None:
        there = {p["name"] for p in self.call("GET", listing)["items"]}
        for wanted in definition[part.replace("-", "_")]:
            if wanted["name"] not in there:
                self._make(f"{path}/{part}", wanted)

    def _make(self, path: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Create; None where it exists by now, because an answer was lost or another worker was faster."""
        try:
            return dict(self.call("POST", path, dict(body)))
        except Refused as refused:
            if refused.status == 409:
                return None
            raise


class Refused(OceanidError):
    """Argilla understood the request and will not do it."""

    def __init__(self, status: int, request: str, answer: str) -> None:
        super().__init__(
            f"Argilla refuses {request} with {status}: {answer}",
            hint="Its dataset may have been changed by hand; docs/how-to/review-in-argilla.md says what to do.",
        )
        self.status = status


def argilla(settings: Settings) -> Argilla:
    """The server that the settings name; its connections are kept from job to job.

    Raises ServiceUnavailable where the settings name none: the job waits until they do.
    """
    if settings.argilla_url is None or settings.argilla_api_key is None:
        raise ServiceUnavailable(
            "Argilla is not set up.",
            hint="Set OCEANID_ARGILLA_URL and OCEANID_ARGILLA_API_KEY, and start the worker again.",
            retry_after=timedelta(minutes=5),
        )
    key = (settings.argilla_url, settings.argilla_api_key.get_secret_value(), settings.argilla_workspace)
    with _lock:
        if key not in _kept:
            _kept[key] = Argilla(*key)
        return _kept[key]
