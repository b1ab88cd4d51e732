"""The catalogue in force, and the tables that views read of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import numpy as np
from psycopg import Cursor

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.rule_words import sentence
from procesmijn.core.compile import names_of, rule_digests
from procesmijn.core.frames import Int64s
from procesmijn.core.rules import CORE_VERSION
from procesmijn.core.worktime import Calendar
from procesmijn.errors import ProcesmijnError
from procesmijn.store.connection import Connection, Retry
from procesmijn.store.statements import statements
from procesmijn.store.terms import Terms
from procesmijn.store.wire import Column, Layout

STRETCH: Final = np.dtype(
    [("calendar", "<i4"), ("opens_us", "<i8"), ("closes_us", "<i8"), ("worked_us", "<i8")]
)
_STRETCHES: Final = Layout(
    STRETCH,
    [
        Column("calendar", "int4", ("calendar",)),
        Column("opens_at", "timestamptz", ("opens_us",)),
        Column("closes_at", "timestamptz", ("closes_us",)),
        Column("worked_us", "int8", ("worked_us",)),
    ],
)


class RulesChanged(Retry):
    """Another catalogue was activated: load it, and try the batch again."""


class CoreBehind(ProcesmijnError):
    """A newer version of procesmijn computes the facts of this database: upgrade this one."""


@dataclass(frozen=True, slots=True)
class Active:
    """The catalogue in force, performers as pseudonyms."""

    catalogue_id: int
    catalogue: Catalogue
    core_version: int
    activated_at: datetime
    rules_of: Mapping[str, int]
    """By object type the rules in force; object types that no process is about have none."""
    digests: Mapping[str, str]
    """By object type the digest of these rules, as it was where they were activated."""
    promised: frozenset[str]
    """Object types that may have deliveries: this catalogue or one before had agreements."""
    ruled: frozenset[str]
    """Object types that may have deviations: this catalogue or one before had rules."""


def active(connection: Connection) -> Active | None:
    """The catalogue in force and its rules, as of one moment; None in a new database."""
    sql = statements("catalogues")
    with connection.transaction():
        connection.execute(sql["one_moment"])
        row = connection.execute(sql["active"]).fetchone()
        rules = connection.execute(sql["active_rules"]).fetchall()
        promised = connection.execute(sql["promised"]).fetchall()
        ruled = connection.execute(sql["ruled"]).fetchall()
    if row is None:
        return None
    catalogue_id, _, document, core_version, activated_at = row
    return Active(
        catalogue_id,
        Catalogue.from_json(document),
        core_version,
        activated_at,
        {object_type: rules_id for object_type, rules_id, _ in rules},
        {object_type: digest for object_type, _, digest in rules},
        frozenset(object_type for (object_type,) in promised),
        frozenset(object_type for (object_type,) in ruled),
    )


def share_active(catalogue_id: int, activated_at: datetime, connection: Connection) -> None:
    """Keep the catalogue in force until the end of the transaction.

    Raises :class:`RulesChanged` where it is another one, or the same that was activated again: by
    another version, perhaps, or with other time zone data.
    """
    sql = statements("catalogues")
    connection.execute(sql["share"])
    row = connection.execute(sql["in_force"]).fetchone()
    if row is not None and row[1] > CORE_VERSION:
        raise CoreBehind(
            f"the facts of this database are computed by core version {row[1]}, and this one is"
            f" {CORE_VERSION}: upgrade procesmijn"
        )
    if row is None or row != (catalogue_id, CORE_VERSION, activated_at):
        raise RulesChanged("another catalogue is in force")


def activate(
    catalogue: Catalogue, calendars: Mapping[str, Calendar], terms: Terms, connection: Connection
) -> int:
    """Put a catalogue in force, in one transaction, and give its id.

    Cases that other rules made stay until they are mined anew: ``stale_objects`` says which.
    ``catalogue`` is without persons (:meth:`Catalogue.pseudonymous`); ``calendars`` are its
    calendars by name, compiled.
    """
    sql = statements("catalogues")
    terms.resolve(names_of(catalogue), connection)
    with connection.transaction():
        connection.execute(sql["queue"])
        before = connection.execute(sql["in_force"]).fetchone()
        if before is not None and before[1] > CORE_VERSION:
            raise CoreBehind(
                f"the facts of this database are computed by core version {before[1]}, and this"
                f" one is {CORE_VERSION}: upgrade procesmijn"
            )
        connection.execute(sql["retire"])
        row = connection.execute(
            sql["activate"],
            {
                "digest": catalogue.digest,
                "document": catalogue.to_json(),
                "small_group": catalogue.small_group,
                "core_version": CORE_VERSION,
            },
        ).fetchone()
        connection.execute(sql["retire_rules"])
        connection.cursor().executemany(
            sql["activate_rules"],
            [
                {"object_type": object_type, "digest": digest}
                for object_type, digest in sorted(rule_digests(catalogue).items())
            ],
        )
        _write_tables(catalogue, terms, connection)
        _write_promises(catalogue, terms, connection)
        _write_calendars(calendars, terms, connection)
    assert row is not None  # noqa: S101 - the statement always returns its row
    return int(row[0])


def stale_objects(after: int, limit: int, connection: Connection) -> Int64s:
    """Keys above ``after`` of objects that other rules mined than those in force, ascending."""
    rows = connection.execute(statements("catalogues")["stale"], {"after": after, "limit": limit})
    return np.array([key for (key,) in rows], dtype=np.int64)


def count_stale(connection: Connection) -> int:
    """How many objects other rules mined than those in force."""
    row = connection.execute(statements("catalogues")["count_stale"]).fetchone()
    return int(row[0]) if row else 0


def _write_tables(catalogue: Catalogue, terms: Terms, connection: Connection) -> None:
    sql, code = statements("catalogues"), terms.code
    connection.execute(sql["clear"])
    cursor = connection.cursor()
    cursor.executemany(
        sql["add_party"],
        [
            {
                "code": code(name),
                "label_nl": party.label_or(name).nl,
                "label_en": party.label_or(name).en,
                "kind": party.kind,
                "parent": code(party.parent) or None,
                "members": party.members,
                "calendar": code(catalogue.calendar_of(name)),
                "is_end_customer": party.is_end_customer,
            }
            for name, party in catalogue.parties.items()
        ],
    )
    for name, process in catalogue.processes.items():
        cursor.execute(
            sql["add_process"],
            {
                "code": code(name),
                "label_nl": process.label_or(name).nl,
                "label_en": process.label_or(name).en,
                "object_type": process.case,
                "time_zone": catalogue.zone_of(name),
                "calendar": code(process.calendar),
                "has_end": bool(process.end),
            },
        )
        cursor.executemany(
            sql["add_activity"],
            [
                {
                    "process": code(name),
                    "code": code(activity_name),
                    "label_nl": activity.label_or(activity_name).nl,
                    "label_en": activity.label_or(activity_name).en,
                    "is_start": activity_name in process.start,
                    "is_end": activity_name in process.end,
                    "party": code(activity.party) or None,
                }
                for activity_name, activity in process.activities.items()
            ],
        )
        _write_rules(name, catalogue, terms, cursor)


def _write_rules(
    process: str, catalogue: Catalogue, terms: Terms, cursor: Cursor[tuple[Any, ...]]
) -> None:
    declared, code = catalogue.processes[process], terms.code
    for name, rule in declared.rules.items():
        said = sentence(rule, declared, catalogue.label_of)
        activity, other = rule.between
        cursor.execute(
            statements("catalogues")["add_rule"],
            {
                "process": code(process),
                "code": code(name),
                "kind": rule.kind,
                "label_nl": rule.label.nl if rule.label else said.nl,
                "label_en": rule.label.en if rule.label else said.en,
                "sentence_nl": said.nl,
                "sentence_en": said.en,
                "activity": code(activity),
                "other": code(other) or None,
                "about": rule.about,
            },
        )


def _write_promises(catalogue: Catalogue, terms: Terms, connection: Connection) -> None:
    sql, code, cursor = statements("catalogues"), terms.code, connection.cursor()
    cursor.executemany(
        sql["add_deliverable"],
        [
            {
                "code": code(name),
                "label_nl": deliverable.label_or(name).nl,
                "label_en": deliverable.label_or(name).en,
                "supplier": code(deliverable.supplier),
                "staff_role": deliverable.role,
                "purpose_nl": deliverable.purpose.nl if deliverable.purpose else None,
                "purpose_en": deliverable.purpose.en if deliverable.purpose else None,
                "contact": catalogue.contact_for(name),
            }
            for name, deliverable in catalogue.deliverables.items()
        ],
    )
    cursor.executemany(
        sql["add_agreement"],
        [
            {
                "code": code(name),
                "version": number,
                "label_nl": agreement.label_or(name).nl,
                "label_en": agreement.label_or(name).en,
                "process": code(agreement.process),
                "deliverable": code(agreement.deliverable),
                "supplier": code(catalogue.supplier_of(name)),
                "customer": code(agreement.customer),
                "valid_from": version.since,
                "valid_until": version.until,
                "lead_time": str(version.lead_time),
                "target": version.target,
                "first_time_right_target": version.first_time_right,
                "return_window": str(version.return_window) if version.return_window else None,
            }
            for name, agreement in catalogue.agreements.items()
            for number, version in enumerate(agreement.terms(), start=1)
        ],
    )


def _write_calendars(
    calendars: Mapping[str, Calendar], terms: Terms, connection: Connection
) -> None:
    sql = statements("catalogues")
    wanted = {terms.code(name): calendar for name, calendar in calendars.items()}
    digests = {code: _digest(calendar) for code, calendar in wanted.items()}
    stored: dict[int, str] = dict(connection.execute(sql["calendar_digests"]).fetchall())
    for code, digest in stored.items():
        if digest != digests.get(code):
            connection.execute(sql["drop_calendar"], {"code": code})
    for code, calendar in sorted(wanted.items()):
        if stored.get(code) == digests[code]:
            continue
        connection.execute(
            sql["add_calendar"],
            {"code": code, "time_zone": calendar.zone, "digest": digests[code]},
        )
        rows = np.empty(len(calendar.opens_us), dtype=STRETCH)
        rows["calendar"] = code
        rows["opens_us"] = calendar.opens_us
        rows["closes_us"] = calendar.closes_us
        rows["worked_us"] = calendar.worked_us
        with connection.cursor().copy(sql["copy_stretches"]) as copy:
            copy.write(_STRETCHES.encode(rows))


def _digest(calendar: Calendar) -> str:
    arrays = (calendar.opens_us, calendar.closes_us, calendar.worked_us)
    head = json.dumps([calendar.zone, len(calendar.opens_us)]).encode()
    return sha256(head + b"".join(array.tobytes() for array in arrays)).hexdigest()
