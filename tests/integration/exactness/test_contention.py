"""Several workers that bring events of the same few cases at once wait for each other, and that is
all: nobody deadlocks, and nobody begins anew time after time."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

from procesmijn.apply import Applier
from procesmijn.batch import Batch
from schemas.event import Event
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import batch_of, sorted_pass
from tests.integration.exactness.tables import assert_same

WORKERS: Final = 4
CASES: Final = 6
EVENTS: Final = 900
EVENTS_OF_BATCH: Final = 60
OWN: Final = 3
"""Every so many-th event is brought by one worker alone, the others by all of them."""
_TYPES: Final = ("ticket.opened", "ticket.assigned", "ticket.transferred", "ticket.resolved")
_FRIDAY_US: Final = 1_774_620_000_000_000
_MINUTE_US: Final = 60_000_000


def test_sessions_that_bring_the_same_wait_and_seldom_begin_anew(
    make_ground: MakeGround, plain: Ground
) -> None:
    pick = random.Random(20_26)
    events = [_event(number, pick) for number in range(EVENTS)]
    ground = make_ground(WORKERS)
    before = ground.deadlocks()
    at_once = Barrier(WORKERS)

    def work(worker: int) -> list[int]:
        mine = [it for at, it in enumerate(events) if at % OWN or at % WORKERS == worker]
        random.Random(worker).shuffle(mine)
        cuts = range(0, len(mine), EVENTS_OF_BATCH)
        batches = [batch_of(mine[at : at + EVENTS_OF_BATCH]) for at in cuts]
        at_once.wait()
        return _retries(ground.appliers[worker], batches)

    with ThreadPoolExecutor(WORKERS) as pool:
        retries = [each for worker in pool.map(work, range(WORKERS)) for each in worker]

    assert ground.deadlocks() == before
    # A batch begins anew where another one has committed an event that both bring, and then it
    # knows that one. Were it not to queue, it would meet the next one so, 10 to 19 times in a row.
    assert sum(retries) <= len(retries), retries
    assert max(retries) < 2 * WORKERS, retries
    plain.clear()
    plain.applier.apply(sorted_pass(events))
    assert_same(ground.tables(), plain.tables())
    ground.assert_sound()


def _retries(applier: Applier, batches: list[Batch]) -> list[int]:
    return [applier.apply(batch).retries for batch in batches]


def _event(number: int, pick: random.Random) -> Event:
    cases = {f"T{pick.randrange(CASES)}" for _ in range(pick.choice([1, 1, 2]))}
    return Event(
        source="/a",
        id=f"e{number}",
        type=pick.choice(_TYPES),
        occurred_us=_FRIDAY_US + pick.randrange(30 * 24 * 60) * _MINUTE_US,
        objects=tuple(sorted(("ticket", case) for case in cases)),
        party=pick.choice(["desk", "lab", "firm"]),
        receiver=pick.choice([None, "lab"]),
    )
