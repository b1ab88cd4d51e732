"""How agreements that could be made are written for whoever is to make them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.fields import write_share
from procesmijn.cli.suggestion import on_one_line
from procesmijn.cli.table import duration
from procesmijn.cli.tell import many
from procesmijn.operating.suggesting import Suggested, names


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
    for name, supplier in sorted({(each.deliverable, each.supplier) for each in suggested}):
        yield f"  {on_one_line(name)}:"
        yield f"    supplier: {on_one_line(supplier)}"


def _agreements(suggested: Sequence[Suggested]) -> Iterator[str]:
    yield "agreements:"
    for name, each in zip(names(suggested), suggested, strict=True):
        half, most = (
            duration(seconds, is_working=True)
            for seconds in (each.working_seconds_median, each.working_seconds_p90)
        )
        yield f"  # {many(each.deliveries, 'time')} in {many(each.cases, 'case')}, asked for"
        yield f"  # {many(each.requests, 'time')}: half of them within {half} of working time,"
        yield f"  # nine in ten within {most}, counted from the request to the first"
        yield "  # delivery after it; what is delivered again after a return is not in it."
        others = (
            f"{lead_time} {share:.1%}"
            for lead_time, share in (
                (each.shorter, each.share_if_shorter),
                (each.longer, each.share_if_longer),
            )
            if lead_time is not None and share is not None
        )
        if told := ", ".join(others):
            yield f"  # Met with a lead time one step shorter or longer: {told}."
        yield f"  {on_one_line(name)}:"
        yield f"    deliverable: {on_one_line(each.deliverable)}"
        for key in ("customer", "process", "requested", "delivered"):
            yield f"    {key}: {on_one_line(getattr(each, key))}"
        met = "" if each.share is None else f"  # would have been met {each.share:.1%} of the times"
        yield f"    lead_time: {each.lead_time}{met}"
        yield f"    target: {write_share(each.target)}"
