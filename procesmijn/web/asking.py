"""What a view answers from: the question, how to say it, and one moment of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from procesmijn.store.connection import Connection
from procesmijn.store.figures import Clock, Moment
from procesmijn.store.filters import Period
from procesmijn.web.address import Filters
from procesmijn.web.directory import Directory
from procesmijn.web.rights import Viewer
from procesmijn.web.say import Speech, today


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, with everything that an answer needs."""

    path: str
    here: Filters
    say: Speech
    theme: str
    """``light``, ``dark``, or empty for that of the device."""
    names: Directory
    moment: Moment
    connection: Connection
    late: int
    """Deliveries that need somebody today."""
    form_token: str
    viewer: Viewer
    ignored: tuple[str, ...] = ()
    """Keys of the address that mean nothing."""

    @property
    def today(self) -> date:
        """The date of the page."""
        return today(self.moment.as_of, self.say.zone)

    @property
    def period(self) -> Period:
        """The dates that are asked about."""
        return self.here.dates(self.today)

    def day(self, party: str) -> float:
        """Seconds of a day, on the clock that is asked for: of its calendar, or all of it."""
        if self.here.clock is Clock.ELAPSED:
            return 86_400.0
        return self.names.party(party).day_seconds

    @property
    def k(self) -> int:
        """Figures over fewer cases are not shown."""
        return self.moment.small_group
