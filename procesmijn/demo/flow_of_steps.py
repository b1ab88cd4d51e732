"""Cases of a system that knows its process itself: its events are generic steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from procesmijn.demo.staff import Work

if TYPE_CHECKING:
    from procesmijn.demo.organisation import Organisation


class SteppedCase:
    """One case; each of its steps is told under the name of its activity in the catalogue."""

    def __init__(self, org: Organisation, source: str, process: str, kind: str, case: str) -> None:
        """``kind`` is the object type of the case."""
        self._org = org
        self._source = source
        self._about = {"case": case, "object": kind, "process": process}

    def done(self, activity: str, work: Work, to: str | None = None) -> None:
        """A piece of work was done; ``to`` is the party that is to act next."""
        self._org.done(self._source, "step", self._step(activity, to), work)

    def told(self, activity: str, party: str, to: str | None = None) -> None:
        """Somebody outside, or a system, did something: nobody knows since when."""
        self._org.systems.tell(self._source, "step", {**self._step(activity, to), "party": party})

    def _step(self, activity: str, to: str | None) -> dict[str, object]:
        step: dict[str, object] = {**self._about, "activity": activity}
        return step if to is None else {**step, "to_party": to}
