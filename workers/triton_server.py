"""Triton of NVIDIA's Python package (extra `triton`), for development and tests: up, down, status.

Production runs NVIDIA's image with the same model repository (deploy/triton). The server's state is a file below
OCEANID_HOME, so that `oceanid worker` finds the address without a setting.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import time
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from workers import paths
from workers.errors import ConfigurationError, ServerError, ServiceUnavailable
from workers.triton import Model

DEVICES = ("cpu", "gpu")


@dataclass(frozen=True, slots=True)
class ServerState:
    """A started server: process, device, addresses (`host:port`) and where its log is."""

    pid: int
    device: str
    grpc: str
    http: str
    metrics: str
    log: str


def state_of(home: Path) -> ServerState | None:
    """The server that was started for this home, if its process still runs."""
    try:
        state = ServerState(**json.loads(_file(home).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return state if _runs(state.pid) else None


def up(home: Path, device: str, *, seconds: float = 900, repository: Path | None = None) -> ServerState:
    """Start the server with the configuration of that device and wait until its model answers.

    A server that runs is kept; a model of it that died is loaded anew. Raises ConfigurationError where the package
    or its environment is not fit, ServerError with the end of the log where the model does not load.
    """
    if device not in DEVICES:
        raise ConfigurationError(f"There is no device {device}.", hint=f"Choose {' or '.join(DEVICES)}.")
    if state := state_of(home):
        if state.device != device:
            raise ServerError(
                f"A Triton with the configuration {state.device} runs already.",
                hint="`oceanid triton down` first.",
            )
        _heal(state, seconds)
        return state
    state = _start(home, device, repository or paths.root() / "triton_models")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not _runs(state.pid):
            break
        try:
            Model(state.grpc).describe()
            return state
        except ServiceUnavailable:
            if _failed(Path(state.log)):
                break
            time.sleep(0.5)
    stop(home)
    raise ServerError(
        f"The model does not load: {_why(Path(state.log))}", hint=f"The whole log is {state.log}."
    )


def stop(home: Path, seconds: float = 30) -> bool:
    """Stop the server; false where none runs. Requests in hand are answered first."""
    state = state_of(home)
    if state is None:
        _file(home).unlink(missing_ok=True)
        return False
    os.kill(state.pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while _runs(state.pid) and time.monotonic() < until:
        time.sleep(0.1)
    if _runs(state.pid):
        os.kill(state.pid, signal.SIGKILL)
    _file(home).unlink(missing_ok=True)
    return True


def _heal(state: ServerState, seconds: float) -> None:
    model = Model(state.grpc)
    try:
        model.describe()
    except ServiceUnavailable:
        model.reload(seconds)
        model.describe()


def _start(home: Path, device: str, repository: Path) -> ServerState:
    package = _package()
    directory = _file(home).parent
    directory.mkdir(parents=True, exist_ok=True)
    grpc, http, metrics = _free_ports(3)
    log = directory / "log"
    command = [
        str(package / "bin" / "tritonserver"),
        f"--model-repository={repository}",
        f"--backend-directory={package / 'backends'}",
        "--model-control-mode=explicit",
        "--load-model=docling",
        "--exit-timeout-secs=10",
        # A model that does not load must not take the server's word with it: `up` reads the log and says why.
        "--exit-on-error=true",
        *(f"--{name}-address=127.0.0.1" for name in ("http", "grpc", "metrics")),
        f"--http-port={http}",
        f"--grpc-port={grpc}",
        f"--metrics-port={metrics}",
    ]
    if device == "cpu":
        command.append("--model-config-name=cpu")
    libraries = [sysconfig.get_config_var("LIBDIR"), os.environ.get("LD_LIBRARY_PATH")]
    environment = {
        **os.environ,
        # The stub takes its packages from the first python3 on the path.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, libraries)),
        "PYTHONPATH": os.pathsep.join(
            filter(None, (str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH")))
        ),
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, start_new_session=True
        )
    state = ServerState(
        process.pid, device, f"127.0.0.1:{grpc}", f"127.0.0.1:{http}", f"127.0.0.1:{metrics}", str(log)
    )
    _file(home).write_text(json.dumps(asdict(state)))
    return state


def _package() -> Path:
    """The package's server, made runnable. Raises ConfigurationError where it, or its environment, is not fit."""
    found = find_spec("pytriton")
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError(
            "nvidia-pytriton is not installed: there is no Triton to start here.",
            hint="pip install 'oceanid[triton]', or run NVIDIA's image and set OCEANID_TRITON_URL.",
        )
    import numpy

    if int(numpy.__version__.partition(".")[0]) >= 2:
        raise ConfigurationError(
            f"Triton's Python backend needs numpy below 2; this environment has {numpy.__version__}.",
            hint="pip install 'oceanid[triton]' into an environment of its own.",
        )
    package = Path(found.submodule_search_locations[0]) / "tritonserver"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    stub = package / "python_backend_stubs" / version / "triton_python_backend_stub"
    if not stub.exists():
        raise ConfigurationError(
            f"nvidia-pytriton has no stub for Python {version}.", hint="Use Python 3.11 or 3.12."
        )
    target = package / "backends" / "python" / stub.name
    try:
        if not target.exists():
            part = target.with_suffix(f".{os.getpid()}")
            shutil.copyfile(stub, part)
            part.chmod(0o755)
            part.replace(target)
        server = package / "bin" / "tritonserver"
        if not os.access(server, os.X_OK):
            server.chmod(server.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    except OSError as error:
        raise ConfigurationError(
            f"{package} cannot be made runnable: {error.strerror}.", hint="Make an environment of your own."
        ) from error
    return package


def _free_ports(count: int) -> list[int]:
    taken = [socket.socket() for _ in range(count)]
    try:
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in taken]
    finally:
        for one in taken:
            one.close()


def _file(home: Path) -> Path:
    return home / "triton" / "state.json"


def _runs(pid: int) -> bool:
    # A child of ours that has ended is a zombie until it is waited for.
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False
    return True


def _failed(log: Path) -> bool:
    return b"failed to load all models" in log.read_bytes()[-20_000:]


def _why(log: Path) -> str:
    """The last error of the log, else its last line."""
    lines = log.read_text(errors="replace").splitlines()
    errors = [line.partition("] ")[2].strip().strip('"') for line in lines if re.match(r"E\d{4} ", line)]
    return (errors or [line for line in lines if line.strip()][-1:] or ["the log is empty"])[-1]
