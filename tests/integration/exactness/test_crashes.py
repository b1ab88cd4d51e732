"""Workers are killed at every step and at any moment; what was produced is in, exactly once."""

from __future__ import annotations

import random
import time

import pytest

from tests.integration.exactness.accounts import assert_all_holds, wait_until_all_is_in
from tests.integration.exactness.fleet import Fleet
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.stepped import STEPS
from tests.integration.exactness.telling import Teller

DEATHS_AT_RANDOM = 40
DEATH_SECONDS = 30.0


def test_killed_at_every_step(
    fleet: Fleet, teller: Teller, watched: Ground, plain: Ground, kafka_servers: str
) -> None:
    """One worker after the other dies at the next step, in its second batch."""
    teller.tell_in_transactions()
    with teller.telling():
        for step in STEPS:
            for moment in ("before", "after"):
                doomed = fleet.start(dies=f"{moment} {step}", transaction=2)
                fleet.wait_for_death(doomed, DEATH_SECONDS)
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
            dead = members.pop(pick.randrange(2))
            fleet.kill(dead)
            fleet.wait_for_death(dead, DEATH_SECONDS)
            fleet.bury(dead)
            members.append(fleet.start())
    wait_until_all_is_in(watched, teller, kafka_servers)
    assert_all_holds(watched, plain, teller, kafka_servers)
