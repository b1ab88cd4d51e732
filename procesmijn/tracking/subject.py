"""A process whose cases are tracked: what a command and a page ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.errors import nearest
from procesmijn.core.backtest import Score, Trials, back_test
from procesmijn.core.compile import open_hours
from procesmijn.core.flow import instant
from procesmijn.core.forecasts import forecast
from procesmijn.core.marks import DAY_US
from procesmijn.core.past import Known, Log
from procesmijn.core.rules import ProcessRules, Rules
from procesmijn.core.tracking import track
from procesmijn.core.worktime import Calendar, working_us
from procesmijn.errors import ProcesmijnError, UsageError
from procesmijn.in_force import read_in_force
from procesmijn.store import tracking
from procesmijn.store.connection import Connection
from procesmijn.store.present import present
from procesmijn.store.terms import Terms
from procesmijn.tracking.told import Told, case_told
from schemas.instants import to_us

_USUAL_DAYS: Final = 28


class CaseRetired(ProcesmijnError):
    """The case has left the tables; ``procesmijn rebuild --from`` takes a retirement back."""


class NoSuchCase(UsageError):
    """No case of the process has that key, or none that had begun by then: look it up."""


class Running(NamedTuple):
    """A case that runs, and when it is expected to end: null where too few were like it."""

    case_key: str
    after: str
    """What was completed last in it."""
    since: datetime
    expected_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None
    cases: int
    """How many were like it."""
    alike: str | None
    """How alike: one of :data:`~procesmijn.core.past.VIEWS`."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A process as of a moment; make one by :meth:`of`."""

    process: str
    at_us: int
    catalogue: Catalogue
    rules: Rules
    """Those of the process alone."""
    own: ProcessRules
    hours: Calendar
    terms: Terms
    connection: Connection

    @classmethod
    def of(cls, process: str, terms: Terms, connection: Connection) -> Subject:
        """A declared process, as of the moment that the session speaks of."""
        catalogue, rules = read_in_force(terms, connection)
        rules = rules.only(terms.code(process))
        (own,) = (each for processes in rules.processes.values() for each in processes)
        return cls(
            process,
            to_us(present(connection)),
            catalogue,
            rules,
            own,
            open_hours(catalogue, catalogue.processes[process].calendar),
            terms,
            connection,
        )

    def worked_seconds(self, since: datetime, until: datetime) -> float:
        """Working time of the process between two instants."""
        bounds = np.array([to_us(since), to_us(until)])
        return int(working_us(self.hours, bounds[:1], bounds[1:])[0]) / 1e6

    @property
    def day_seconds(self) -> float:
        """Working time of a usual working day: the most frequent of some weeks before."""
        edges = self.at_us - DAY_US * np.arange(_USUAL_DAYS, -1, -1, dtype=np.int64)
        worked_us = working_us(self.hours, edges[:-1], edges[1:])
        days, times = np.unique(worked_us[worked_us > 0], return_counts=True)
        return float(days[times.argmax()]) / 1e6 if len(days) else DAY_US / 1e6

    def told(self, case_key: str) -> Told:
        """One case; raises :class:`NoSuchCase` with the nearest, or :class:`CaseRetired`."""
        found = tracking.find(self.process, case_key, self.connection)
        if found is not None and found.retirement is not None:
            raise CaseRetired(
                f"case '{case_key}' of {self.process} is retired, and no longer in the tables:"
                f" procesmijn retire --list shows retirement {found.retirement}, rebuild --from"
                " takes it back"
            )
        if found is None or not found.has_begun:
            raise self._no_such_case(case_key)
        (events,) = tracking.events_of([found.object_key], self.terms, self.connection)
        tracked = track(events, self.rules, self.at_us)
        if tracked is None:
            raise self._no_such_case(case_key)
        ids, known = self._known(found.object_key)
        steps = [step for step in known.running.tolist() if ids[known.log.case[step]] == case_key]
        return case_told(
            self.process,
            case_key,
            tracked,
            known,
            steps[0] if steps else None,
            tracking.promises(self.process, case_key, self.connection),
            self.catalogue,
            self.rules,
        )

    def running(self) -> list[Running]:
        """All that run: what is expected first comes first, what is not forecast last."""
        return sorted(self._running(), key=_by_expected)

    def trials(self) -> Trials:
        """Forecasts of the past, made again."""
        log = Log.of(tracking.begun(self.process, self.connection), self.hours)
        return back_test(log, self.at_us, self.own.end_activities)

    def scores(self, trials: Trials) -> list[tuple[str, Score]]:
        """How good they were by what had been done last, most forecasts first."""
        scores = [
            (self.terms.names[activity], score)
            for activity in trials.activities
            if (score := trials.score(activity)) is not None
        ]
        return sorted(scores, key=lambda each: (-each[1].forecasts, each[0]))

    def _running(self) -> Iterator[Running]:
        ids, known = self._known()
        for step in known.running.tolist():
            told = forecast(known, step)
            yield Running(
                ids[known.log.case[step]],
                self.terms.names[int(known.log.activity[step])],
                instant(int(known.log.completed_us[step])),
                instant(told.expected_us) if told else None,
                instant(told.earliest_us) if told else None,
                instant(told.latest_us) if told else None,
                told.cases if told else 0,
                told.view if told else None,
            )

    def _known(self, object_key: int = 0) -> tuple[list[str], Known]:
        there = tracking.cases(self.process, self.connection, object_key)
        log = Log.of(there.traces, self.hours)
        return there.ids, Known.of(log, self.at_us, self.own.end_activities)

    def _no_such_case(self, case_key: str) -> NoSuchCase:
        near = tracking.near(self.process, case_key, self.connection)
        hint = nearest(case_key, near) if near else f"procesmijn cases {self.process} lists them"
        return NoSuchCase(f"there is no case '{case_key}' of {self.process}; {hint}")


def _by_expected(case: Running) -> tuple[bool, datetime, str]:
    return case.expected_at is None, case.expected_at or case.since, case.case_key
