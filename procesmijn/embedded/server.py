"""What the two servers have in common: born of a thread that stays, one at a time, gone with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

from procesmijn.embedded.errors import ServerError
from procesmijn.embedded.locks import POLL_SECONDS, holders, locked

LEASH: Final = Path(__file__).with_name("leash.py")
ENVIRONMENT: Final[Mapping[str, str]] = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}
"""All that a server inherits: variables such as PGOPTIONS or JDK_JAVA_OPTIONS would change it."""

READY_WITHIN_SECONDS: Final = 300.0
"""Recovery after a crash replays what was not checkpointed yet, which may be some gigabytes."""
STOPPED_WITHIN_SECONDS: Final = 15.0
LOG_LINES_IN_ERROR: Final = 15


class Server(ABC):
    """One program that runs while we do.

    The kernel sends ``stop_signal`` when the *thread* that started the program ends, so each server
    has a thread of its own that starts it and then waits until :meth:`close`.

    The program inherits a locked file and holds it until its last process is gone: a program that
    outlived a killed parent by a moment is recognised by the lock, whatever became of its pid.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, home: Path) -> None:
        self.folder = home / self.name
        self.log = home / "log" / f"{self.name}.log"
        self._claim = home / "run" / f"{self.name}.lock"
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"embedded-{self.name}")
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopping = False

    @abstractmethod
    def prepare(self) -> None:
        """Make ready what the program needs on disk; nothing of it runs."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The program and its arguments."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers."""

    def user(self) -> tuple[int, int] | None:
        """The uid and gid to run as, None to stay who we are."""
        return None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start_soon(self) -> Future[None]:
        """Start; the future is done when the server answers, or holds the :class:`ServerError`."""
        self._is_stopping = False
        return self._thread.submit(self._start)

    def start(self) -> None:
        """Start, and wait until the server answers."""
        self.start_soon().result()

    def stop(self) -> None:
        """Stop it in good order, and wait until it is gone."""
        self._is_stopping = True
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._is_stopping = True
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Stop it, and let its thread go."""
        self.stop()
        self._thread.shutdown()

    def run(self, *command: str | Path, stdin: bytes = b"") -> None:
        """Run a helper program of the server to its end, as the server's user; it logs likewise."""
        with self.log.open("ab") as log:
            done = subprocess.run(
                self._leashed(command, signal.SIGKILL),
                input=stdin,
                stdout=log,
                stderr=log,
                env=ENVIRONMENT,
                cwd=self.folder,
                check=False,
            )
        if done.returncode != 0:
            raise self._failure(f"{Path(command[0]).name} ended with {done.returncode}")

    def _start(self) -> None:
        if self.pid is not None:
            return
        try:
            self._launch()
        except OSError as error:
            raise ServerError(f"{self.name} did not start: {error}") from error
        self._wait_until_ready()

    def _launch(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with self._claimed() as claim:
            self._turn_over_log()
            self.prepare()
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._leashed(self.command(), self.stop_signal),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=ENVIRONMENT,
                    cwd=self.folder,
                    pass_fds=[claim],
                    start_new_session=True,  # Ctrl-C is for us; we stop it when we are done with it
                )

    def _leashed(
        self, command: Sequence[str | Path], death_signal: signal.Signals
    ) -> list[str | Path]:
        user = self.user()
        return [
            sys.executable,
            "-IS",
            LEASH,
            str(os.getpid()),
            str(int(death_signal)),
            "-" if user is None else f"{user[0]}:{user[1]}",
            *command,
        ]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not self.is_ready():
            if self._process is None or self._process.poll() is not None:
                raise self._failure("it ended while it was starting")
            if self._is_stopping or time.monotonic() > deadline:
                self._end(signal.SIGKILL)
                raise self._failure(f"it was not ready within {READY_WITHIN_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)

    def _end(self, by: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        process.send_signal(by)
        try:
            process.wait(STOPPED_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @contextmanager
    def _claimed(self) -> Iterator[int]:
        """Hold the lock that a running server holds; it passes to the server that is started."""
        claim = os.open(self._claim, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not locked(claim, STOPPED_WITHIN_SECONDS):
                leftovers = holders(self._claim)
                for pid in leftovers:
                    os.kill(pid, signal.SIGKILL)
                if not locked(claim, STOPPED_WITHIN_SECONDS):
                    raise ServerError(
                        f"{self.name} of an earlier run does not end: look for processes"
                        f" {leftovers}, which not even SIGKILL ends"
                    )
            yield claim
        finally:
            os.close(claim)

    def _turn_over_log(self) -> None:
        """Begin a log per start; the one before is kept beside it."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)

    def _failure(self, what: str) -> ServerError:
        lines = self.log.read_text("utf-8", "replace").splitlines()
        # The frames of a Java trace would push out what it says.
        telling = [f"  {line}" for line in lines if not line.startswith("\tat ")]
        end = "\n".join(telling[-LOG_LINES_IN_ERROR:])
        return ServerError(f"{self.name} did not start: {what}. The end of {self.log}:\n{end}")
