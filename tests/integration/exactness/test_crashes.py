"""Workers are killed at every step and at any moment; what was produced is in, exactly once."""

from __future__ import annotations

import random
import time
from itertools import cycle

import pytest

from tests.integration.exactness.accounts import assert_all_holds, wait_until_all_is_in
from tests.integration.exactness.crashing_worker import Dead
from tests.integration.exactness.fleet import Fleet
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.stepped import STEPS
from tests.integration.exactness.telling import Teller

DEATHS_AT_RANDOM = 40
DEATH_SECONDS = 30.0


def test_killed_at_every_step(
    fleet: Fleet, teller: Teller, watched: Ground, plain: Ground, kafka_servers: str
) -> None:
    """One worker after the other dies at the next step, in its second batch: both its processes,
    or the one that reads, or the one that applies."""
    teller.tell_in_transactions()
    deaths = cycle(Dead)
    with teller.telling():
        for step in STEPS:
            for moment in ("before", "after"):
                dead = next(deaths)
                doomed = fleet.start(dies=f"{moment} {step}", transaction=2, dead=dead)
                fleet.wait_for_death(doomed, DEATH_SECONDS, dead)
                fleet.bury(doomed)
        fleet.start()
    wait_until_all_is_in(watched, teller, kafka_servers)
    assert_all_holds(watched, plain, teller, kafka_servers)


@pytest.mark.parametrize("seed", [20261123])
def test_killed_at_random_under_load(
    seed: int, fleet: Fleet, teller: Teller, watched: Ground, plain: Ground, kafka_servers: str
) -> None:
    """Two workers; one of them is killed at any moment, and another takes its place."""
    pick = random.Random(seed)
    with teller.telling():
        members = [fleet.start(), fleet.start()]
        for _ in range(DEATHS_AT_RANDOM):
            time.sleep(pick.uniform(0.05, 1.2))
            dead, doomed = pick.choice(list(Dead)), members.pop(pick.randrange(2))
            fleet.kill(doomed, dead)
            fleet.wait_for_death(doomed, DEATH_SECONDS, dead)
            fleet.bury(doomed)
            members.append(fleet.start())
    wait_until_all_is_in(watched, teller, kafka_servers)
    assert_all_holds(watched, plain, teller, kafka_servers)
