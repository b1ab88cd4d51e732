"""What those who look after the streams can do on the page: the one place in it that writes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from procesmijn.apply import REFUSED_PERCENT, Applier
from procesmijn.catalogue import Catalogue
from procesmijn.errors import ProcesmijnError
from procesmijn.persons import Persons
from procesmijn.store import Store
from procesmijn.store.dead_letters import DeadLetterFilter
from procesmijn.web.broker import Watch
from schemas.registry import decode

log = logging.getLogger(__name__)


class NoKeys(ProcesmijnError):
    """The page has no keys, so it cannot open what was refused: give it PROCESMIJN_KEYS_FILE."""


class Redriven(NamedTuple):
    """What came of refused records that were tried again."""

    accepted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Where to write, the keys, and a broker that may be asked."""

    database_url: str
    persons: Persons | None
    """None where the page has no keys: then it shows, and changes nothing."""
    watch: Watch
    operator: str
    """Who decides, as it is written down."""
    refused_percent: int = REFUSED_PERCENT

    def keys(self) -> Persons:
        """The keys; raises :class:`NoKeys`."""
        if self.persons is None:
            raise NoKeys(
                "the page has no keys, so it cannot open what was refused: start it with"
                " PROCESMIJN_KEYS or PROCESMIJN_KEYS_FILE"
            )
        return self.persons

    def redrive(self, wanted: DeadLetterFilter) -> Redriven:
        """Judge refused records again, and take in those that keep the contract now."""
        with self._store() as store:
            return Redriven(*self._applier(store).redrive(wanted, decode))

    def discard(self, wanted: DeadLetterFilter, because: str) -> int:
        """Give up on refused records, and say how many that were."""
        with self._store() as store:
            return sum(store.discard_dead_letters(wanted, self.operator, because))

    def activate(self, catalogue: Catalogue) -> None:
        """Put a catalogue without persons in force; the cases that it changes are computed anew
        beside whatever goes on, and are whole when that is done."""
        with self._store() as store:
            store.activate(catalogue)
        threading.Thread(target=self._catch_up, name="catching up", daemon=True).start()

    def _catch_up(self) -> None:
        try:
            with self._store() as store:
                for _ in self._applier(store).catch_up():
                    pass
        except ProcesmijnError as error:
            # The next worker that starts goes on with what is left.
            log.error("cases are computed anew at the next start of a worker: %s", error)  # noqa: TRY400 - one line

    def _applier(self, store: Store) -> Applier:
        return Applier(store, self.keys(), self.refused_percent)

    @contextmanager
    def _store(self) -> Iterator[Store]:
        """A session for one thing: requests of several people do not share any."""
        store = Store(self.database_url)
        try:
            yield store
        finally:
            store.close()
