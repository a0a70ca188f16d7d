"""Helper processes: they may print, hang and die, and the one who asks hears of it and goes on."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workers.child import Child, ChildDied

HELPER = """
import os, sys, time
from workers.child import serve
def handle(request):
    if request.get("die"):
        os._exit(9)
    if request.get("sleep"):
        time.sleep(request["sleep"])
    print("libraries print")
    return {"pid": os.getpid(), "echo": request.get("echo")}
serve(handle, {"ready": True})
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    (tmp_path / "helper_of_tests.py").write_text(textwrap.dedent(HELPER))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    one = Child("helper_of_tests", python=sys.executable, start_seconds=60)
    yield one
    one.close()


def test_a_helper_answers_again_and_again_whatever_is_printed(child: Child) -> None:
    answers = [child.ask({"echo": "é\n" * n}, 30) for n in (1, 100_000, 3)]
    assert [a["echo"] for a in answers] == ["é\n" * n for n in (1, 100_000, 3)]
    assert len({a["pid"] for a in answers}) == 1


def test_a_helper_that_dies_is_told_and_started_anew(child: Child) -> None:
    first = child.ask({}, 30)["pid"]
    with pytest.raises(ChildDied, match="ended with 9"):
        child.ask({"die": True}, 30)
    assert child.ask({}, 30)["pid"] != first


def test_a_helper_that_hangs_is_killed_in_time(child: Child) -> None:
    pid = child.ask({}, 30)["pid"]
    begun = time.monotonic()
    with pytest.raises(ChildDied) as late:
        child.ask({"sleep": 60}, 0.5)
    assert late.value.timed_out and time.monotonic() - begun < 20
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert child.ask({"echo": 1}, 30)["echo"] == 1


def test_a_helper_that_was_killed_between_two_questions_is_started_anew(child: Child) -> None:
    pid = child.ask({}, 30)["pid"]
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert child.ask({}, 30)["pid"] != pid


def test_threads_get_their_own_answers(child: Child) -> None:
    got: dict[int, int] = {}

    def ask(n: int) -> Callable[[], None]:
        return lambda: got.update({n: child.ask({"echo": n}, 60)["echo"]})

    threads = [threading.Thread(target=ask(n)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {n: n for n in range(8)}


def test_a_helper_that_cannot_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(ChildDied, match="ended with 1"):
        Child("no_such_module_anywhere", start_seconds=60).start()
