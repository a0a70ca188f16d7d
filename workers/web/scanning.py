"""The hook for a malware scanner: any command that takes a file's path and says with its exit code what it thinks."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from workers.errors import ConfigurationError
from workers.web.receiving import UploadRefused


def scan(command: str | None, path: Path, seconds: float) -> None:
    """Run the command on the file: `{}` stands for its path, which else comes last. Without a command, nothing.

    Exit code 0 lets the file pass, 1 is malware, as clamscan has it. Raises UploadRefused for malware, and
    where the scan fails or takes longer than `seconds`: what was not looked at is not taken.
    """
    if command is None:
        return
    try:
        process = subprocess.Popen(
            command_line(command, path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise _failed(f"it cannot be started: {error.strerror or error}") from error
    try:
        code = process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise _failed(f"it took longer than {seconds:g} s") from None
    if code == 1:
        raise UploadRefused(
            "malware",
            "The malware scanner found something in this file.",
            hint="Clean it, or ask the operator.",
        )
    if code != 0:
        raise _failed(f"it ended with {code}")


def command_line(command: str, path: Path) -> list[str]:
    """The words of the command for a file. Raises ConfigurationError where it is none."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigurationError(
            f"OCEANID_UPLOAD_SCAN is no command line: {error}.", hint="clamdscan --fdpass --no-summary {}"
        ) from error
    if "{}" in words:
        return [str(path) if word == "{}" else word for word in words]
    return [*words, str(path)]


def _failed(what: str) -> UploadRefused:
    return UploadRefused(
        "scan", f"The malware scan did not work: {what}.", hint="Try again later; nothing is taken unscanned."
    )
