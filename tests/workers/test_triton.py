"""Finding Triton, and what is said where there is none. tests/triton holds what needs a real one."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from workers import cli, pages, triton_server
from workers.errors import ConfigurationError, DocumentRejected, ServiceUnavailable
from workers.pages import PagePolicy, Pages, check_bytes, is_pdf
from workers.settings import Settings, get_settings
from workers.triton import Model, address

POLICY = PagePolicy(1000, 10, 200, 100, 1_000_000, 10, 1 << 31)


def state(home: Path, pid: int) -> None:
    (home / "triton").mkdir(parents=True)
    text = {"pid": pid, "device": "cpu", "grpc": "h:1", "http": "h:2", "metrics": "h:3", "log": "log"}
    (home / "triton" / "state.json").write_text(json.dumps(text))


def test_the_setting_names_triton_before_the_one_that_was_started_here(tmp_path: Path) -> None:
    state(tmp_path, 1)
    assert address(Settings(home=tmp_path)) == "h:1"
    assert address(Settings(home=tmp_path, triton_url="grpc://gpu:8001")) == "gpu:8001"


def test_no_triton_is_a_service_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailable, match="oceanid triton up"):
        address(Settings(home=tmp_path))


def test_a_server_whose_process_is_gone_does_not_run(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    state(tmp_path, gone.pid)
    assert triton_server.state_of(tmp_path) is None
    assert triton_server.stop(tmp_path) is False
    assert not (tmp_path / "triton" / "state.json").exists()


def test_a_device_must_be_named_and_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="cpu or gpu"):
        triton_server.up(tmp_path, "auto")
    monkeypatch.setenv("OCEANID_HOME", str(tmp_path))
    get_settings.cache_clear()
    assert CliRunner().invoke(cli.app, ["triton", "up"]).exit_code == 2
    get_settings.cache_clear()


def test_status_says_that_nothing_answers_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCEANID_HOME", str(tmp_path))
    monkeypatch.delenv("OCEANID_TRITON_URL", raising=False)
    get_settings.cache_clear()
    result = CliRunner().invoke(cli.app, ["triton", "status"])
    get_settings.cache_clear()
    assert result.exit_code == 1 and "oceanid triton up" in result.output


@pytest.mark.skipif(find_spec("pytriton") is not None, reason="nvidia-pytriton is installed")
def test_up_without_the_package_names_the_extra(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nvidia-pytriton is not installed"):
        triton_server.up(tmp_path, "cpu")


def test_a_worker_without_the_extra_leaves_pdfs_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> Any:
        return None

    monkeypatch.setattr(pages, "find_spec", nothing)
    monkeypatch.setattr("workers.triton.find_spec", nothing)
    with pytest.raises(ServiceUnavailable, match="pypdfium2"):
        Pages(POLICY)
    with pytest.raises(ServiceUnavailable, match="tritonclient"):
        Model("h:1")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"%PDF-1.4" + b" " * 2000 + b"%%EOF", "limit is 1,000"),
        (b"PK\x03\x04 zip %%EOF", "no PDF"),
        (b"%PDF-1.4 and no end", "cut off"),
    ],
)
def test_bytes_are_refused_before_anything_opens_them(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    with pytest.raises(DocumentRejected, match=why) as refused:
        check_bytes(path, 1000)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("content", "pdf"),
    [
        (b"%PDF-1.7\n", True),
        (b"junk %PDF-1.7\n", True),
        (b"name\nsays %PDF-1.7\n", False),
        (b"name,flag\n", False),
    ],
)
def test_a_pdf_is_known_by_its_content(tmp_path: Path, content: bytes, pdf: bool) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert is_pdf(path) is pdf


def test_the_configurations_differ_in_device_and_engine_only() -> None:
    models = Path(__file__).resolve().parents[2] / "triton_models" / "docling"
    gpu, cpu = ((models / name).read_text() for name in ("config.pbtxt", "configs/cpu.pbtxt"))
    assert (
        gpu.count("KIND_GPU") == 2 and "KIND_CPU" not in gpu and "gpus: [ 0 ]" in gpu and "gpus: [ 1 ]" in gpu
    )
    assert cpu.count("KIND_CPU") == 1 and "KIND_GPU" not in cpu
    assert "KIND_AUTO" not in gpu + cpu

    def shared(text: str) -> list[str]:
        lines = text.partition('name: "docling"')[2].partition("instance_group")[0].splitlines()
        return [line for line in lines if not line.startswith("#")]

    assert shared(gpu) == shared(cpu)


def test_readers_options_are_checked(tmp_path: Path) -> None:
    from workers.docling_reader import ReaderOptions

    made = ReaderOptions.from_strings({"device": "cuda:1", "threads": "4", "document_seconds": "10"})
    assert (made.threads, made.document_seconds) == (4, 10.0)
    wrong = [
        {"device": "auto"},
        {"device": "cpu", "layout": "yolo"},
        {"device": "cpu", "ocr": "maybe"},
        {"device": "cpu", "layouts": "geometric"},
        {"device": "cuda:0", "layout": "heron"},
        {"device": "cuda:0", "tables": "tableformer", "artifacts_path": str(tmp_path / "nowhere")},
    ]
    for options in wrong:
        with pytest.raises(ValueError):
            ReaderOptions.from_strings(options)
    assert ReaderOptions.from_strings({"device": "cpu", "layout": "heron", "artifacts_path": str(tmp_path)})
