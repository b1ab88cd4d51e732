"""The course of a demonstration: its history goes in, then its present, and the screen shows it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from threading import Event, Thread
from typing import Final, Self, TypeVar
from urllib.request import urlopen

from rich.console import Console, RenderableType
from rich.live import Live

from consumers.logs import LogEnds, log_ends
from consumers.publish import Message, publish
from procesmijn.batch import Partition
from procesmijn.catalogue.part import Labelled
from procesmijn.cli.demo_home import Stay
from procesmijn.cli.demo_page import Page
from procesmijn.cli.members import Members
from procesmijn.cli.service import Service
from procesmijn.cli.tell import many, note, progress
from procesmijn.demo.clock import Clock
from procesmijn.demo.gauges import LastMinute, Pace, Reading, read
from procesmijn.demo.organisation import Organisation, desk
from procesmijn.demo.schedule import HISTORY, instant_us, local
from procesmijn.demo.screen import Figures, live
from procesmijn.demo.systems import SECOND_US, Emission
from procesmijn.settings import Settings
from procesmijn.store import Store, reports, streams
from procesmijn.store.connection import Connection
from procesmijn.store.dead_letters import DeadLetterFilter
from procesmijn.store.filters import Period
from procesmijn.store.present import set_present

T = TypeVar("T")

_TICK_SECONDS: Final = 0.2
_REFRESH_SECONDS: Final = 1.0
_LAST_WORDS_SECONDS: Final = 1.0
_MOST_LETTERS: Final = 10_000


class Demonstration:
    """One run: what the organisation does, what of it is sent, and what comes of that.

    Within its ``with`` block the history is simulated, beside whatever is started meanwhile.
    """

    figures: Figures
    """The last that were taken."""

    def __init__(
        self,
        organisation: Organisation,
        stay: Stay,
        speed: float,
        settings: Settings,
        page: Page,
    ) -> None:
        self._organisation = organisation
        self._clock = Clock(instant_us(stay.present), speed, desk())
        self._known_until_us = instant_us(stay.history_end) if stay.is_filled else 0
        self._speed = speed
        self._catalogue = stay.catalogue()
        self._metrics_url = f"http://{settings.health_address}:{settings.health_port}/metrics"
        self._page = page
        self._hints = [
            f"In a browser: {page.url}",
            *hints(settings.home),
            "Ctrl-C stops all of it.",
        ]
        self._pace = Pace(0.0, None, None)
        self._reading = Reading(0.0, 0, 0, 0)
        self._stopping = Event()

    def __enter__(self) -> Self:
        """Begin to simulate the history."""
        self._history = _beside(self._simulate)
        return self

    def __exit__(self, *_: object) -> None:
        """Let what still goes on come to its end."""
        self._stopping.set()

    @property
    def present(self) -> datetime:
        """What time it is in the organisation."""
        return datetime.fromtimestamp(self._clock.at_us / SECOND_US, UTC)

    def run(
        self,
        parts: Service,
        group: Members,
        console: Console,
        began_seconds: float,
        seconds: float | None,
        *,
        with_browser: bool,
    ) -> None:
        """Send and show until the time is up, or until Ctrl-C."""
        until_seconds = inf if seconds is None else time.monotonic() + seconds
        history = self._history.result()
        topic = self._catalogue.streams[0].topic
        ends = log_ends(parts.kafka, [topic])
        sending = _beside(lambda: publish(parts.kafka, topic, self._messages(history)))

        def check() -> None:
            """Raise what went wrong elsewhere, if something did."""
            group.check()
            if sending.done():
                sending.result()

        try:
            with parts.store.reader() as connection:
                set_present(self.present, connection)
                self._load(ends, len(history), check, began_seconds, connection)
                self._tell_page(check)
                if with_browser:
                    self._page.open()
                minute = LastMinute(self._read())
                with _screen(console) as show:
                    while time.monotonic() < until_seconds:
                        check()
                        self._pace = minute.add(self._read())
                        self._look(parts.store, connection)
                        show(live(self.figures, self._hints, console.height))
                        time.sleep(_REFRESH_SECONDS)
        except (KeyboardInterrupt, SystemExit):
            note("stopping")
        finally:
            self._stopping.set()
            wait([sending], _LAST_WORDS_SECONDS)  # the broker goes after the one who talks to it
        parts.store.close()  # its session may have been interrupted
        with parts.store.reader() as connection:
            self._look(parts.store, connection)

    def _simulate(self) -> list[Emission]:
        history: list[Emission] = []
        for emission in self._organisation.until(self._clock.at_us):
            if self._stopping.is_set():
                break
            if emission.at_us > self._known_until_us:
                history.append(emission)
        return history

    def _messages(self, history: Sequence[Emission]) -> Iterator[Message]:
        """The history at once, then what happens, when it does."""
        for emission in history:
            if self._stopping.is_set():
                return
            yield _message(emission)
        before = time.monotonic()
        while not self._stopping.wait(_TICK_SECONDS):
            now = time.monotonic()
            at_us = self._clock.advance(now - before, time.time_ns() // 1000)
            before = now
            yield from map(_message, self._organisation.until(at_us))

    def _load(
        self,
        ends: Mapping[Partition, LogEnds],
        total: int,
        check: Callable[[], None],
        began_seconds: float,
        connection: Connection,
    ) -> None:
        """Wait until the history is in, of which the logs held nothing yet when they ended so."""
        note(f"its history: {many(total, 'record')}")
        has_handover = False
        with progress("history", total) as report:
            while (stored := _stored(ends, connection)) < total:
                check()
                report(stored)
                if not has_handover and reports.counts(connection).handovers:
                    has_handover = True
                    note(f"the first handover was there after {_since(began_seconds)}")
                time.sleep(_TICK_SECONDS)
            report(total)
        note(f"all of it was in after {_since(began_seconds)}")

    def _tell_page(self, check: Callable[[], None]) -> None:
        """Say what to look at, when it is there."""
        while not self._page.is_up:
            check()
            time.sleep(_TICK_SECONDS)
        note("\n".join(self._hints[:-1]))

    def _read(self) -> Reading:
        """What the worker says of itself; nothing new while it is still starting."""
        with (
            suppress(OSError),
            urlopen(self._metrics_url, timeout=2) as page,  # noqa: S310 - our own worker, http
        ):
            self._reading = read(page.read().decode(), time.monotonic())
        return self._reading

    def _look(self, store: Store, connection: Connection) -> None:
        """Take the figures as of the present, which the database takes for now."""
        set_present(self.present, connection)
        shown = Period(local(self.present - HISTORY).date(), None)
        counts = reports.counts(connection)
        letters = store.dead_letters(DeadLetterFilter(limit=_MOST_LETTERS))
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
            waits={
                process: reports.handovers(process, shown, None, connection)
                for process in self._catalogue.processes
            },
            pending=reports.pending(None, connection),
            dead_letters=dict(Counter(letter.reason for letter in letters).most_common()),
            labels=_labels(self._catalogue.parties),
            titles=_labels(self._catalogue.processes),
        )


def _stored(since: Mapping[Partition, LogEnds], connection: Connection) -> int:
    """How many records were taken in since the logs ended so, by whichever worker."""
    standing = streams.positions({place.topic_id for place in since}, connection)
    return sum(
        max((standing[place].next_offset or 0) - ends.next_offset, 0)
        for place, ends in since.items()
        if place in standing
    )


def _message(emission: Emission) -> Message:
    return Message(emission.value, emission.key, emission.headers)


def _beside(step: Callable[[], T]) -> Future[T]:
    """Do something in a thread that does not outlive us, whatever it waits for."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(step())
        except Exception as error:  # noqa: BLE001 - it is raised where the outcome is asked for
            outcome.set_exception(error)

    Thread(target=run, daemon=True).start()
    return outcome


def _since(began_seconds: float) -> str:
    return f"{time.monotonic() - began_seconds:.1f} s"


@contextmanager
def _screen(console: Console) -> Iterator[Callable[[RenderableType], None]]:
    """The whole terminal, where there is one."""
    if not console.is_terminal:
        yield lambda _: None
        return
    with Live(console=console, screen=True, auto_refresh=False) as screen:
        yield lambda shown: screen.update(shown, refresh=True)


def _labels(parts: Mapping[str, Labelled]) -> dict[str, str]:
    return {name: part.label_or(name).en for name, part in parts.items()}


def hints(home: Path, *more: str) -> list[str]:
    """What to try in another terminal; ``more`` are further commands."""
    script = Path(sys.executable).with_name("procesmijn")
    program = "procesmijn" if shutil.which("procesmijn") else os.path.relpath(script)
    commands = (
        *more,
        "handovers onboarding",
        "flow onboarding --as bpmn --out onboarding.bpmn",
    )
    return [
        "In another terminal:",
        f"  export PROCESMIJN_HOME={home}",
        *(f"  {program} {command}" for command in commands),
    ]
