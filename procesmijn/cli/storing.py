"""An event log goes straight into the store: large tables in shares, a process for each."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from contextlib import closing, contextmanager
from itertools import islice
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from typing import Final, NamedTuple

from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.cli.tell import Report
from procesmijn.files.log import Log, Shared, Tally
from procesmijn.files.step_columns import Share
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store

EVENTS_AT_ONCE: Final = 30_000
ROWS_OF_SHARE: Final = 100_000
"""A process of its own takes a second to start: fewer rows are not worth it."""
MOST_SHARES: Final = 4
LOOK_SECONDS: Final = 0.25


class Stored(NamedTuple):
    """What came of a log."""

    tally: Tally
    new: int
    """Events that were not known, or a version of one that was not."""


def store_log(log: Log, applier: Applier, url: str, keys: Keys, report: Report) -> Stored:
    """Apply all events of a log, and say what came of its rows.

    A table is taken case by case, whatever the order of its rows, so that each case is mined once.
    Two processes never have events of one case, so none waits for the other.
    """
    if log.in_shares is None:
        return _store(log, applier, report)
    shares = max(1, min(os.cpu_count() or 1, MOST_SHARES, log.rows // ROWS_OF_SHARE))
    if shares == 1:
        return _store(log.in_shares.read(Share()), applier, report)
    return _in_processes(log.in_shares, shares, url, keys, report)


def _in_processes(shared: Shared, shares: int, url: str, keys: Keys, report: Report) -> Stored:
    context = get_context("spawn")
    done = context.Value("q", 0)
    with ProcessPoolExecutor(shares, context, _begin, (done,)) as pool:
        futures = [
            pool.submit(_store_share, shared, Share(number, shares), url, keys)
            for number in range(shares)
        ]
        while wait(futures, LOOK_SECONDS, FIRST_EXCEPTION).not_done:
            report(done.value)
            if any(future.done() and future.exception() for future in futures):
                break
        stored = [future.result() for future in futures]
    report(done.value)
    return Stored(Tally.together([each.tally for each in stored]), sum(it.new for it in stored))


_done: Synchronized[int]
"""Events that all processes have stored: given to each when it begins."""


def _begin(done: Synchronized[int]) -> None:
    global _done  # noqa: PLW0603 - a process of a pool has no other place for what it is given
    _done = done


def _store_share(shared: Shared, share: Share, url: str, keys: Keys) -> Stored:
    before = 0

    def report(stored: int) -> None:
        nonlocal before
        with _done.get_lock():
            _done.value += stored - before
        before = stored

    with closing(Store(url)) as store:
        return _store(shared.read(share), Applier(store, Persons(keys)), report)


def _store(log: Log, applier: Applier, report: Callable[[int], None]) -> Stored:
    stored = new = 0
    events = log.events()
    with _collector_at_rest():
        while arrivals := tuple(map(Arrival, islice(events, EVENTS_AT_ONCE))):
            new += applier.apply(Batch(arrivals=arrivals)).stored
            stored += len(arrivals)
            report(stored)
    return Stored(log.tally, new)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A batch makes many objects without a cycle among them: looking for cycles costs a quarter."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
