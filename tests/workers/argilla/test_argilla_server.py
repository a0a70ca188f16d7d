"""Against a real argilla-server: its own API and database, with the search index doubled (index_double.py).

`OCEANID_TEST_ARGILLA_ITEMS` (default 10,000) is how many items the tests of loss and doubling push and pull.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.documents import Desk
from tests.workers.argilla.items import ask, right, wrong
from tests.workers.argilla.proxy import Proxy, proxy
from tests.workers.argilla.real_server import OWNER_KEY, Person, RealArgilla
from workers import runtime
from workers.argilla_client import Argilla, Refused
from workers.errors import ServiceUnavailable
from workers.settings import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("OCEANID_TEST_ARGILLA"),
        reason="installs an argilla-server; OCEANID_TEST_ARGILLA=1 runs it, OCEANID_TEST_ARGILLA_ITEMS says how large",
    ),
]

ITEMS = int(os.environ.get("OCEANID_TEST_ARGILLA_ITEMS", "10000"))
QUEUES = ["argilla_push", "argilla_pull"]
ROOT = Path(__file__).parents[3]


@dataclass
class Bridge:
    """A database, a workspace of its own in the server, and the worker between them."""

    desk: Desk
    server: RealArgilla
    proxy: Proxy
    workspace: str

    @property
    def settings(self) -> Settings:
        """The worker's settings: through the proxy."""
        return Settings(
            database_url=None,
            home=self.desk.directory / "home",
            argilla_url=self.proxy.url,
            argilla_api_key=SecretStr(OWNER_KEY),
            argilla_workspace=self.workspace,
        )

    def sync(self) -> None:
        """Plan, and work all of it off."""
        self.desk.rows("SELECT * FROM review.argilla_sync()")
        report = self.drain()
        assert not (report.failed or report.dead or report.left), self.desk.rows(
            "SELECT * FROM ops.job_failures"
        )

    def drain(self) -> runtime.RunReport:
        """Work the two queues off in this process."""
        return runtime.run(self.desk.url, QUEUES, drain=True, settings=self.settings, patience=60)

    def worker(self) -> subprocess.Popen[bytes]:
        """A worker process of its own."""
        settings = self.settings
        environment = {
            **os.environ,
            "DATABASE_URL": self.desk.url,
            "OCEANID_HOME": str(settings.home),
            "OCEANID_ARGILLA_URL": self.proxy.url,
            "OCEANID_ARGILLA_API_KEY": OWNER_KEY,
            "OCEANID_ARGILLA_WORKSPACE": self.workspace,
        }
        options = [part for queue in QUEUES for part in ("--queue", queue)]
        command = [sys.executable, "-c", "from workers.cli import main; main()", "worker", *options]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def records(self) -> dict[str, dict[str, Any]]:
        return self.server.records(self.workspace)

    def person(self, name: str) -> Person:
        """An annotator in Argilla who is a reviewer here, under another name."""
        person = self.server.person(name)
        self.server.admit(person, self.workspace)
        self.desk.one("SELECT review.add_reviewer(%s, %s)", f"r-{name}", name)
        self.desk.db.execute(
            "UPDATE review.reviewer SET argilla_user = %s WHERE reviewer = %s", (name, f"r-{name}")
        )
        return person

    def statuses(self) -> dict[str, int]:
        rows = self.desk.rows("SELECT status, count(*) AS n FROM review.items GROUP BY status")
        return {row["status"]: row["n"] for row in rows}


@pytest.fixture
def bridge(desk: Desk, server: RealArgilla) -> Iterator[Bridge]:
    # a killed worker's job comes back, and a parked one is tried again, within the test
    desk.db.execute(
        "UPDATE ops.queue_policy SET visibility_timeout = '3 seconds', park_delay = '1 second' WHERE queue = ANY(%s)",
        (QUEUES,),
    )
    with proxy(server.url) as between:
        yield Bridge(desk, server, between, f"w-{uuid.uuid4().hex[:8]}")


def custom(record: dict[str, Any], n: int) -> dict[str, dict[str, str]]:
    return {record["id"]: {"action": "custom", "value": right(n)}}


