"""Closed cases leave the tables, and come back: their events in an archive, their figures sealed.

What leaves are objects of which every case was closed before a date, with all that is stored of
them, and the events that are about nothing else. What stays is the key of each, so that whatever
comes again is known, and what all figures over handovers and flows are made of, without a case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from procesmijn.apply import Applier
from procesmijn.errors import ProcesmijnError
from procesmijn.files.archive import (
    FORMAT,
    Archive,
    ArchiveError,
    RetirementDraft,
    insist_on_files,
    open_archive,
    read_archive,
    read_manifest,
    refuse_what_is_there,
)
from procesmijn.in_force import RulesInForce
from procesmijn.rebuild import only_rebuild, renew
from procesmijn.store import Store, retirements, retiring
from procesmijn.store.connection import Connection
from procesmijn.store.packed import pack
from procesmijn.store.retirements import Candidates, Leaving, Retirement
from procesmijn.store.scan import Some
from procesmijn.store.transaction import Transaction
from procesmijn.versions import Version

OBJECTS_AT_ONCE: Final = 2_000
"""Objects that leave in one transaction. They are closed, so hardly anything waits for them."""
_ENTRIES_AT_ONCE: Final = 100_000
"""And no more entries of their packs, so that memory stays bounded."""


class RetirementOpen(ProcesmijnError):
    """Another retirement is not finished, or is being taken back: finish that first."""


class RetirementNeeded(ProcesmijnError):
    """Events of a later retirement are about the cases of this one: take that back first."""


class Wanted(NamedTuple):
    """What is to leave, where to, and who decided."""

    before: date
    folder: Path
    by: str


class Forecast(NamedTuple):
    """What would leave of one process."""

    process: str
    cases: int
    events: int
    handovers: int


def forecast(before: date, store: Store) -> list[Forecast]:
    """What would leave, by process; an event of several processes counts in each."""
    found: dict[str, Forecast] = {}
    with store.reader() as connection:
        for part in _parts(retirements.closed_objects(before, connection)):
            keys = retirements.leaving(part, connection).keys
            for row in retirements.would_leave(keys, connection):
                process, *counts = Forecast(*row)
                before_it = found.get(process, Forecast(process, 0, 0, 0))[1:]
                found[process] = Forecast(process, *map(sum, zip(before_it, counts, strict=True)))
    return sorted(found.values())


def retire(wanted: Wanted, store: Store, applier: Applier, keys: str) -> Iterator[int]:
    """Let closed cases leave, and yield after each chunk how many objects it had.

    Beside live traffic; it may be broken off and started again with the same words:

    1. the retirement is written down, with its folder; a crash after it costs nothing;
    2. a chunk is locked, and its events written to a file that is on the disk before they leave, in
       the same transaction; a crash before the commit costs that the file is written again;
    3. the archive is whole and gets its name; a crash after it costs that this is seen again;
    4. the retirement has ended.

    Where there is nothing to retire, nothing is written. ``keys`` is the fingerprint of the keys.

    Raises :class:`RetirementOpen`, :class:`RebuildRunning`, :class:`ArchiveError`.
    """
    with only_rebuild(store) as connection:
        closed = retirements.closed_objects(wanted.before, connection)
        retirement = _unfinished(wanted, connection)
        if retirement is None:
            if not any(len(retirements.leaving(part, connection).keys) for part in _parts(closed)):
                return
            refuse_what_is_there(wanted.folder)
            RetirementDraft(wanted.folder).begin()
            retirements.begin(wanted.before, str(wanted.folder), wanted.by, connection)  # 1
            retirement = retirements.retirements(connection)[-1]
        if not _is_sealed(wanted.folder, retirement, keys):
            draft = RetirementDraft(wanted.folder)
            draft.insist_on(retirement.files)
            for are_companions in (False, True):
                if are_companions:
                    closed = retirements.companions(wanted.before, connection)
                for part in _parts(closed):
                    leaving = retirements.leaving(part, connection)
                    yield let_leave(
                        leaving,
                        retirement.number,
                        draft.write,
                        applier,
                        are_companions=are_companions,
                    )  # 2
            retirement = retirements.retirements(connection)[-1]
            draft.seal(_manifest(retirement, keys, draft.files()))  # 3
        retirements.end(retirement, connection)  # 4


def take_back(
    folder: Path, retirement: Retirement, store: Store, applier: Applier
) -> Iterator[int]:
    """Let the cases of a retirement come back, and yield how many versions or objects did.

    The tables are then as if it had never been. It may be broken off and started again:

    1. that it begins is written down; a crash after it costs nothing;
    2. events come back, known by their keys until that very moment; their objects do not yet, so
       no case is ever mined of a part of its events;
    3. the sealed figures go, and their share in the counts by day;
    4. objects are mined anew, which brings the same figures; a crash costs that this goes on;
    5. the retirement is forgotten.

    Raises :class:`RetirementNeeded`, :class:`RebuildRunning`, :class:`ArchiveError`.
    """
    number = retirement.number
    with only_rebuild(store) as connection:
        _insist_on_last(retirement, connection)
        applier.transact(lambda _, tx: tx.begin_return(number))  # 1
        for versions in read_archive(folder):
            _give_back(versions, number, applier)  # 2
            yield len(versions)
        if lacking := retiring.count_left(number, connection):
            raise ArchiveError(
                f"{folder} lacks {lacking:,} versions of events that left with it: take another"
                " copy of it"
            )
        is_back = False
        while not is_back:
            applier.transact(lambda _, tx: tx.unseal(number))  # 3
            keys = retiring.objects_of(number, connection)
            if len(keys):
                yield from renew(store, applier, Some(keys, number))  # 4
            is_back = applier.transact(lambda _, tx: tx.forget_retirement(number))  # 5


def let_leave(
    leaving: Leaving,
    retirement: int,
    write: Callable[[int, Sequence[Version]], None],
    applier: Applier,
    *,
    are_companions: bool,
) -> int:
    """Let objects leave, after ``write`` has put their events into file number so and so.

    Gives how many left; what moved on since it was looked at stays.
    """

    def run(rules: RulesInForce, tx: Transaction) -> int:
        tx.share_rules(rules.catalogue_id, rules.activated_at, rules.terms)
        files, chunk = tx.lock_leaving(
            leaving, retirement, rules.rules_of, are_companions=are_companions
        )
        if chunk.versions:
            write(files + 1, chunk.versions)
        if len(chunk.keys):
            tx.retire(chunk, retirement)
        return len(chunk.keys)

    return applier.transact(run)


def _give_back(versions: Sequence[Version], retirement: int, applier: Applier) -> None:
    packed = pack(versions)
    applier.transact(lambda _, tx: tx.give_back(versions, packed, retirement), packed)


def lost(them: Iterable[Retirement], *, are_read: bool) -> Iterator[str]:
    """Whose archives are not where they were written, or not whole: a line that says what to do.

    Where they are read, each file has to be what was written; else it has to be there.
    """
    for it in them:
        try:
            _insist_on_archive(it, are_read=are_read)
        except ArchiveError as error:
            yield (
                f"the events of what was retired before {it.before} are in {it.folder} and nowhere"
                f" else: put a whole copy of it there ({error})"
            )


def _insist_on_archive(retirement: Retirement, *, are_read: bool) -> None:
    folder = Path(retirement.folder)
    if retirement.ended_at is None and not folder.exists():
        RetirementDraft(folder).insist_on(retirement.files)
        return
    archive = read_manifest(folder)
    if archive.retirement != str(retirement.archive):
        raise ArchiveError("there is another archive")
    insist_on_files(folder, archive, are_read=are_read)


def find(archive: Archive, connection: Connection) -> Retirement | None:
    """The retirement whose archive it is, if that is in force here."""
    for retirement in retirements.retirements(connection):
        if str(retirement.archive) == archive.retirement:
            return retirement
    return None


def _unfinished(wanted: Wanted, connection: Connection) -> Retirement | None:
    """The retirement that is to be gone on with; raises :class:`RetirementOpen` for another."""
    for it in retirements.retirements(connection):
        if it.is_returning:
            raise RetirementOpen(
                "a retirement is being taken back: run procesmijn rebuild --from"
                f" {it.folder} to its end"
            )
        if it.ended_at is None:
            if (it.before, it.folder) != (wanted.before, str(wanted.folder)):
                raise RetirementOpen(
                    f"a retirement is not finished: run procesmijn retire --before {it.before}"
                    f" --archive {it.folder} to its end"
                )
            return it
    return None


def _insist_on_last(retirement: Retirement, connection: Connection) -> None:
    for it in retirements.retirements(connection):
        if it.ended_at is None:
            raise RetirementOpen(
                f"a retirement is not finished: run procesmijn retire --before {it.before}"
                f" --archive {it.folder} to its end"
            )
        if it.is_returning and it.number != retirement.number:
            raise RetirementOpen(
                "another retirement is being taken back: run procesmijn rebuild --from"
                f" {it.folder} to its end"
            )
        if retirement.number in it.leans_on:
            raise RetirementNeeded(
                "a later retirement has events about these cases too: run procesmijn rebuild"
                f" --from {it.folder} first"
            )


def _is_sealed(folder: Path, retirement: Retirement, keys: str) -> bool:
    return folder.exists() and open_archive(folder, keys).retirement == str(retirement.archive)


def _manifest(retirement: Retirement, keys: str, files: Mapping[str, str]) -> Archive:
    now = datetime.now(UTC).isoformat()
    return Archive(FORMAT, keys, now, retirement.versions, files, str(retirement.archive))


def _parts(candidates: Candidates) -> Iterator[Candidates]:
    """Some at a time: so many objects, and so many entries."""
    if not len(candidates.keys):
        return
    place = np.arange(len(candidates.keys)) // OBJECTS_AT_ONCE
    weight = np.cumsum(candidates.entries) // _ENTRIES_AT_ONCE
    cuts = np.flatnonzero(np.diff(place) | np.diff(weight)) + 1
    for part in np.split(np.arange(len(candidates.keys)), cuts):
        yield Candidates(*(column[part] for column in candidates))
