"""The course of a demonstration: its history goes in, then its present, and the screen shows it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from rich.console import Console
from rich.live import Live

from consumers.publish import Message, publish
from procesmijn.catalogue import Catalogue
from procesmijn.cli.members import Members
from procesmijn.cli.service import Service
from procesmijn.cli.tell import many, note, progress
from procesmijn.demo.clock import Clock
from procesmijn.demo.gauges import LastMinute, Pace, Reading, read
from procesmijn.demo.organisation import Organisation, catalogue, desk
from procesmijn.demo.schedule import instant_us, local
from procesmijn.demo.screen import Figures, live
from procesmijn.demo.systems import SECOND_US, Emission
from procesmijn.settings import Settings
from procesmijn.store import reports
from procesmijn.store.connection import Connection
from procesmijn.store.dead_letters import DeadLetterFilter
from procesmijn.store.present import set_present

_TICK_SECONDS: Final = 0.2
_REFRESH_SECONDS: Final = 1.0
_MOST_LETTERS: Final = 10_000


class Demonstration:
    """One run: what it has sent, what came of it, and what time it is there."""

    figures: Figures
    """The last that were taken."""

    def __init__(
        self,
        organisation: Organisation,
        present: datetime,
        speed: float,
        parts: Service,
        settings: Settings,
    ) -> None:
        self._organisation = organisation
        self._clock = Clock(instant_us(present), speed, desk())
        self._speed = speed
        self._parts = parts
        self._catalogue = catalogue()
        self._metrics_url = f"http://{settings.health_address}:{settings.health_port}/metrics"
        self._hints = _hints(settings.home)
        self._stopping = Event()
        self._pace = Pace(0.0, None, None)
        self._reading = Reading(0.0, 0, 0, 0)

    @property
    def present(self) -> datetime:
        """What time it is in the organisation."""
        return datetime.fromtimestamp(self._clock.at_us / SECOND_US, UTC)

    def run(
        self,
        history: Sequence[Emission],
        group: Members,
        console: Console,
        seconds: float | None,
        threads: ThreadPoolExecutor,
        began: float,
    ) -> None:
        """Send and show until the time is up, or until Ctrl-C."""
        topic = self._catalogue.streams[0].topic
        until = None if seconds is None else time.monotonic() + seconds
        with self._parts.store.reader() as connection:
            set_present(self.present, connection)
            sending = threads.submit(publish, self._parts.kafka, topic, self._messages(history))
            try:
                for _ in self._load(len(history), connection, began):
                    _check(sending, group)
                for _ in self._live(console, connection):
                    _check(sending, group)
                    if until is not None and time.monotonic() >= until:
                        break
            except (KeyboardInterrupt, SystemExit):
                note("stopping")
            finally:
                self._stopping.set()
        with self._parts.store.reader() as connection:  # the other may have been interrupted
            self._look(connection)

    def _messages(self, history: Sequence[Emission]) -> Iterator[Message]:
        """The history at once, then what happens, when it does."""
        yield from (_message(emission) for emission in history)
        before = time.monotonic()
        while not self._stopping.wait(_TICK_SECONDS):
            now = time.monotonic()
            at_us = self._clock.advance(now - before, time.time_ns() // 1000)
            before = now
            yield from (_message(emission) for emission in self._organisation.until(at_us))

    def _load(self, total: int, connection: Connection, began: float) -> Iterator[None]:
        """Wait until the history is in."""
        note(f"a quarter of history: {many(total, 'record')}")
        is_first = True
        with progress("history", total) as report:
            while self._read().records < total:
                report(self._reading.records)
                if is_first and reports.counts(connection).handovers:
                    is_first = False
                    note(
                        f"the first handover was there {time.monotonic() - began:.1f} s after the start"
                    )
                yield
                time.sleep(_TICK_SECONDS)
            report(total)
        note(f"the history was in after {time.monotonic() - began:.1f} s; now live")

    def _live(self, console: Console, connection: Connection) -> Iterator[None]:
        """Show what goes on; without a terminal only look."""
        minute = LastMinute(self._reading)
        if not console.is_terminal:
            note("\n".join(self._hints[:-1]))
        with Live(console=console, screen=console.is_terminal, auto_refresh=False) as screen:
            while True:
                self._pace = minute.add(self._read())
                set_present(self.present, connection)
                self._look(connection)
                if console.is_terminal:
                    screen.update(live(self.figures, self._hints), refresh=True)
                yield
                time.sleep(_REFRESH_SECONDS)

    def _read(self) -> Reading:
        """What the worker says of itself; nothing new while it is still starting."""
        try:
            with urlopen(self._metrics_url, timeout=2) as page:  # noqa: S310 - our own worker, http
                self._reading = read(page.read().decode(), time.monotonic())
        except URLError:
            pass
        return self._reading

    def _look(self, connection: Connection) -> None:
        """Take the figures as of the present."""
        set_present(self.present, connection)
        counts = reports.counts(connection)
        letters = self._parts.store.dead_letters(DeadLetterFilter(limit=_MOST_LETTERS))
        self.figures = Figures(
            present=local(self.present),
            speed=self._speed,
            events=counts.events,
            cases=counts.cases,
            handovers=counts.handovers,
            duplicates=self._reading.duplicates,
            lag=self._reading.lag,
            per_second=self._pace.per_second,
            p50_seconds=self._pace.p50_seconds,
            p99_seconds=self._pace.p99_seconds,
            waits=[
                (process, row)
                for process in self._catalogue.processes
                for row in reports.handovers(process, reports.Period(), None, connection)
            ],
            pending=reports.pending(None, connection),
            dead_letters=dict(Counter(letter.reason for letter in letters).most_common()),
            labels=_labels(self._catalogue),
        )


def _message(emission: Emission) -> Message:
    return Message(emission.value, emission.key, emission.headers)


def _check(sending: Future[int], group: Members) -> None:
    """Raise what went wrong elsewhere, if something did."""
    group.check()
    if sending.done():
        sending.result()


def _labels(catalogue: Catalogue) -> dict[str, str]:
    return {
        name: part.label.en
        for parts in (catalogue.parties, catalogue.processes)
        for name, part in parts.items()
        if part.label
    }


def _hints(home: Path) -> list[str]:
    script = Path(sys.executable).with_name("procesmijn")
    program = "procesmijn" if shutil.which("procesmijn") else os.path.relpath(script)
    return [
        "In another terminal:",
        f"  export PROCESMIJN_HOME={home}",
        f"  {program} handovers onboarding",
        f"  {program} flow onboarding --as bpmn --out onboarding.bpmn",
        "Ctrl-C stops all of it.",
    ]
