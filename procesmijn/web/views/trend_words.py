"""What is said of a trend: its lines, its values, its weeks and months, and what is usual."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core.control import Signal
from procesmijn.store.figures import Clock
from procesmijn.store.trends import KINDS, By, Each, Measure, Point, Question, Series, dimensions
from procesmijn.web.address import TREND_MEASURES
from procesmijn.web.asking import Asking
from procesmijn.web.directory import Tag
from procesmijn.web.say import NOTHING

_DAY: Final = 86_400.0


class Name(NamedTuple):
    """What a line is of: one thing, or two parties."""

    label: str
    pair: tuple[Tag, Tag] | None

    @property
    def words(self) -> str:
        """Either as text."""
        return self.label if self.pair is None else " → ".join(tag.label for tag in self.pair)


@dataclass(frozen=True, slots=True)
class Telling:
    """How a question is answered in words."""

    question: Question
    asking: Asking

    @classmethod
    def of(cls, asking: Asking) -> Telling:
        """What is asked; a measure that cannot be told by what is asked for is told by process."""
        here = asking.here
        measure = Measure(here.measure) if here.measure in TREND_MEASURES else Measure.MEDIAN
        by = here.by if here.by in dimensions(measure) else By.PROCESS
        question = Question(measure, by, here.each, here.clock, here.chosen, asking.period)
        return cls(question, asking)

    @property
    def unit(self) -> str:
        """Whatever the clock: ``seconds``, ``share``, ``ratio``, ``points`` or ``count``."""
        return KINDS[self.question.measure].unit

    @property
    def is_time(self) -> bool:
        """Whether it is a stretch of time."""
        return self.unit == "seconds"

    def is_told(self, point: Point) -> bool:
        """Whether it is of enough cases."""
        return point.cases >= self.asking.k

    def last(self, series: Series) -> Point | None:
        """The last that has passed and may be told."""
        passed = [each for each in series.points if not each.is_running and self.is_told(each)]
        return passed[-1] if passed else None

    def day(self, series: Series) -> float:
        """Seconds of a day: of whoever waits, or delivers; an office's where that is not one."""
        if self.question.measure is Measure.CYCLE:
            return _DAY
        is_delivery = self.question.measure is Measure.DELIVERY
        return self.asking.day((series.supplier if is_delivery else series.customer) or "")

    def said(self, value: float, day: float) -> Markup | str:
        """A value; times in days of so many seconds."""
        say = self.asking.say
        match self.unit:
            case "seconds":
                is_cycle = self.question.measure is Measure.CYCLE
                return say.short(value, day, Clock.ELAPSED if is_cycle else self.question.clock)
            case "share":
                return say.share(value)
            case "ratio":
                return say.tenth(value * 100)
            case "points":
                return say.tenth(value)
            case _:
                return say.number(value)

    def on_axis(self, value: float, step: float) -> str:
        """A value of an axis, whose steps say how exact it is; times are days already."""
        say = self.asking.say
        if self.unit == "share":
            return say.share(value)
        times = 100 if self.unit == "ratio" else 1
        return say.stepped(value * times, step * times)

    def when(self, since: date) -> Markup:
        """A week or a month in a sentence."""
        say = self.asking.say
        if self.question.each is Each.MONTH:
            return Markup(say.month_year(since))  # noqa: S704 - a date
        return say.text("trend.week", day=say.day_month(since))

    def dated(self, since: date) -> str:
        """The same on an axis."""
        say = self.asking.say
        is_week = self.question.each is Each.WEEK
        return say.day_month(since) if is_week else say.short_month(since)

    def name(self, series: Series) -> Name:
        """What a line is of."""
        names = self.asking.names
        if series.agreement is not None:
            return Name(series.agreement, None)
        if series.supplier is not None and series.customer is not None:
            return Name("", (names.party(series.supplier), names.party(series.customer)))
        if series.process is not None:
            return Name(names.process(series.process), None)
        return Name(names.party(series.supplier or series.customer or "").label, None)

    def url(self, series: Series) -> str:
        """The same of this line alone."""
        named = (
            ("agreement",) if series.agreement is not None else ("process", "supplier", "customer")
        )
        chosen = {name: (value,) for name in named if (value := getattr(series, name)) is not None}
        return self.asking.here.at(self.asking.path, rows=0, **chosen)

    def signal(self, signal: Signal | None) -> Markup | None:
        """Why a value is not usual; None of one that is."""
        if signal is None:
            return None
        return self.asking.say.text(f"trend.signal_{signal.name.lower()}")

    def usual(self, series: Series) -> Markup | str:
        """Between which bounds values usually lie."""
        if series.usual is None:
            return NOTHING
        day = self.day(series)
        low, high = (self.said(each, day) for each in (series.usual.low, series.usual.high))
        return self.asking.say.text("trend.between", low=low, high=high)

    def changed(self, series: Series, point: Point) -> str:
        """Whose terms changed in that week or month."""
        end = self.question.each.after(point.since)
        return ", ".join(
            f"{each.agreement} v{each.version}"
            for each in series.changes
            if point.since <= each.on < end
        )

    def listed(self, told: Iterable[Series]) -> list[tuple[Series, Point]]:
        """Every value that may be told, the last first, of one time in the order of the lines."""
        listed = [(each, point) for each in told for point in each.points if self.is_told(point)]
        return sorted(listed, key=lambda pair: pair[1].since, reverse=True)
