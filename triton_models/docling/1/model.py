"""The model `docling`: PDF bytes in, pages, text and tables as JSON out.

Docling itself runs in a helper process (`workers.docling_reader`), one an instance: a PDF that breaks or hangs a
parser costs that PDF, the helper is started again, and the instance goes on. The environment of the Python backend
needs only Oceanid and numpy below 2; `python` of the configuration may name another interpreter for Docling.

Inputs of one document: PDF, its bytes (none asks what reads here and is answered at once), and PAGES, its first and
last page (from 1; a last page of 0 is the last). Output: RESULT, JSON with `outcome` done, failed or alive. A document
that cannot be read has an outcome of its own; the others of its batch are not touched.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

from workers.child import Child, ChildDied

_GRACE_SECONDS = 30  # beyond Docling's own limit, before its process is killed
_OPTIONS = ("layout", "tables", "artifacts_path", "ocr", "threads", "document_seconds")


class TritonPythonModel:
    """One instance, on the device that the configuration's instance group names."""

    def initialize(self, args: dict[str, str]) -> None:
        """Load Docling on the device. Raises, and the model does not load, where device or weights are missing."""
        parameters = {k: v["string_value"] for k, v in json.loads(args["model_config"])["parameters"].items()}
        options = {name: parameters[name] for name in _OPTIONS if parameters.get(name)}
        options["device"] = device_of(args["model_instance_kind"], args["model_instance_device_id"])
        self._version = args["model_version"]
        self._seconds = float(options.get("document_seconds", 240)) + _GRACE_SECONDS
        self._child = Child(
            "workers.docling_reader",
            json.dumps(options),
            python=parameters.get("python") or shutil.which("python3") or "python3",
            start_seconds=600,
        )
        ready = self._child.start()
        if "error" in ready:
            self._child.close()
            raise pb_utils.TritonModelException(ready["error"])
        self._identity = {**ready["identity"], "model_version": self._version}

    def execute(self, requests: list[Any]) -> list[Any]:
        """Answer a batch, document by document."""
        return [self._respond(request) for request in requests]

    def finalize(self) -> None:
        """End the helper."""
        self._child.close()

    def _respond(self, request: Any) -> Any:
        documents = pb_utils.get_input_tensor_by_name(request, "PDF").as_numpy()
        pages = pb_utils.get_input_tensor_by_name(request, "PAGES")
        ranges = pages.as_numpy() if pages is not None else np.zeros((len(documents), 2), np.int32)
        results = [
            json.dumps(self._read(bytes(document[0]), int(first), int(last))).encode()
            for document, (first, last) in zip(documents, ranges, strict=True)
        ]
        output = np.array([[result] for result in results], dtype=np.object_)
        return pb_utils.InferenceResponse([pb_utils.Tensor("RESULT", output)])

    def _read(self, pdf: bytes, first: int, last: int) -> dict[str, Any]:
        if not pdf:
            return {"outcome": "alive", "identity": self._identity}
        if first < 0 or last < 0 or 0 < last < max(first, 1):
            return {"outcome": "failed", "error": f"There are no pages {first} to {last}: they count from 1."}
        handle, name = tempfile.mkstemp(suffix=".pdf")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(pdf)
            # A helper that dies on a document is given it once more, fresh: it may have been the one before.
            for last_chance in (False, True):
                try:
                    answer = self._child.ask({"path": name, "first": first or 1, "last": last}, self._seconds)
                    return {**answer, "identity": self._identity}
                except ChildDied as error:
                    if error.timed_out:
                        return _failed(f"Reading it takes longer than {self._seconds:g} seconds.")
                    if last_chance:
                        return _failed(f"It breaks the reader: {error}")
            raise AssertionError("unreachable")
        finally:
            Path(name).unlink(missing_ok=True)


def _failed(error: str) -> dict[str, Any]:
    return {"outcome": "failed", "error": error}


def device_of(kind: str, device_id: str) -> str:
    """Docling's name of the device. Raises for every kind but CPU and GPU: nothing is chosen by itself."""
    if kind == "CPU":
        return "cpu"
    if kind == "GPU":
        return f"cuda:{device_id}"
    raise pb_utils.TritonModelException(
        f"The instance group has kind {kind}: write KIND_GPU or KIND_CPU, nothing is chosen by itself."
    )
