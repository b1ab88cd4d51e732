"""How agreements that could be made are written for whoever is to make them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.fields import write_share
from procesmijn.cli.show import duration
from procesmijn.cli.suggestion import on_one_line
from procesmijn.cli.tell import many


class Suggested(NamedTuple):
    """What could be promised, and what speaks for it."""

    process: str
    supplier: str
    customer: str
    requested: str
    delivered: str
    requests: int
    """How often the requesting activity happened, whatever came of it."""
    deliveries: int
    cases: int
    working_seconds_median: float
    """From request to delivery, on the calendar of the supplier."""
    working_seconds_p90: float
    lead_time: str | None
    """None where not even months would have been enough."""
    target: Decimal
    share: float | None
    """Of the deliveries, those that would have met it."""
    is_covered: bool
    """Whether an agreement speaks of it: of the pair, or of that step as the way to ask."""

    @property
    def is_new(self) -> bool:
        """Whether to propose it: most requests come to this, and nothing is agreed on it yet.

        An agreement goes by activities. Where work that was asked for in the same words mostly
        goes elsewhere, most of what it promises would stay open for ever.
        """
        is_usual = 2 * self.deliveries > self.requests
        return is_usual and self.lead_time is not None and not self.is_covered


def fragment(suggested: Sequence[Suggested], catalogue: Catalogue) -> str:
    """A part of a catalogue, with the measurements as comments.

    What it names and ``catalogue`` does not declare stands in it too, so that of a process that
    nobody declared it is the whole catalogue.
    """
    lines = [
        *_undeclared(suggested, catalogue),
        *_deliverables(suggested),
        *_agreements(suggested),
    ]
    return "".join(f"{line}\n" for line in lines)


def _undeclared(suggested: Sequence[Suggested], catalogue: Catalogue) -> Iterator[str]:
    parties = {name for each in suggested for name in (each.supplier, each.customer)}
    if new := sorted(parties - catalogue.parties.keys()):
        yield from ("# Not declared yet.", "parties:")
        yield from (f"  {on_one_line(name)}:" for name in new)
    activities = {
        (each.process, name)
        for each in suggested
        for name in (each.requested, each.delivered)
        if name not in catalogue.processes[each.process].activities
    }
    if activities:
        yield from ("# Not declared yet.", "processes:")
    for process in sorted({process for process, _ in activities}):
        yield f"  {on_one_line(process)}:"
        yield f"    case: {on_one_line(catalogue.processes[process].case)}"
        yield "    activities:"
        for of, name in sorted(activities):
            if of == process:
                yield f"      {on_one_line(name)}:"


def _deliverables(suggested: Sequence[Suggested]) -> Iterator[str]:
    yield "deliverables:"
    for name, supplier in sorted({(_deliverable(each), each.supplier) for each in suggested}):
        yield f"  {on_one_line(name)}:"
        yield f"    supplier: {on_one_line(supplier)}"


def _agreements(suggested: Sequence[Suggested]) -> Iterator[str]:
    yield "agreements:"
    times = Counter(map(_name, suggested))
    for each in suggested:
        name = _name(each) if times[_name(each)] == 1 else f"{_name(each)} in {each.process}"
        half, most = (
            duration(seconds, is_working=True)
            for seconds in (each.working_seconds_median, each.working_seconds_p90)
        )
        yield f"  # {many(each.deliveries, 'time')} in {many(each.cases, 'case')}, asked for"
        yield f"  # {many(each.requests, 'time')}: half of them within {half} of working time,"
        yield f"  # nine in ten within {most}"
        yield f"  {on_one_line(name)}:"
        yield f"    deliverable: {on_one_line(_deliverable(each))}"
        for key in ("customer", "process", "requested", "delivered"):
            yield f"    {key}: {on_one_line(getattr(each, key))}"
        met = "" if each.share is None else f"  # would have been met {each.share:.1%} of the times"
        yield f"    lead_time: {each.lead_time}{met}"
        yield f"    target: {write_share(each.target)}"


def _deliverable(each: Suggested) -> str:
    return f"{each.delivered} by {each.supplier}"


def _name(each: Suggested) -> str:
    return f"{each.delivered} by {each.supplier} for {each.customer} after {each.requested}"