def test_an_item_becomes_a_record_and_its_answer_a_decision(bridge: Bridge) -> None:
    asked = ask(bridge.desk, 4)
    item_id, n = next(iter(asked.items()))
    bridge.desk.db.execute(
        "UPDATE review.items SET suggestions = %s WHERE item_id = %s",
        (f'[{{"value": "{right(n)}", "score": 0.9, "agent": "correction"}}]', item_id),
    )
    bridge.sync()
    records = bridge.records()
    assert set(records) == {str(i) for i in asked}
    record = records[str(item_id)]
    assert record["metadata"]["item_id"] == item_id and record["metadata"]["column_name"] == "IMO"
    assert f"**{wrong(n)}**" in record["fields"]["row"]
    suggested = {s["value"]: (s["score"], s["agent"]) for s in record["suggestions"]}
    assert suggested == {"custom": (0.9, "oceanid/correction"), right(n): (0.9, "oceanid/correction")}
    dataset_id = bridge.server.datasets(bridge.workspace)["oceanid-imo"]
    assert "accept" in bridge.server.call("GET", f"/datasets/{dataset_id}")["guidelines"]

    maria = bridge.person("maria")
    bridge.server.answer(maria, custom(record, n))
    bridge.sync()
    (decision,) = bridge.desk.rows("SELECT * FROM review.decisions")
    assert (decision["item_id"], decision["reviewer"], decision["result"]) == (item_id, "r-maria", right(n))
    bridge.sync()
    assert bridge.desk.one("SELECT count(*) FROM review.decisions") == 1, "an answer is pulled once"


def test_what_is_settled_elsewhere_leaves_the_queue_of_argilla(bridge: Bridge) -> None:
    asked = ask(bridge.desk, 2)
    bridge.sync()
    bridge.desk.one("SELECT review.add_reviewer('joao', 'João')")
    (item_id, n), (other, _) = asked.items()
    bridge.desk.rows("SELECT * FROM review.decide(%s, 'custom', %s, 'joao')", item_id, right(n))
    bridge.sync()
    records = bridge.records()
    assert records[str(item_id)]["status"] == "completed"
    assert "Settled elsewhere" in records[str(item_id)]["fields"]["reason"]
    assert records[str(item_id)]["metadata"]["status"] == "decided"
    assert records[str(other)]["status"] == "pending"
    assert bridge.desk.one("SELECT count(*) FROM review.argilla_response") == 0, (
        "its own response is nobody's"
    )
    maria = bridge.person("maria")
    bridge.server.answer(maria, {records[str(item_id)]["id"]: {"action": "reject"}})
    bridge.sync()
    assert bridge.desk.one("SELECT outcome FROM review.argilla_response") == "superseded"


def test_a_wrong_value_comes_back_with_the_reason(bridge: Bridge) -> None:
    ((item_id, n),) = ask(bridge.desk, 1).items()
    bridge.sync()
    maria = bridge.person("maria")
    record = bridge.records()[str(item_id)]
    bridge.server.answer(maria, {record["id"]: {"action": "custom", "value": wrong(n + 5)}})
    bridge.sync()
    assert bridge.desk.one("SELECT outcome FROM review.argilla_response") == "refused"
    bridge.sync()
    again = bridge.records()[f"{item_id}.2"]
    assert "refused" in again["fields"]["reason"] and again["status"] == "pending"
    bridge.server.answer(maria, custom(again, n))
    bridge.sync()
    assert bridge.statuses() == {"decided": 1}


def test_a_discarded_record_without_values_is_unsure(bridge: Bridge) -> None:
    ((item_id, _),) = ask(bridge.desk, 1).items()
    bridge.sync()
    maria = bridge.person("maria")
    bridge.server.answer(maria, {bridge.records()[str(item_id)]["id"]: {}}, status="discarded")
    bridge.sync()
    assert bridge.desk.one("SELECT outcome FROM review.argilla_response") == "unsure"
    assert bridge.statuses() == {"open": 1}


