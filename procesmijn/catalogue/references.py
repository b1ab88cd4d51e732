"""Whether the names in a catalogue lead anywhere: parties, calendars, activities, event types.

It reads the entries of the file, not the models, so that one wrong value does not hide the others.
What a single part can say of itself is checked by its model.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from procesmijn.catalogue.agreements import Moment
from procesmijn.catalogue.alerts import RISING, ROLES
from procesmijn.catalogue.calendars import BUILT_IN
from procesmijn.catalogue.errors import nearest
from procesmijn.catalogue.process_rules import ACTIVITIES
from procesmijn.catalogue.source import Entry

EventTypes: TypeAlias = Mapping[str, Collection[str]]
"""Known event types, and the types of the objects that each is about; a generic step says none."""
Mistakes: TypeAlias = Iterator[tuple[Entry, str]]
"""Where something is wrong, and what."""


def broken_references(root: Entry, event_types: EventTypes) -> Mistakes:
    """Find every name that leads nowhere, and what leads round in a circle."""
    parties = dict(root.items("parties"))
    calendars = {*BUILT_IN, *dict(root.items("calendars"))}
    for party in parties.values():
        yield from _unknown(party.texts("parent"), parties, "party")
        yield from _unknown(party.texts("calendar"), calendars, "calendar")
    yield from _circles(parties)
    for section in ("performers", "teams"):
        for _, member in root.items(section):
            memberships = member.value if isinstance(member.value, list) else [member]
            for membership in memberships:
                named = membership.texts("party") or membership.texts()
                yield from _unknown(named, parties, "party")
    for _, process in root.items("processes"):
        yield from _unknown(process.texts("calendar"), calendars, "calendar")
        for _, rule in process.items("rules"):
            yield from _unknown(rule.texts("calendar"), calendars, "calendar")
        yield from _of_process(process, parties, event_types)
    yield from _of_promises(root)
    for _, cadence in root.items("cadences"):
        for key in ("supplier", "customers"):
            yield from _not_taking_part(cadence.texts(key), parties)
    yield from _of_alerts(root, calendars)


def _of_alerts(root: Entry, calendars: Collection[str]) -> Mistakes:
    """Alerts, the channels that they go to, and summaries by party."""
    parties, channels = dict(root.items("parties")), dict(root.items("channels"))
    known = {
        **{section: dict(root.items(section)) for section in ("processes", "agreements")},
        "rules": {
            name: rule for _, each in root.items("processes") for name, rule in each.items("rules")
        },
    }
    for channel in channels.values():
        yield from _unknown(channel.texts("calendar"), calendars, "calendar")
    for _, alert in root.items("alerts"):
        yield from _unknown(alert.texts("channels"), channels, "channel")
        yield from _not_taking_part(alert.texts("parties"), parties)
        for section, noun in (
            ("processes", "process"),
            ("agreements", "agreement"),
            ("rules", "rule"),
        ):
            yield from _unknown(alert.texts(section), known[section], noun)
        yield from _mailed_to_nobody(alert, channels)
    for party, summary in root.items("summaries"):
        yield from _unknown(summary.texts("channels"), channels, "channel")
        if party not in parties:
            yield summary, f"there is no party '{party}'; {nearest(party, parties)}"


def _mailed_to_nobody(alert: Entry, channels: Mapping[str, Entry]) -> Mistakes:
    """Refused records have neither supplier nor customer."""
    if all(when.value != RISING for when in alert.texts("when")):
        return
    for name in alert.texts("channels"):
        channel = channels.get(str(name.value))
        if channel and any(to.value in ROLES for to in channel.texts("to")):
            yield name, f"'{name.value}' is mail to whoever supplies or receives: nobody, here"


def _of_process(process: Entry, parties: Collection[str], event_types: EventTypes) -> Mistakes:
    activities = dict(process.items("activities"))
    for part in ("start", "end", "concurrent"):
        yield from _unknown(process.texts(part), activities, "activity")
    for _, rule in process.items("rules"):
        for key in ACTIVITIES:
            yield from _unknown(rule.texts(key), activities, "activity")
    for activity in activities.values():
        yield from _unknown(activity.texts("party"), parties, "party")
    named = [entry for activity in activities.values() for entry in activity.texts("events")]
    yield from _unknown(named, event_types, "event type")
    yield from _repeated(named)
    for case in process.texts("case"):
        yield from _not_in_case(
            case, [each for each in named if each.value in event_types], event_types
        )


def _of_promises(root: Entry) -> Mistakes:
    """Deliverables, and the agreements on them."""
    parties, processes = dict(root.items("parties")), dict(root.items("processes"))
    deliverables = dict(root.items("deliverables"))
    for deliverable in deliverables.values():
        for key in ("supplier", "customers"):
            yield from _not_taking_part(deliverable.texts(key), parties)
    for _, agreement in root.items("agreements"):
        for key in ("supplier", "customer", "requested_by"):
            yield from _not_taking_part(agreement.texts(key), parties)
        yield from _unknown(agreement.texts("process"), processes, "process")
        yield from _unknown(agreement.texts("deliverable"), deliverables, "deliverable")
        for name in agreement.texts("deliverable"):
            if declared := deliverables.get(str(name.value)):
                yield from _between_others(agreement, declared)
        for name in agreement.texts("process"):
            if process := processes.get(str(name.value)):
                yield from _without_sign(agreement, process)


def _not_taking_part(named: list[Entry], parties: Mapping[str, Entry]) -> Mistakes:
    yield from _unknown(named, parties, "party")
    for entry in named:
        party = parties.get(str(entry.value))
        if party and any(kind.value == "automatic" for kind in party.texts("kind")):
            yield entry, f"'{entry.value}' is a system: it neither supplies nor receives"


def _between_others(agreement: Entry, deliverable: Entry) -> Mistakes:
    """An agreement with somebody who is no customer, or of somebody with themselves."""
    declared = {entry.value for entry in deliverable.texts("customers")}
    suppliers = agreement.texts("supplier") or deliverable.texts("supplier")
    for customer in agreement.texts("customer"):
        if declared and customer.value not in declared:
            yield (
                customer,
                f"'{customer.value}' is none of {deliverable.key}.customers; add it there",
            )
        if any(supplier.value == customer.value for supplier in suppliers):
            yield customer, f"'{customer.value}' is the supplier too; an agreement is between two"


def _without_sign(agreement: Entry, process: Entry) -> Mistakes:
    """Names of no activity or event type; and agreements that no event can speak of."""
    activities = dict(process.items("activities"))
    types = {name: [*activity.texts("events")] for name, activity in activities.items()}
    activity_of = {each.value: name for name, there in types.items() for each in there}
    for moment in Moment:
        named = agreement.texts(moment)
        known = {*activities, *(str(each) for each in activity_of)}
        yield from _unknown(named, known, "activity or event type of that process")
        for entry in named:
            activity = activity_of.get(entry.value)
            if entry.value not in activities and activity and len(types[activity]) > 1:
                message = (
                    f"is '{activity}' like other event types; name that, or give it an activity"
                    " of its own"
                )
                yield entry, message
        is_needed = moment in (Moment.REQUESTED, Moment.DELIVERED)
        if is_needed and not named and moment.event_type not in activity_of:
            message = (
                f"nothing says when it is {moment}: give {moment}: an activity of {process.key}"
            )
            yield agreement, message


def _not_in_case(case: Entry, named: list[Entry], event_types: EventTypes) -> Mistakes:
    """Event types that can never be in a case of the process; when none can, the case is wrong."""
    about = [event_types[str(entry.value)] for entry in named]
    if any(about) and not any(case.value in object_types for object_types in about):
        hint = nearest(str(case.value), set().union(*about))
        yield case, f"no event type of this process is about '{case.value}'; {hint}"
        return
    for entry, object_types in zip(named, about, strict=True):
        if not object_types:
            yield entry, "a generic step names its activity itself; leave events out"
        elif case.value not in object_types:
            others = ", ".join(sorted(object_types))
            message = (
                f"is never about '{case.value}', the case here, but about: {others}; remove it"
            )
            yield entry, message


def _unknown(named: list[Entry], known: Collection[str], what: str) -> Mistakes:
    for entry in named:
        if entry.value not in known:
            yield entry, f"there is no {what} '{entry.value}'; {nearest(str(entry.value), known)}"


def _repeated(named: list[Entry]) -> Mistakes:
    first: dict[object, Entry] = {}
    for entry in named:
        if entry is not first.setdefault(entry.value, entry):
            earlier = first[entry.value]
            place = f"{earlier.key} (line {earlier.line})"
            yield entry, f"is {place} already; an event type is one activity of a process"


def _circles(parties: Mapping[str, Entry]) -> Mistakes:
    parent_of = {
        name: str(parent.value)
        for name, party in parties.items()
        for parent in party.texts("parent")
    }
    in_a_circle: set[str] = set()
    for name in parent_of:
        way = [name]
        while (above := parent_of.get(way[-1])) and above not in way:
            way.append(above)
        if above == name and name not in in_a_circle:
            in_a_circle.update(way)
            shown = " > ".join([*way, name])
            yield (
                parties[name].texts("parent")[0],
                f"leads round in a circle: {shown}; leave out one",
            )
