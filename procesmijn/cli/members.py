"""Workers as child processes of a command: they end with it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from procesmijn.embedded.server import LEASH
from procesmijn.errors import ProcesmijnError
from procesmijn.settings import Settings, variable

STOPPED_WITHIN_SECONDS: Final = 15.0
_LINES_IN_ERROR: Final = 8


class WorkerEnded(ProcesmijnError):
    """A worker that should go on ended; the end of its log is in the message."""


class Members:
    """Some workers, each with a log in the home."""

    def __init__(self, settings: Settings, count: int) -> None:
        """Start them. They read the settings that we read, and find the servers of the home."""
        self.logs = [
            settings.home / "log" / f"worker-{number}.log" for number in range(1, count + 1)
        ]
        self._processes = [
            _start(log, _port(settings, number)) for number, log in enumerate(self.logs)
        ]

    def check(self) -> None:
        """Raise :class:`WorkerEnded` where one does not run any more."""
        for process, log in zip(self._processes, self.logs, strict=True):
            if process.poll() is not None:
                raise WorkerEnded(
                    f"a worker ended with {process.returncode}. The end of {log}:\n{_end_of(log)}"
                )

    def stop(self) -> None:
        """Let each finish its batch, and wait until it is gone."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(STOPPED_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def members(settings: Settings, count: int) -> Iterator[Members]:
    """Workers for the length of a block."""
    group = Members(settings, count)
    try:
        yield group
    finally:
        group.stop()


def _port(settings: Settings, number: int) -> int:
    return settings.health_port + number if settings.health_port else 0


def _start(log: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a worker, tied to the thread that does so: the main one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    leash: list[str | Path] = [
        sys.executable,
        "-IS",
        LEASH,
        str(os.getpid()),
        str(int(signal.SIGTERM)),
        "-",
    ]
    with log.open("wb") as file:
        return subprocess.Popen(
            [*leash, sys.executable, "-P", "-m", "procesmijn.cli", "worker"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**os.environ, variable("health_port"): str(port)},
            start_new_session=True,  # Ctrl-C is for us; we stop them when we are done
        )


def _end_of(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-_LINES_IN_ERROR:])
