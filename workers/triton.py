"""The client of the model `docling`: asks with a deadline, waits while the queue is full, says how it failed."""

from __future__ import annotations

import json
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workers.errors import OceanidError, ServiceUnavailable
from workers.settings import Settings

_DESCRIBE_SECONDS = 20
_HINT = "`oceanid triton status` says more; `oceanid triton up` starts it, or heals a model that died."


class ModelDied(ServiceUnavailable):
    """The model was there and went away while it read a document. The ledger counts these by this name."""


def address(settings: Settings) -> str:
    """`host:port` of Triton's gRPC: OCEANID_TRITON_URL, else the server that `oceanid triton up` started.

    Raises ServiceUnavailable where there is neither.
    """
    if settings.triton_url:
        return settings.triton_url.removeprefix("grpc://")
    try:
        return str(json.loads((Path(settings.home_path) / "triton" / "state.json").read_text())["grpc"])
    except (FileNotFoundError, ValueError, KeyError):
        raise ServiceUnavailable(
            "No Triton is named and none was started here.",
            hint="Set OCEANID_TRITON_URL to the host:port of its gRPC, or run `oceanid triton up --device cpu`.",
        ) from None


class Model:
    """One model of a Triton. May be used by several threads at once."""

    def __init__(self, url: str, name: str = "docling") -> None:
        if find_spec("tritonclient") is None or find_spec("grpc") is None:
            raise ServiceUnavailable(
                "This worker cannot ask Triton: tritonclient is not installed.",
                hint="pip install 'oceanid[pdf]', or let another worker serve the queue extract.",
            )
        import tritonclient.grpc as triton

        self._triton = triton
        self._client = triton.InferenceServerClient(url)
        self._url = url
        self._name = name

    def describe(self, seconds: float = _DESCRIBE_SECONDS) -> dict[str, Any]:
        """What reads there: engine, versions, options. Raises ServiceUnavailable where it does not answer.

        The model itself is asked: of one that died the server goes on saying that it is ready.
        """
        try:
            answer: dict[str, Any] = self._infer(b"", 0, 0, seconds)["identity"]
        except self._triton.InferenceServerException as error:
            raise ServiceUnavailable(
                f"The model {self._name} of Triton at {self._url} does not answer: {_said(error)}", hint=_HINT
            ) from error
        return answer

    def read(
        self, pdf: bytes, first: int, last: int, *, seconds: float, queue_seconds: float
    ) -> dict[str, Any]:
        """The pages `first` to `last` of a PDF, as `workers.docling_reader` describes them.

        Waits up to `queue_seconds` for room in the model's queue. Raises ServiceUnavailable where it stays full,
        ModelDied where the model or its server goes away, OceanidError where there is no answer within `seconds`.
        """
        patience = time.monotonic() + queue_seconds
        while True:
            try:
                return self._infer(pdf, first, last, seconds)
            except self._triton.InferenceServerException as error:
                if _is_full(error):
                    if time.monotonic() < patience:
                        time.sleep(0.5)
                        continue
                    raise ServiceUnavailable(
                        f"The queue of the model {self._name} has been full for {queue_seconds:g} seconds.",
                        hint="Add GPUs or run fewer workers on the queue extract.",
                    ) from error
                if "DEADLINE_EXCEEDED" in str(error.status()):
                    raise OceanidError(
                        f"The model did not read the pages {first} to {last} within {seconds:g} seconds.",
                        hint="Raise call_seconds or lower pages_per_call in stage.pdf_policy.",
                    ) from error
                if "INVALID_ARGUMENT" in str(error.status()):
                    raise OceanidError(
                        f"Triton refuses the request: {_said(error)}",
                        hint="The model repository is of another release than this worker.",
                    ) from error
                raise ModelDied(
                    f"The model {self._name} died while it read pages {first} to {last}: {_said(error)}",
                    hint=_HINT,
                ) from error

    def reload(self, seconds: float) -> None:
        """Unload and load the model: the only cure of a stub that was killed. Raises ServiceUnavailable."""
        try:
            self._client.unload_model(self._name, client_timeout=seconds)
            # Loading while the old one is still on its way out is refused.
            until = time.monotonic() + seconds
            while self._client.is_model_ready(self._name) and time.monotonic() < until:
                time.sleep(0.1)
            self._client.load_model(self._name, client_timeout=seconds)
        except self._triton.InferenceServerException as error:
            raise ServiceUnavailable(
                f"The model {self._name} cannot be loaded: {_said(error)}", hint="Its log says more."
            ) from error

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _infer(self, pdf: bytes, first: int, last: int, seconds: float) -> dict[str, Any]:
        import numpy

        document = self._triton.InferInput("PDF", [1, 1], "BYTES")
        document.set_data_from_numpy(numpy.array([[pdf]], dtype=numpy.object_))
        pages = self._triton.InferInput("PAGES", [1, 2], "INT32")
        pages.set_data_from_numpy(numpy.array([[first, last]], dtype=numpy.int32))
        result = self._client.infer(self._name, [document, pages], client_timeout=seconds)
        answer: dict[str, Any] = json.loads(result.as_numpy("RESULT")[0][0])
        return answer


def _is_full(error: Any) -> bool:
    return "exceeds maximum queue size" in str(error.message()).lower()


def _said(error: Any) -> str:
    return " ".join(str(error.message() or error).split())[:300]
