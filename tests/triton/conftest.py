"""The real Triton of nvidia-pytriton with the real Docling on the CPU configuration, started once a session.

Where the extra `triton` is not installed (it needs numpy below 2) these tests skip and say so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy
import pytest

from workers import triton_server


def missing() -> str | None:
    """Why the real server cannot run here; None where it can."""
    for module in ("pytriton", "tritonclient", "docling", "pypdfium2"):
        if find_spec(module) is None:
            return f"{module} is not installed (extra triton)"
    if int(numpy.__version__.partition(".")[0]) >= 2:
        return f"numpy {numpy.__version__} is installed; Triton's Python backend needs one below 2 (extra triton)"
    return None


@pytest.fixture(scope="session")
def able() -> None:
    """Skips where the real server cannot run."""
    if reason := missing():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def triton_home(able: None) -> Iterator[Path]:
    """An OCEANID_HOME with a running Triton, the model loaded on the CPU."""
    with tempfile.TemporaryDirectory(prefix="oct-triton-") as directory:
        home = Path(directory)
        triton_server.up(home, "cpu")
        yield home
        triton_server.stop(home)


@pytest.fixture
def triton(triton_home: Path) -> triton_server.ServerState:
    """The running server, whole: what an earlier test broke is healed."""
    return triton_server.up(triton_home, "cpu")
