"""Closed cases of a ground that leave, and come back, each time into a folder of their own."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from typing import Final

from procesmijn.retire import RetirementNeeded, Wanted, retire, take_back
from procesmijn.store import history, retirements
from procesmijn.store.retirements import Retirement
from tests.integration.exactness.conftest import KEYS
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.tables import assert_same

LIMITS: Final = (date(2026, 3, 28), date(2026, 3, 30), date(2026, 4, 2), date(2026, 4, 2))
"""Before, in the middle of, and after what happens in a history."""


class Departures:
    """What may be done to them; a number says which of all is done."""

    def __init__(self, ground: Ground, folder: Path) -> None:
        self._ground = ground
        self._folder = folder
        self._numbers = count()

    @property
    def in_force(self) -> list[Retirement]:
        """The retirements that have not come back."""
        with self._ground.store.reader() as connection:
            return retirements.retirements(connection)

    def leave(self, number: int) -> int:
        """Let cases leave, and give how many objects did."""
        folder = self._folder / str(next(self._numbers))
        wanted = Wanted(LIMITS[number % len(LIMITS)], folder, "operator")
        left = sum(retire(wanted, self._ground.store, self._ground.applier, KEYS.fingerprint))
        assert folder.exists() == bool(left)
        return left

    def come_back(self, number: int) -> None:
        """Take one retirement back, unless another has to come back first."""
        in_force = self.in_force
        if not in_force:
            return
        one = in_force[number % len(in_force)]
        with suppress(RetirementNeeded):
            list(take_back(Path(one.folder), one, self._ground.store, self._ground.applier))
            return
        assert any(one.number in it.leans_on for it in in_force)

    def all_come_back(self, number: int) -> None:
        """Take all of them back, whichever first."""
        while self.in_force:
            self.come_back(number)
            number += 1

    def archive(self) -> None:
        """See that an archive of what is here brings nothing that is not."""
        with self._ground.store.snapshot() as moment:
            versions = list(history.read_versions(moment.stream))
        before = self._ground.tables()
        assert self._ground.applier.restore(versions).stored == 0
        assert_same(self._ground.tables(), before)
