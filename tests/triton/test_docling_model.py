"""The model `docling` in the real Triton with the real Docling, on the CPU configuration."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy
import pytest

from tests.pdf_files import FLEET, HEADER, fleet_pdf, locked_pdf, pdf
from workers import triton_server
from workers.errors import DocumentRejected, ServerError, ServiceUnavailable
from workers.pages import PagePolicy, Pages
from workers.triton import Model, ModelDied
from workers.triton_server import ServerState

POLICY = PagePolicy(1 << 28, 2000, 200, 100, 40_000_000, 120, 1 << 31)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pdf"


def descendants(pid: int) -> dict[int, str]:
    """Process → command line of everything below a process."""
    table = subprocess.run(
        ["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in table.splitlines()[1:]]
    found: dict[int, str] = {}
    wanted = {pid}
    for _ in range(4):
        found |= {int(p): args for p, parent, args in rows if int(parent) in wanted}
        wanted |= set(found)
    return found


def kill(state: ServerState, what: str) -> None:
    """Kill those processes below the server whose command line has `what` in it, as a crash would."""
    pids = [pid for pid, args in descendants(state.pid).items() if what in args]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)


def grid(answer: dict[str, Any], number: int = 0) -> list[list[str]]:
    table = answer["tables"][number]
    rows = [[""] * table["columns"] for _ in range(table["rows"])]
    for cell in table["cells"]:
        rows[cell["row"] - 1][cell["column"] - 1] = cell["text"]
    return rows


def read(state: ServerState, content: bytes, first: int = 1, last: int = 0) -> dict[str, Any]:
    return Model(state.grpc).read(content, first, last, seconds=300, queue_seconds=30)


def batch(
    state: ServerState, documents: list[bytes], ranges: list[list[int]] | None = None
) -> list[dict[str, Any]]:
    """One request with several documents, without PAGES where there are no ranges."""
    import tritonclient.grpc as grpc

    tensor = grpc.InferInput("PDF", [len(documents), 1], "BYTES")
    tensor.set_data_from_numpy(numpy.array([[d] for d in documents], dtype=numpy.object_))
    inputs = [tensor]
    if ranges is not None:
        pages = grpc.InferInput("PAGES", [len(ranges), 2], "INT32")
        pages.set_data_from_numpy(numpy.array(ranges, dtype=numpy.int32))
        inputs.append(pages)
    result = grpc.InferenceServerClient(state.grpc).infer("docling", inputs, client_timeout=300)
    return [json.loads(answer[0]) for answer in result.as_numpy("RESULT")]


@pytest.mark.usefixtures("able")
def test_a_gpu_configuration_refuses_to_load_without_a_gpu() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with tempfile.TemporaryDirectory(prefix="oct-triton-") as home:
        with pytest.raises(ServerError, match="GPU"):
            triton_server.up(Path(home), "gpu", seconds=120)
        assert triton_server.state_of(Path(home)) is None


@pytest.mark.usefixtures("able")
def test_a_device_that_is_not_there_is_never_replaced_by_the_cpu() -> None:
    import torch

    from workers.docling_reader import Reader, ReaderOptions

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(RuntimeError, match="no GPU"):
        Reader(ReaderOptions("cuda:0"))


def test_the_model_says_what_it_reads_with(triton: ServerState) -> None:
    identity = Model(triton.grpc).describe()
    assert identity["options"]["device"] == "cpu"
    assert identity["engine"].startswith("docling 2.")
    assert identity["model_version"] == "1"


def test_a_table_comes_out_as_it_stands_with_boxes_on_the_page(triton: ServerState) -> None:
    answer = read(triton, fleet_pdf())
    assert answer["outcome"] == "done" and grid(answer) == [HEADER, *FLEET]
    (page,) = answer["pages"]
    assert (page["width"], page["height"]) == (612, 792)
    cell = next(c for c in answer["tables"][0]["cells"] if c["text"] == "9891799")
    assert 249 < cell["box"][0] < 251 and 100 < cell["box"][3] < 122 and cell["confidence"] > 0.5
    assert "Authorised vessels" in page["blocks"][0]["text"]
    assert "Tronio" in page["text"] and any(token[0] == "Tronio" for token in page["tokens"])


def test_one_bad_pdf_in_a_batch_fails_alone(triton: ServerState) -> None:
    answers = batch(triton, [fleet_pdf("a"), b"%PDF-1.4 and then nothing", fleet_pdf("b"), locked_pdf()])
    assert [a["outcome"] for a in answers] == ["done", "failed", "done", "failed"]
    assert grid(answers[2]) == [HEADER, *FLEET]
    assert answers[1]["error"]


def test_only_the_pages_that_were_asked_for_are_read(triton: ServerState) -> None:
    content = fleet_pdf(pages=4)
    some, one, wrong = batch(triton, [content] * 3, [[2, 3], [4, 4], [3, 2]])
    assert [p["page_no"] for p in some["pages"]] == [2, 3]
    assert [t["page_no"] for t in one["tables"]] == [4]
    assert wrong["outcome"] == "failed" and "count from 1" in wrong["error"]


def test_a_helper_that_is_killed_is_started_again_by_itself(triton: ServerState) -> None:
    kill(triton, "workers.docling_reader")
    assert grid(read(triton, fleet_pdf())) == [HEADER, *FLEET]


def test_a_model_that_was_killed_is_told_and_healed_by_up(triton: ServerState, triton_home: Path) -> None:
    model = Model(triton.grpc)
    kill(triton, "triton_python_backend_stub")
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        model.describe()
    with pytest.raises(ModelDied):
        model.read(fleet_pdf(), 1, 1, seconds=60, queue_seconds=1)
    triton_server.up(triton_home, "cpu")
    assert model.describe()["options"]["device"] == "cpu"


def test_nothing_under_that_address_is_told(able: None) -> None:
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        Model("127.0.0.1:9").describe(5)


def damaged(seed: int) -> bytes:
    """A PDF cut, with flipped bits, or something else under its name."""
    chance = random.Random(seed)
    content = bytearray(fleet_pdf(str(seed), pages=1 + seed % 3))
    kind = seed % 4
    if kind == 0:
        return bytes(content[: chance.randrange(len(content))])
    if kind == 1:
        return chance.choice([b"", b"PK\x03\x04", b"<html>", b"%PDF-1.7\n"]) + chance.randbytes(
            chance.randrange(3000)
        )
    for _ in range(chance.choice([1, 5, 50, 300])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


@pytest.mark.slow
def test_two_hundred_damaged_pdfs_have_a_clear_outcome_each(triton: ServerState, tmp_path: Path) -> None:
    pages = Pages(POLICY)
    outcomes: dict[str, int] = {}
    try:
        for seed in range(200):
            path = tmp_path / "damaged.pdf"
            path.write_bytes(damaged(seed))
            try:
                count = pages.count(path)
                for image in pages.render(path, 1, count, tmp_path):
                    image.path.unlink()
            except DocumentRejected as error:
                assert error.message and error.hint
                outcome = "refused"
            else:
                answer = read(triton, path.read_bytes(), 1, count)
                assert answer["outcome"] == "done" or answer["error"]
                outcome = answer["outcome"]
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    finally:
        pages.close()
    assert sum(outcomes.values()) == 200 and outcomes["refused"] >= 90 and outcomes["done"] >= 20, outcomes
    assert grid(read(triton, fleet_pdf())) == [HEADER, *FLEET]


def test_a_page_without_text_is_read_by_ocr(triton: ServerState, tmp_path: Path) -> None:
    import pypdfium2 as pdfium

    scan = tmp_path / "scan.pdf"
    source = pdfium.PdfDocument(fleet_pdf())
    source[0].render(scale=200 / 72).to_pil().convert("RGB").save(scan, "PDF", resolution=200)
    answer = read(triton, scan.read_bytes())
    numbers = {row[2] for row in FLEET}
    assert answer["pages"][0]["ocr_confidence"] > 0.8
    assert len(numbers & set(answer["pages"][0]["text"].split())) >= 5


def test_an_empty_page_has_no_tables(triton: ServerState) -> None:
    answer = read(triton, pdf([b""]))
    assert answer["outcome"] == "done" and answer["tables"] == [] and len(answer["pages"]) == 1