def test_a_half_made_dataset_is_completed(bridge: Bridge) -> None:
    client = Argilla(bridge.server.url, OWNER_KEY, bridge.workspace)
    definition = bridge.desk.one("SELECT review.argilla_definition('oceanid-imo')")
    half = {**definition, "questions": definition["questions"][:2], "metadata_properties": []}
    bridge.proxy.broken.clear()
    client._make("/workspaces", {"name": bridge.workspace})
    made = client._make(
        "/datasets", {"name": definition["name"], "workspace_id": client._workspace_id(), "guidelines": "old"}
    )
    assert made is not None
    for question in half["questions"]:
        client._make(f"/datasets/{made['id']}/questions", question)
    assert client.find_dataset("oceanid-imo") is None, "a draft is not ready"
    assert client.ensure_dataset(definition) == made["id"]
    assert set(client.question_ids(made["id"])) == {"action", "value", "note"}
    client.ensure_dataset(definition)
    found = bridge.server.call("GET", f"/datasets/{made['id']}")
    assert (found["status"], found["guidelines"]) == ("ready", definition["guidelines"])


def test_a_wrong_key_or_address_parks_the_job_and_says_so(bridge: Bridge) -> None:
    with pytest.raises(ServiceUnavailable, match="refuses the key"):
        Argilla(bridge.server.url, "wrong", "oceanid").me()
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        Argilla("http://127.0.0.1:9", OWNER_KEY, "oceanid").me()
    with pytest.raises(Refused, match="404"):
        Argilla(bridge.server.url, OWNER_KEY, "oceanid").call("GET", f"/datasets/{uuid.uuid4()}")


@pytest.mark.parametrize("number", sorted({min(500, ITEMS), ITEMS}))
def test_none_is_lost_and_none_comes_twice(bridge: Bridge, number: int) -> None:
    """The worker is killed in the middle of a push and of a pull, and the API answers 503 for a while in both."""
    asked = ask(bridge.desk, number)
    maria = bridge.server.person("maria")

    def killed_and_broken(method: str, path: str) -> None:
        """Plan; kill the worker after a request was done there and before it knows; then 503; then let it end."""
        bridge.desk.rows("SELECT * FROM review.argilla_sync()")
        between = bridge.proxy
        # of several requests, in the middle
        between.hold, between.hold_after = (method, path), number // 1000
        worker = bridge.worker()
        assert between.held.wait(300), "the worker sent nothing"
        worker.kill()
        worker.wait()
        between.hold = None
        between.let_go.set()
        between.broken.set()
        worker = bridge.worker()
        refused = between.refused
        deadline = time.monotonic() + 60
        while not bridge.desk.one("SELECT count(*) FROM ops.job_attempt WHERE outcome = 'parked'"):
            assert time.monotonic() < deadline, "no job was parked"
            time.sleep(0.2)
        assert between.refused > refused
        worker.kill()
        worker.wait()
        between.broken.clear()
        between.held.clear()
        between.let_go.clear()
        report = bridge.drain()
        assert not (report.failed or report.dead or report.left), bridge.desk.rows(
            "SELECT * FROM ops.job_failures"
        )

    killed_and_broken("PUT", "/records/bulk")
    records = bridge.records()
    assert set(records) == {str(i) for i in asked}, "each item is one record"
    assert bridge.desk.one("SELECT count(*) FROM review.argilla_pending") == 0
    known = bridge.desk.rows("SELECT external_id, record_id::text AS id FROM review.argilla_record")
    assert {k["external_id"]: k["id"] for k in known} == {e: r["id"] for e, r in records.items()}

    bridge.person("maria")
    bridge.server.answer(
        maria, {records[str(i)]["id"]: {"action": "custom", "value": right(n)} for i, n in asked.items()}
    )
    bridge.desk.db.execute("DELETE FROM ops.job_attempt")
    killed_and_broken("GET", "include=responses")
    rows = bridge.desk.rows("SELECT item_id, result, reviewer FROM review.decisions")
    assert len(rows) == number, "each answer is one decision"
    assert {(r["item_id"], r["result"], r["reviewer"]) for r in rows} == {
        (i, right(n), "r-maria") for i, n in asked.items()
    }
    assert bridge.statuses() == {"decided": number}
    outcomes = bridge.desk.rows("SELECT outcome, count(*) AS n FROM review.argilla_response GROUP BY outcome")
    assert outcomes == [{"outcome": "applied", "n": number}]
    bridge.sync()
    assert bridge.desk.one("SELECT count(*) FROM review.decisions") == number
    assert set(bridge.records()) == {str(i) for i in asked}
    assert bridge.desk.rows("SELECT * FROM ops.job_mismatch") == []
