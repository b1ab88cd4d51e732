"""Batches are applied beside the reading of the next ones, in a process of their own.

Applying is Python and PostgreSQL, which take turns; reading and judging are Python all the time. So
the process that reads does all that needs no database, and hands over bytes and arrays
(:class:`procesmijn.parcel.Parcel`), which cost it a copy. A thread instead would want the same
interpreter, and objects would cost more to hand over than that saves.

    reads, judges, conceals, packs  --parcel-->  claims, writes, commits
                                    <-outcome--

The two live and die together. When the one that reads is gone, the other finishes the batch in
hand, for which its positions vouch, and ends. When the one that applies is gone, the worker ends
with a word about it, and whatever supervises it starts it anew.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.pool import ExceptionWithTraceback  # type: ignore[attr-defined] # stubs
from multiprocessing.reduction import ForkingPickler
from typing import Final, Self, TypeAlias

from consumers.contracts import Apply
from consumers.errors import ApplyingEnded
from consumers.garbage import at_rest, freeze, share_memory
from procesmijn.batch import Applied, Batch
from procesmijn.errors import StoreUnavailable
from procesmijn.parcel import Packing, Parcel
from procesmijn.persons import Persons

TakeIn: TypeAlias = Callable[[Parcel], Applied]

_LAST_SECONDS: Final = 30.0


class Beside:
    """Applies in another process, as :class:`consumers.contracts.Applying` says."""

    def __init__(self, make: Callable[[], TakeIn], persons: Persons) -> None:
        """``make`` is called there: a function of a module, or a ``functools.partial`` of one."""
        self._persons = persons
        self._packing = Packing(persons)
        self._begun: memoryview | None = None
        self._has_failed = False
        self._make = make

    def __enter__(self) -> Self:
        self._pipe, theirs = Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "consumers.applying", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        theirs.close()
        self._pipe.send(self._make)
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        try:
            self._process.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """Of the other process."""
        return self._process.pid

    def gather(self, batch: Batch) -> None:
        """Conceal the persons of a batch, and pack it with what is applied next."""
        self._packing.add(batch)

    def drop(self) -> None:
        """Forget what was gathered."""
        self._packing = Packing(self._persons)

    def begin(self) -> None:
        """Hand over what was gathered; what is gathered from now on comes after it."""
        parcel = self._packing.parcel()
        self.drop()  # first, since what was packed is in the parcel a second time
        self._begun = ForkingPickler.dumps(parcel)
        self._send()

    def is_done(self, seconds: float = 0.0) -> bool:
        """Whether there is an outcome; :class:`ApplyingEnded` where there is nobody to have one."""
        if self._begun is None and self._process.poll() is not None:
            raise self._ended()
        return self._pipe.poll(seconds)

    def outcome(self) -> Applied:
        """What came of it; after :class:`StoreUnavailable` it is tried again."""
        if self._has_failed:
            self._send()
        try:
            outcome: Applied | Exception = self._pipe.recv()
        except (EOFError, ConnectionError):
            raise self._ended() from None
        self._has_failed = isinstance(outcome, StoreUnavailable)
        if not self._has_failed:
            self._begun = None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _send(self) -> None:
        assert self._begun is not None  # noqa: S101 - what is sent has begun
        try:
            self._pipe.send_bytes(self._begun)
        except ConnectionError:
            raise self._ended() from None

    def _ended(self) -> ApplyingEnded:
        code = self._process.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return ApplyingEnded(
            f"the process that writes to the database has ended ({how}): start the worker again;"
            " nothing is lost, it goes on from the stored positions"
        )


class Within:
    """Applies in this process, at once."""

    def __init__(self, apply: Apply) -> None:
        self._apply = apply
        self._gathered = Batch()
        self._begun: Batch | None = None

    def gather(self, batch: Batch) -> None:
        """Put a batch with what is applied next."""
        self._gathered = self._gathered.with_next(batch)

    def drop(self) -> None:
        """Forget what was gathered."""
        self._gathered = Batch()

    def begin(self) -> None:
        """Take what was gathered for what comes next."""
        self._begun = self._gathered
        self.drop()

    def is_done(self, _seconds: float = 0.0) -> bool:
        """It is as soon as it is asked for."""
        return self._begun is not None

    def outcome(self) -> Applied:
        """Apply what was begun."""
        assert self._begun is not None  # noqa: S101 - who asks has begun
        applied = self._apply(self._begun)
        self._begun = None
        return applied


def serve(pipe: Connection) -> None:
    """Apply what comes through the pipe, until nobody is at its other end."""
    share_memory()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # they are for the process at the other end
    with suppress(EOFError, ConnectionError):
        take_in: TakeIn = pipe.recv()()
        freeze()
        while True:
            parcel: Parcel = pipe.recv()
            with at_rest():
                try:
                    pipe.send(take_in(parcel))
                except Exception as error:  # noqa: BLE001 - raised at the other end
                    pipe.send(ExceptionWithTraceback(error, error.__traceback__))
            del parcel


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
