"""Between the plain values of the reference for deliveries and the codes of the core."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import numpy as np

from procesmijn.catalogue.agreements import Moment
from procesmijn.core.due import BeforeDayOfMonth, Rule, WorkingDays, WorkingHours
from procesmijn.core.frames import NO_INSTANT, OPEN, RIGHT, STOOD, STRETCH, WRONG, Facts, Rows
from procesmijn.core.mine import mine
from procesmijn.core.rules import AgreementRules, CodeMap, VersionRules
from procesmijn.core.worktime import Calendar, build_calendar, working_us
from tests import frames, reference_deliveries
from tests.frames import Packed, Terms
from tests.reference import Event, Process, Rules
from tests.reference_agreements import Agreement, Hours, Lead, Stood

_EPOCH: Final = date(1970, 1, 1)
_EVER: Final = np.iinfo(np.int64)
_STANDING: Final = ("", "open", "delivered", "accepted", "cancelled")
_OUTCOMES: Final = (None, "followed", "not-followed", "approved", "rejected")
_RIGHT: Final = {RIGHT: True, WRONG: False}


class Mined:
    """Deliveries as the core finds them, to be looked at as of any moment."""

    def __init__(
        self, entries: Iterable[Event], process: Process, agreements: Sequence[Agreement]
    ) -> None:
        entries = list(entries)
        self._agreements = {each.name: each for each in agreements}
        terms = Terms()
        frames.pack(entries, terms)
        frames.compile_rules(Rules([process]), terms)
        for agreement in agreements:
            compiled(agreement, terms)
        self._terms = terms = Terms(sorted(filter(None, terms.names)))
        self.packed: Packed = frames.pack(entries, terms)
        rules = frames.compile_rules(Rules([process]), terms)
        object_type = terms.code(process.object_type)
        (plain,) = rules.processes[object_type]
        promising = replace(plain, agreements=tuple(compiled(each, terms) for each in agreements))
        self.rules = replace(rules, processes={object_type: (promising,)})
        self.facts: Facts = mine(self.packed.events, self.rules)

    def as_of(self, as_of_us: int) -> list[Stood]:
        """How they stood, by the rows that hold then."""
        rows = unfolded(self.facts)
        held = rows[(rows["since_us"] <= as_of_us) & (rows["until_us"] > as_of_us)]
        stood = [self._stood(row, as_of_us) for row in held]
        return sorted(stood, key=lambda each: (each.object, each.agreement, each.opened))

    def _stood(self, row: Any, as_of_us: int) -> Stood:
        terms = self._terms
        agreement = self._agreements[terms.text(row["agreement"])]
        standing = _STANDING[row["standing"]]
        is_asked = row["requested_us"] != NO_INSTANT
        right = _RIGHT.get(int(row["right_first"]))
        if right is None and as_of_us > row["returnable_us"]:
            right = True
        values: dict[str, Any] = {
            "object": self.packed.objects[int(row["object"])],
            "agreement": agreement.name,
            "opened": int(row["opened_hi"]) << 64 | int(row["opened_lo"]),
            "request": terms.names[int(row["request"])],
            "requested_by": terms.names[int(row["requested_by"])],
            "standing": standing,
            "is_paused": bool(row["is_paused"]),
            "supplier_us": _clock(row, agreement, as_of_us) if is_asked else None,
            "is_first_time_right": right,
            "is_breached": _is_breached(row, as_of_us) if is_asked else None,
            "outcome": _OUTCOMES[row["outcome"]],
        }
        values |= {f"{name}_us": _instant(row[f"{name}_us"]) for name in _INSTANTS}
        for name in ("requested", "due", "delivered"):
            values[f"{name}_on"] = _date(row[f"{name}_on"], row[f"{name}_us"])
        for name in ("version", "returns", "late_returns", "pauses"):
            values[name] = int(row[name])
        return Stood(**values)


def unfolded(facts: Facts) -> Rows:
    """A row for each stretch of time in which a delivery stood in one way."""
    stood = []
    for delivery, course in zip(facts.deliveries, facts.courses, strict=True):
        past = np.frombuffer(course, dtype=STRETCH)
        rows = np.empty(len(past) + 1, dtype=STOOD)
        for name in STOOD.names or ():
            if name != "until_us":
                rows[name] = delivery[name]
        for name in STRETCH.names or ():
            rows[name][:-1] = past[name]
        rows["cancelled_us"][:-1] = NO_INSTANT
        rows["until_us"] = np.append(rows["since_us"][1:], NO_INSTANT)
        stood.append(rows)
    return np.concatenate([np.empty(0, dtype=STOOD), *stood])


_INSTANTS: Final = (
    *("requested", "promised", "due", "first_delivered", "delivered", "accepted"),
    *("returned", "cancelled", "returnable"),
)


def _is_breached(row: Any, as_of_us: int) -> bool | None:
    if _STANDING[row["standing"]] in ("delivered", "accepted"):
        return bool(row["delivered_us"] > row["due_us"])
    return bool(min(row["cancelled_us"], as_of_us) > row["due_us"]) or None


def _clock(row: Any, agreement: Agreement, as_of_us: int) -> int:
    if row["standing"] != OPEN or row["is_paused"]:
        return int(row["supplier_us"])
    running = working_us(
        table(agreement.supplier_hours), row[["since_us"]]["since_us"][None], np.array([as_of_us])
    )
    return int(row["supplier_us"] + running[0])


def _instant(instant_us: Any) -> int | None:
    return None if instant_us == NO_INSTANT else int(instant_us)


def _date(day: Any, instant_us: Any) -> date | None:
    return None if instant_us == NO_INSTANT else date.fromordinal(_EPOCH.toordinal() + int(day))


def table(hours: Hours, known_on: date | None = None) -> Calendar:
    """A calendar as the core takes it."""
    closed = frozenset(
        day for day, since in hours.closed.items() if known_on is None or since <= known_on
    )
    return _TABLES.setdefault(
        (repr(hours.week), hours.zone, closed), build_calendar(hours.week, hours.zone, closed)
    )


_TABLES: Final[dict[tuple[str, str, frozenset[date]], Calendar]] = {}


def compiled(agreement: Agreement, terms: Terms) -> AgreementRules:
    """An agreement in codes, as the catalogue's are."""
    moments: dict[int, int] = {}
    for bit, moment in enumerate(Moment):
        for activity in agreement.moments[moment]:
            code = terms.code(activity)
            moments[code] = moments.get(code, 0) | 1 << bit
    hours = agreement.supplier_hours
    return AgreementRules(
        agreement=terms.code(agreement.name),
        deliverable=terms.code(agreement.deliverable),
        supplier=terms.code(agreement.supplier),
        customer=terms.code(agreement.customer),
        moments=CodeMap.of(moments),
        requested_by=np.array(sorted(map(terms.code, agreement.requested_by)), dtype=np.int32),
        rejected=np.array(sorted(map(terms.code, agreement.rejected)), dtype=np.int32),
        versions=tuple(
            VersionRules(
                from_day=_day(each.since),
                until_day=_day(each.until),
                lead=_rule(each.lead),
                window=_rule(each.window) if each.window else None,
            )
            for each in agreement.versions
        ),
        promised_by=tuple(
            (_day(day), table(hours, day)) for day in sorted({date.min, *hours.closed.values()})
        ),
        supplier_hours=table(hours),
        customer_hours=table(agreement.customer_hours),
    )


def _day(day: date) -> int:
    if day in (date.min, date.max):
        return int(_EVER.min if day == date.min else _EVER.max)
    return (day - _EPOCH).days


def _rule(lead: Lead) -> Rule:
    rules: dict[str, Callable[[int], Rule]] = {
        "hours": WorkingHours,
        "days": WorkingDays,
        "before": BeforeDayOfMonth,
    }
    return rules[lead.unit](lead.amount)


def stood(
    entries: Iterable[Event],
    process: Process,
    agreements: Sequence[Agreement],
    as_of_us: int,
) -> list[Stood]:
    """Deliveries as of a moment, by the core; and see that the reference says the same."""
    entries = list(entries)
    found = Mined(entries, process, agreements).as_of(as_of_us)
    assert found == reference_deliveries.deliveries(entries, process, agreements, as_of_us)
    return found
