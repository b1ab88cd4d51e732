"""What the systems of an organisation say, as events: for who goes straight to the store."""

from __future__ import annotations

from collections.abc import Iterator

from procesmijn.demo.organisation import Organisation
from schemas.event import Event, Record
from schemas.registry import decode


class Heard:
    """The events until an instant, in the order in which they are sent.

    What breaks the contract has no place in a topic, from which it could be mended: it is counted.
    """

    def __init__(self, organisation: Organisation, until_us: int) -> None:
        self._organisation = organisation
        self._until_us = until_us
        self.refused = 0
        self.at_us = organisation.env.now
        """Simulated instant of the last record."""

    def __iter__(self) -> Iterator[Event]:
        for at_us, headers, value, key in self._organisation.until(self._until_us):
            self.at_us = at_us
            outcome = decode(Record("demo", 0, 0, at_us, key, value, headers))
            if isinstance(outcome, Event):
                yield outcome
            else:
                self.refused += 1
