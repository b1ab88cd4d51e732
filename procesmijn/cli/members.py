"""Workers, and a page, as child processes of a command: they end with it, however it ends.

One that dies is started anew, since what it did not finish is taken up where it was. One that dies
again and again soon after its start has a cause that no start mends: then the command ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from procesmijn.cli.tell import note
from procesmijn.embedded.server import LEASH
from procesmijn.errors import ProcesmijnError
from procesmijn.settings import Settings, variable

STOPPED_WITHIN_SECONDS: Final = 15.0
SOON_SECONDS: Final = 20.0
"""One that ran for longer had started well: its death counts as the first."""
MOST_DEATHS: Final = 3
"""So many deaths soon after a start, one after the other, and there is no other start."""
FIRST_PAUSE_SECONDS: Final = 0.5
"""Before a worker is started anew; twice as long each time."""
_LINES_IN_ERROR: Final = 8


class MemberEnded(ProcesmijnError):
    """A worker, or the page, ended again and again; the end of its log is in the message."""


class Member:
    """A place for one process: who works there may change."""

    def __init__(self, name: str, log: Path, *command: str, **settings: str) -> None:
        """Start ``procesmijn command`` with our settings, but for those given here."""
        self.log = log
        self._name = name
        self._command = command
        self._settings = settings
        self._deaths = 0
        self._again_at: float | None = None
        """When its pause is over; None while it runs, as far as we know."""
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        self._start()

    def check(self) -> None:
        """Start another process where there is none, when its pause is over.

        Raises :class:`MemberEnded`.
        """
        if self.process.poll() is None:
            return
        now = time.monotonic()
        if self._again_at is None:
            self._deaths = 1 if now - self._started_at > SOON_SECONDS else self._deaths + 1
            how = _how(self.process.returncode)
            if self._deaths == MOST_DEATHS:
                raise MemberEnded(
                    f"{self._name} ended {MOST_DEATHS} times soon after its start, the last time"
                    f" {how}. The end of {self.log}:\n{_end_of(self.log)}"
                )
            pause_seconds = FIRST_PAUSE_SECONDS * 2 ** (self._deaths - 1)
            self._again_at = now + pause_seconds
            note(
                f"{self._name} ended {how}, and is started anew in {pause_seconds:g} s;"
                f" its log is {self.log}"
            )
        elif now >= self._again_at:
            self._start()

    def _start(self) -> None:
        self.process = _process(self.log, self._command, self._settings)
        self._started_at = time.monotonic()
        self._again_at = None


class Members:
    """Some workers, and a page if it has a port, each with a log in the home."""

    def __init__(self, settings: Settings, workers: int, page_port: int | None) -> None:
        """Start them. They read the settings that we read, and find the servers of the home."""
        logs = settings.home / "log"
        self._members = [
            Member(
                "a worker",
                logs / f"worker-{number + 1}.log",
                "worker",
                health_port=str(settings.health_port + number if settings.health_port else 0),
            )
            for number in range(workers)
        ]
        if page_port is not None:
            self._members.append(
                Member("the page", logs / "page.log", "web", "--port", str(page_port))
            )

    @property
    def logs(self) -> list[Path]:
        """Where each writes its log."""
        return [member.log for member in self._members]

    def check(self) -> None:
        """See that all of them run: to be called now and then, by the thread that started them.

        Raises :class:`MemberEnded` where one does not stay up.
        """
        for member in self._members:
            member.check()

    def stop(self) -> None:
        """Let each finish its batch, and wait until it is gone."""
        processes = [member.process for member in self._members]
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(STOPPED_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def members(settings: Settings, workers: int, page_port: int | None = None) -> Iterator[Members]:
    """Workers for the length of a block, and a page on a port of this machine."""
    group = Members(settings, workers, page_port)
    try:
        yield group
    finally:
        group.stop()


def _process(
    log: Path, command: Sequence[str], settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a command, tied to the thread that does so: the main one."""
    leash: list[str | Path] = [
        sys.executable,
        "-IS",
        LEASH,
        str(os.getpid()),
        str(int(signal.SIGTERM)),
        "-",
    ]
    with log.open("ab") as file:
        return subprocess.Popen(
            [*leash, sys.executable, "-P", "-m", "procesmijn.cli", *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**os.environ, **{variable(name): value for name, value in settings.items()}},
            start_new_session=True,  # Ctrl-C is for us; we stop them when we are done
        )


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with {code}"


def _end_of(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-_LINES_IN_ERROR:])
