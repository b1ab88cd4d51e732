"""What was promised, and what came of it: every delivery under an agreement, as it stood over time.

A delivery is a row for each stretch of time in which it stood in one way. So what was known as of a
moment is the row that holds then, and nothing has to be worked out anew for it: the due moment that
held, the supplier's clock, how often it had been returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from procesmijn.catalogue.agreements import Moment
from procesmijn.core.assign import CaseEvents, Cases
from procesmijn.core.courses import NO_VERSION, Courses, Followed, Said
from procesmijn.core.frames import (
    ACCEPTED,
    APPROVED,
    DELIVERED,
    DELIVERY_KEY,
    NO_INSTANT,
    NO_OUTCOME,
    NO_TERM,
    REJECTED,
    RIGHT,
    STOOD,
    UNDECIDED,
    WRONG,
    Int32s,
    Int64s,
    Rows,
)
from procesmijn.core.instances import Instances
from procesmijn.core.lone import follow_lone
from procesmijn.core.order import is_first, order_by
from procesmijn.core.promises import (
    Promised,
    Steps,
    due_moments,
    return_windows,
    supplier_clock,
)
from procesmijn.core.rules import AgreementRules

NO_DELIVERIES: Final = np.empty(0, dtype=STOOD)
_MOMENTS: Final = np.arange(len(Moment))
_REQUESTED: Final = list(Moment).index(Moment.REQUESTED)
SAID: Final = np.dtype(
    [
        ("case", "<i8"),
        ("deliverable", "<i8"),
        ("place", "<i8"),  # among all that was completed
        ("agreement", "<i8"),  # which of those that are kept in any of the cases
        ("moment", "<i8"),
        ("at_us", "<i8"),
        ("request", "<i8"),
        ("version", "<i8"),
        ("row", "<i8"),  # of the activity instances
        ("is_last", "?"),  # of the agreements that hear it
        ("is_refusal", "?"),
    ]
)


def find_deliveries(cases: Cases, case_events: CaseEvents, instances: Instances) -> Rows:
    """:data:`~procesmijn.core.frames.STOOD` rows, by delivery and in order.

    Only what completes says anything of a delivery, when it completes and in order of completion.
    """
    agreements = [
        (kind, agreement)
        for kind, process in enumerate(cases.rules)
        for agreement in process.agreements
    ]
    if not agreements:
        return NO_DELIVERIES
    said = _said(cases, case_events, instances, agreements)
    if not len(said):
        return NO_DELIVERIES
    promising = [agreement for _, agreement in agreements]
    return _rows(_follow(said), promising, _Mined(cases, case_events, instances))


def _said(
    cases: Cases,
    case_events: CaseEvents,
    instances: Instances,
    agreements: Sequence[tuple[int, AgreementRules]],
) -> Rows:
    """What completed instances say of deliveries: by case, deliverable, and in order."""
    done = instances.completed
    kind, activity = cases.kind[instances.case[done]], instances.activity[done]
    there = np.unique(activity)
    found = [np.empty(0, dtype=SAID)]
    for number, (of_kind, rules) in enumerate(agreements):
        if not rules.moments.find(there).any():
            continue
        moments = rules.moments.find(activity)
        places = np.flatnonzero((moments > 0) & (kind == of_kind))
        events = instances.event[done[places]]
        named = case_events.events["deliverable"].take(events)
        is_meant = (named == NO_TERM) | (named == rules.deliverable)
        places, events = places[is_meant], events[is_meant]
        on = cases.local_day(instances.case[done[places]], instances.completion_us[done[places]])
        heard, moment = np.nonzero(moments[places, None] >> _MOMENTS & 1)
        if len(rules.requested_by):
            may_ask = np.isin(instances.party[done[places]], rules.requested_by)
            counts = may_ask[heard] | (moment != _REQUESTED)
            heard, moment = heard[counts], moment[counts]
        rows = np.empty(len(heard), dtype=SAID)
        rows["deliverable"], rows["agreement"] = rules.deliverable, number
        rows["moment"] = moment
        rows["place"], rows["row"] = places[heard], done[places[heard]]
        rows["request"] = case_events.events["request"].take(events)[heard]
        rows["version"] = _versions(on, rules)[heard]
        rows["is_refusal"] = False
        if len(rules.rejected):
            rows["is_refusal"] = np.isin(activity[places], rules.rejected)[heard]
        found.append(rows)
    said = np.concatenate(found)
    said["case"] = instances.case[said["row"]]
    said["at_us"] = instances.completion_us[said["row"]]
    of_moment = ("case", "deliverable", "place", "moment")
    said = said.take(order_by(*(said[column] for column in (*of_moment, "agreement"))))
    said["is_last"] = np.roll(is_first(*(said[column] for column in of_moment)), -1)
    return said


def _versions(on: Int32s, rules: AgreementRules) -> Int64s:
    """Which version holds on each local date; ``NO_VERSION`` between versions."""
    since = np.array([version.from_day for version in rules.versions])
    until = np.array([version.until_day for version in rules.versions])
    at = np.searchsorted(since, on, side="right") - 1
    return np.where((at >= 0) & (on < until[at]), at, NO_VERSION)


def _follow(said: Rows) -> Followed:
    """Follow each deliverable in each case."""
    lone, is_followed = follow_lone(said)
    if is_followed.all():
        return lone
    others = follow_one_by_one(said[~is_followed])
    others.steps["delivery"] += len(lone.agreement)
    return Followed(*map(np.concatenate, zip(lone, others, strict=True)))


def follow_one_by_one(said: Rows) -> Followed:
    courses = Courses()
    columns = (said[member].tolist() for member in Said._fields)
    events = list(map(Said._make, zip(*columns, strict=True)))
    begins = np.flatnonzero(is_first(said["case"], said["deliverable"])).tolist()
    for first, end in pairwise([*begins, len(events)]):
        courses.follow(events[first:end])
    return courses.followed()


class _Mined(NamedTuple):
    """Where deliveries are found."""

    cases: Cases
    case_events: CaseEvents
    instances: Instances


def _rows(followed: Followed, agreements: Sequence[AgreementRules], mined: _Mined) -> Rows:
    """All that there is to say of deliveries."""
    of, opened, request, version, requested_us, told = followed
    if not len(told):
        return NO_DELIVERIES
    steps = _steps(told)
    case_of = mined.instances.case[opened]
    promised = Promised(
        agreements=agreements,
        agreement=of,
        version=version,
        requested_us=requested_us,
        requested_on=mined.cases.local_day(case_of, requested_us).astype(np.int64),
    )
    due = due_moments(promised, steps)
    returnable_us = return_windows(promised, steps)
    right = _right_first(told, steps, returnable_us)

    own = steps.delivery
    case, agreement = case_of[own], of[own]
    rows = np.empty(len(own), dtype=STOOD)
    rows["object"] = mined.cases.objects[case]
    rows["process"] = mined.cases.process[case]
    for column in ("agreement", "deliverable", "supplier", "customer"):
        rows[column] = np.array([getattr(each, column) for each in agreements])[agreement]
    by = np.where(promised.is_asked, mined.instances.party[opened], NO_TERM)
    rows["requested_by"] = by[own]
    rows["opened_hi"] = mined.instances.key_hi[opened[own]]
    rows["opened_lo"] = mined.instances.key_lo[opened[own]]
    rows["since_us"], rows["until_us"] = steps.since_us, steps.until_us
    rows["request"] = request[own]
    rows["version"] = version[own] + 1
    rows["standing"], rows["is_paused"] = steps.standing, due.is_paused
    rows["requested_us"] = requested_us[own]
    rows["promised_us"], rows["due_us"] = due.promised_us[own], due.due_us
    for column in ("first_delivered", "delivered", "accepted", "returned", "cancelled"):
        rows[f"{column}_us"] = told[f"{column}_us"]
    rows["returnable_us"] = returnable_us
    for column in ("requested", "due", "delivered"):
        rows[f"{column}_on"] = mined.cases.local_day(case, rows[f"{column}_us"])
    rows["supplier_us"] = supplier_clock(promised, steps, due.is_paused)
    rows["returns"] = _so_far(told["is_return"], steps)
    rows["late_returns"] = _so_far(told["is_return"] & (right == RIGHT), steps)
    rows["pauses"] = due.pauses
    rows["right_first"] = right
    rows["outcome"] = _outcomes(told, mined)
    refuses = np.array([len(each.rejected) > 0 for each in agreements])
    if refuses.any():
        rows["outcome"] = np.where(refuses[agreement], _answers(told), rows["outcome"])
    lasting = np.flatnonzero(steps.until_us > steps.since_us)
    in_order = order_by(*(rows[column].take(lasting) for column in (*DELIVERY_KEY, "since_us")))
    return rows.take(lasting[in_order])


def _steps(told: Rows) -> Steps:
    until_us = np.full(len(told), NO_INSTANT)
    follows = np.flatnonzero(told["delivery"][1:] == told["delivery"][:-1])
    until_us[follows] = told["at_us"][follows + 1]
    return Steps(
        delivery=told["delivery"].copy(),
        since_us=told["at_us"].copy(),
        until_us=until_us,
        standing=told["standing"].copy(),
        is_held=told["is_held"].copy(),
        delivered_us=told["delivered_us"].copy(),
    )


def _right_first(told: Rows, steps: Steps, returnable_us: Int64s) -> Int64s:
    """Whether it was right the first time, as far as is known by each step.

    It is decided once: by the end of the window in which it could be returned, by its acceptance,
    or by its return. That the window has passed since the last step, nobody can tell from events.
    """
    decided = np.select(
        [steps.standing == ACCEPTED, told["is_return"]], [RIGHT, WRONG], default=UNDECIDED
    )
    passed = np.zeros(len(decided), dtype=np.bool_)
    passed[1:] = (
        ~steps.begins[1:]
        & (steps.standing[:-1] == DELIVERED)
        & (returnable_us[:-1] < steps.since_us[1:])
    )
    decided[passed] = RIGHT
    deciding = np.flatnonzero(decided)
    deciding = deciding[is_first(steps.delivery[deciding])]
    right = np.full(len(decided), UNDECIDED)
    at = np.searchsorted(deciding, np.arange(len(decided)), side="right") - 1
    is_known = at >= 0
    first = deciding[at[is_known]]
    is_own = steps.delivery[first] == steps.delivery[is_known]
    right[is_known] = np.where(is_own, decided[first], UNDECIDED)
    return right


def _so_far(flags: Int64s, steps: Steps) -> Int64s:
    """How many steps of the delivery have the flag, each step included."""
    total = np.cumsum(flags)
    first = np.maximum.accumulate(np.where(steps.begins, np.arange(len(total)), 0))
    so_far: Int64s = total - total[first] + flags[first]
    return so_far


def _outcomes(told: Rows, mined: _Mined) -> Int64s:
    """What became of it, as its acceptance says."""
    outcome = np.full(len(told), NO_OUTCOME)
    there = np.flatnonzero(told["accepted_by"] >= 0)
    events = mined.instances.event[told["accepted_by"][there]]
    outcome[there] = mined.case_events.events["outcome"].take(events)
    return outcome


def _answers(told: Rows) -> Int64s:
    """What was answered by the last delivery, while that stands."""
    is_there = np.isin(told["standing"], (DELIVERED, ACCEPTED))
    answer: Int64s = np.select(
        [told["is_refused"], is_there], [REJECTED, APPROVED], default=NO_OUTCOME
    )
    return answer
