"""The wheel carries everything: installed into an empty environment, `oceanid` works there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The environment of the wheel, not of this checkout.
CLEAN = {
    k: v
    for k, v in os.environ.items()
    if not k.startswith(("PYTHON", "OCEANID", "DATABASE_URL", "VIRTUAL_ENV"))
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("OCEANID_TEST_POSTGRES", "18") != "18",
        reason="the package is the same for every PostgreSQL",
    ),
]


def call(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(c) for c in command],
        cwd=cwd,
        env={**CLEAN, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    call(*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", out, ROOT, cwd=out)
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_whole_tree(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    expected = {
        f"workers/_data/{path.relative_to(ROOT).as_posix()}"
        for folder in ("db", "samples", "triton_models")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected <= inside
    assert "workers/_data/alembic.ini" in inside
    assert not [name for name in inside if name.endswith(".pyc") or name.startswith("tests/")]


def test_installed_into_an_empty_environment_it_migrates_and_answers(
    wheel: Path, tmp_path: Path, home: Path
) -> None:
    call(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    binaries = tmp_path / "venv" / "bin"
    call(
        binaries / "python",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        wheel,
        cwd=tmp_path,
    )
    oceanid = binaries / "oceanid"
    assert "migrate" in call(oceanid, "--help", cwd=tmp_path)
    try:
        assert "Migrated in" in call(oceanid, "migrate", cwd=tmp_path, OCEANID_HOME=str(home))
        query = "SELECT count(*) > 0 AS filled FROM ref.field"
        assert "true" in call(oceanid, "sql", query, "-f", "csv", cwd=tmp_path, OCEANID_HOME=str(home))
        assert "fail" not in call(oceanid, "doctor", cwd=tmp_path, OCEANID_HOME=str(home))
    finally:
        call(oceanid, "down", cwd=tmp_path, OCEANID_HOME=str(home))
