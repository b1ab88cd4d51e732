"""Generic steps: for sources that already know their process, their case and their activity."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import StringConstraints

from schemas.base import MAX_CODE_CHARS, HandsOver, Ids, Name
from schemas.event import Lifecycle

_LIFECYCLES: Final = {"start": Lifecycle.START, "complete": Lifecycle.COMPLETE}


class Step(HandsOver):
    """A workflow engine, a log importer or a mapping emits it at each step of a case.

    It names what other types leave to the catalogue. It has no free attributes: whatever is stored
    has to be declared, so that no name of a person slips in.
    """

    event_type = "step"
    example: ClassVar = {
        "process": "purchase-to-pay",
        "case": "PO-2026-004711",
        "activity": "invoice checked",
        "lifecycle": "complete",
        "party": "purchasing",
        "performer": "s.bakker",
        "started_at": "2026-11-20T09:10:00+01:00",
        "sequence": 3,
    }

    process: Name
    """The process that the case runs through."""
    case: Ids
    """The case, or the cases where one step serves several."""
    object: Name | None = None
    """The object type of the case; without it the name of the process. Where cases are persons it
    has to be a type of persons (candidate, employee, person), so that their ids are protected."""
    activity: Name
    """What was done."""
    lifecycle: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CODE_CHARS)] = (
        "complete"
    )
    """Where in the activity this lies: start, complete, or any other word for an instant that is
    neither (XES standard lifecycle); capitals do not matter."""

    def objects(self) -> list[tuple[str, str]]:
        """Give each case under the object type that the step names."""
        object_type = self.object or self.process
        cases = (self.case,) if isinstance(self.case, str) else self.case
        return [(object_type, case) for case in cases]

    def lifecycle_code(self) -> Lifecycle:
        """Give the lifecycle as the rest of the service reads it."""
        return _LIFECYCLES.get(self.lifecycle.lower(), Lifecycle.OTHER)


TYPES: Final = (Step,)
