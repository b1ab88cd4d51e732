"""Did it help? Cases before something changed beside those since, measure by measure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.core.comparison import Verdict
from procesmijn.documents.comparing import Difference, differences
from procesmijn.documents.words import Language
from procesmijn.store import agreements, comparisons
from procesmijn.store.agreements import AgreementRow
from procesmijn.store.comparisons import ALWAYS, Split
from procesmijn.store.filters import EVERY_CASE, Period
from procesmijn.store.trends import By, Measure
from procesmijn.web.asking import Asking
from procesmijn.web.compared import Cells, Figures, cells, drawn, effect, figures, label
from procesmijn.web.exports import Records
from procesmijn.web.filter_bar import Choice
from procesmijn.web.forest import Forest
from procesmijn.web.frame import Frame, frame
from procesmijn.web.records import tabled

_TRENDS: Final = {
    "delivery time": Measure.DELIVERY,
    "in time": Measure.MET,
    "first time right": Measure.RIGHT,
    "rating": Measure.RATING,
    "cycle time": Measure.CYCLE,
}
_HALF_YEAR: Final = "26w"


class Row(NamedTuple):
    """A measure."""

    label: str
    url: str | None
    """Its trend."""
    cells: Cells
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """Context of ``compare.html``."""

    frame: Frame
    lead: Markup
    basis: Markup
    processes: tuple[Choice, ...]
    since: tuple[Choice, ...]
    """What is held beside what."""
    rate: int
    at_date: str
    before: str
    after: str
    rows: tuple[Row, ...]
    forest: Forest | None
    improved_url: str
    csv_url: str


class Meant(NamedTuple):
    """Which cases are held beside which."""

    split: Split
    day: date
    changed: AgreementRow | None
    """The version of an agreement whose terms began to hold that day."""


def compare(asking: Asking) -> Compare:
    """Answer it: since the terms of an agreement changed, since a date, or this period."""
    here, say = asking.here, asking.say
    versions = _changes(asking)
    meant = _meant(versions, asking)
    found = _found(meant, asking)
    day = say.date(meant.day)
    is_period = meant.split.within is not ALWAYS
    return Compare(
        frame=frame(
            asking, say.text("nav.compare"), "compare", *(("period",) if is_period else ())
        ),
        lead=_lead(found, meant, asking),
        basis=say.text(
            "compare.basis_agreement" if meant.split.agreement else "compare.basis",
            agreement=meant.split.agreement or "",
        ),
        processes=tuple(
            Choice(
                name_label,
                _url(name, versions, asking),
                name == meant.split.process,
            )
            for name, name_label in asking.names.processes.items()
        ),
        since=tuple(_since(meant, versions, asking)),
        rate=here.rate,
        at_date=here.at_date.isoformat() if here.at_date else "",
        before=say.text("compare.before_period" if is_period else "compare.before", day=day),
        after=say.text("compare.after_period" if is_period else "compare.after", day=day),
        rows=tuple(_row(each, meant, asking) for each in found),
        forest=drawn(
            [
                effect(label(one.measure, asking), one.measure, one.compared, asking)
                for one in found
            ],
            asking,
        ),
        improved_url=here.kept().at("/improved", process=()),
        csv_url=here.at("/compare.csv"),
    )


def records(asking: Asking) -> Records:
    """The same measures."""
    return tabled(Figures, figures_of(asking))


def figures_of(asking: Asking) -> list[Figures]:
    """The same measures."""
    found = _found(_meant(_changes(asking), asking), asking)
    return [
        figures(each.measure, each.compared, each.sentence_nl, each.sentence_en, asking)
        for each in found
    ]


def _changes(asking: Asking) -> list[AgreementRow]:
    """Versions that replaced another one, the latest first; each agreement once."""
    listed = agreements.listed(None, Period(), asking.connection)
    changed = [
        each
        for each in listed
        if each.version > 1 and each.valid_from is not None and each.valid_from <= asking.today
    ]
    changed.sort(key=lambda each: (each.valid_from or asking.today, each.agreement), reverse=True)
    return list({each.agreement: each for each in reversed(changed)}.values())[::-1]


def _meant(versions: list[AgreementRow], asking: Asking) -> Meant:
    """What the address says; of an address that says nothing the latest change there was."""
    here, today = asking.here, asking.today
    changed = next((each for each in versions if each.agreement in here.agreement), None)
    if not here.process and not here.agreement and here.at_date is None and versions:
        changed = versions[0]
    if here.process:
        process = here.process[0]
    elif changed is not None:
        process = changed.process
    else:
        process = next(iter(asking.names.processes), "")
    if changed is not None and changed.process != process:
        changed = None
    day = here.at_date or (changed and changed.valid_from)
    if day is not None:
        agreement, supplier = (changed.agreement, changed.supplier) if changed else (None, None)
        split = Split(process, day, EVERY_CASE, ALWAYS, agreement, supplier)
        return Meant(split, day, changed if here.at_date is None else None)
    period = asking.period
    until = period.until or today + timedelta(days=1)
    since = period.since or until - timedelta(weeks=13)
    within = Period(since - (until - since), until)
    return Meant(Split(process, since, EVERY_CASE, within), since, None)


def _found(meant: Meant, asking: Asking) -> list[Difference]:
    groups = comparisons.groups(meant.split, asking.connection)
    rate = float(asking.here.rate) if asking.here.rate else None
    return differences(groups.values, groups.cases_open, groups.deliveries_open, rate)


def _url(process: str, versions: list[AgreementRow], asking: Asking) -> str:
    """Of a process since its last change, where there was one."""
    changed = next((each for each in versions if each.process == process), None)
    agreement = () if changed is None else (changed.agreement,)
    return asking.here.at(asking.path, process=(process,), agreement=agreement, at_date=None)


def _since(meant: Meant, versions: list[AgreementRow], asking: Asking) -> list[Choice]:
    here, say = asking.here, asking.say
    process = meant.split.process
    choices = [
        Choice(
            say.text(
                "compare.since_agreement",
                agreement=each.agreement,
                day=say.date(each.valid_from or meant.day),
            ),
            here.at(asking.path, process=(process,), agreement=(each.agreement,), at_date=None),
            meant.changed is each,
        )
        for each in versions
        if each.process == process
    ]
    period = here.at(asking.path, process=(process,), agreement=(), at_date=None)
    is_period = meant.split.within is not ALWAYS
    choices.append(Choice(say.text("compare.since_period"), period, is_period))
    return choices


def _lead(found: list[Difference], meant: Meant, asking: Asking) -> Markup:
    say = asking.say
    if not found:
        return say.text("compare.nothing")
    moved = [each for each in found if each.compared.verdict in (Verdict.BETTER, Verdict.WORSE)]
    better = sum(each.compared.verdict is Verdict.BETTER for each in moved)
    if not moved:
        key = "unclear"
    elif better == len(moved):
        key = "better_since"
    else:
        key = "mixed_since" if better else "worse_since"
    head = say.text(
        f"compare.{key}",
        process=asking.names.process(meant.split.process),
        since=_since_words(meant, asking),
    )
    if not moved:
        return head
    most = max(moved, key=lambda each: abs(each.compared.effect or 0.0))
    return Markup(" ").join([head, Markup.escape(_sentence(most, asking))])


def _since_words(meant: Meant, asking: Asking) -> Markup:
    say, day = asking.say, asking.say.date(meant.day)
    if meant.changed is None:
        return Markup.escape(day)
    return say.text("compare.when_changed", agreement=meant.changed.agreement, day=day)


def _sentence(found: Difference, asking: Asking) -> str:
    is_english = asking.say.language is Language.EN
    return found.sentence_en if is_english else found.sentence_nl


def _row(found: Difference, meant: Meant, asking: Asking) -> Row:
    return Row(
        label(found.measure, asking),
        _trend(found.measure, meant, asking),
        cells(found.measure, found.compared, asking),
        _sentence(found, asking),
    )


def _trend(measure: str, meant: Meant, asking: Asking) -> str | None:
    """Where its course is drawn, on both sides of the day."""
    followed = _TRENDS.get(measure)
    if followed is None:
        return None
    chosen: dict[str, object] = {"process": (meant.split.process,)}
    if meant.split.agreement and followed in (Measure.DELIVERY, Measure.MET, Measure.RIGHT):
        chosen = {"agreement": (meant.split.agreement,), "by": By.AGREEMENT}
    weeks = max((asking.today - meant.day).days * 2 // 7, 1)
    period = _HALF_YEAR if weeks <= 26 else f"{min(weeks, 999)}w"
    return type(asking.here)(as_of=asking.here.as_of).at(
        "/trends", measure=followed.value, period=period, limits="yes", **chosen
    )
