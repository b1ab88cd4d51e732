"""Agreements that could be made, as a difference with the catalogue: an operator puts it in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.catalogue import Catalogue, differences
from procesmijn.in_force import meant_alike
from procesmijn.operating.suggesting import Suggested, extended, suggest
from procesmijn.store import catalogues
from procesmijn.store.figures import Clock
from procesmijn.web.asking import Asking
from procesmijn.web.desk import Desk
from procesmijn.web.directory import Tag
from procesmijn.web.frame import Frame, frame
from procesmijn.web.views.catalogue_in_use import recomputed_by

_TARGET: Final = Decimal("0.9")
_MOST: Final = 60
"""So many are proposed at a time, most frequent first."""
_AT_LEAST: Final = 20
"""How often something has to have happened before it is proposed."""


class Row(NamedTuple):
    """An agreement that could be made."""

    field: str
    is_chosen: bool
    step: Markup
    process: str
    supplier: Tag
    customer: Tag
    promise: str
    share: str
    median: Markup
    times: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """Context of ``suggestions.html``."""

    frame: Frame
    lead: Markup
    rows: tuple[Row, ...]
    digest: str
    url: str
    activate_url: str
    verdict: Markup | None
    """What the chosen ones would change; None before it is asked."""
    state: str
    changes: tuple[str, ...]
    recomputed: Markup | None
    chosen: tuple[str, ...]
    """Fields of those, to be sent again."""
    no_keys: Markup | None
    back_url: str


def suggestions(asking: Asking, desk: Desk, given: Mapping[str, str] | None = None) -> Suggestions:
    """What could be agreed; and for a form that was sent what the chosen ones would change."""
    here, say = asking.here, asking.say
    active = meant_alike(catalogues.active(asking.connection))
    new = _new(asking, active.catalogue)
    chosen = _chosen(new, given or {})
    verdict, state, recomputed = None, "", None
    changes: tuple[str, ...] = ()
    if given is not None and not chosen:
        verdict, state = say.text("suggestion.nothing_chosen"), "none"
    elif chosen:
        wanted = extended(active.catalogue, chosen)
        changes = tuple(differences(active.catalogue, wanted))
        verdict, state = say.text("catalogue.changes", n=len(changes)), "met"
        recomputed = recomputed_by(active, wanted, asking)
    return Suggestions(
        frame=frame(asking, say.text("suggestion.title"), "streams", "period", "process"),
        lead=say.text("suggestion.lead", n=len(new)) if new else say.text("suggestion.lead_none"),
        rows=tuple(_row(each, given is None or each in chosen, asking) for each in new),
        digest=active.catalogue.digest,
        url=here.at("/streams/suggestions"),
        activate_url=here.at("/streams/suggestions/activate"),
        verdict=verdict,
        state=state,
        changes=changes,
        recomputed=recomputed,
        chosen=tuple(map(_field, chosen)),
        no_keys=say.text("catalogue.no_keys") if desk.persons is None else None,
        back_url=here.kept().at("/streams/catalogue"),
    )


def agree(asking: Asking, desk: Desk, given: Mapping[str, str]) -> bool:
    """Put the catalogue with the chosen ones in use, unless another one came into use meanwhile."""
    desk.keys()  # what changes is computed anew, which takes them
    active = meant_alike(catalogues.active(asking.connection))
    chosen = _chosen(_new(asking, active.catalogue), given)
    if not chosen or active.catalogue.digest != given.get("in_use"):
        return False
    desk.activate(extended(active.catalogue, chosen))
    return True


def _new(asking: Asking, catalogue: Catalogue) -> list[Suggested]:
    """Those that nobody has agreed on, of enough cases to be shown."""
    wanted = asking.here.process
    found = suggest(
        wanted[0] if len(wanted) == 1 else None,
        asking.period,
        _TARGET,
        _AT_LEAST,
        catalogue,
        asking.connection,
    )
    new = [
        each
        for each in found
        if each.is_new and each.cases >= asking.k and (not wanted or each.process in wanted)
    ]
    return new[:_MOST]


def _chosen(new: Sequence[Suggested], given: Mapping[str, str]) -> list[Suggested]:
    return [each for each in new if _field(each) in given]


def _field(each: Suggested) -> str:
    """Its name in a form: names of activities may be anything."""
    said = "\n".join((each.process, each.supplier, each.customer, each.requested, each.delivered))
    return f"choice-{sha256(said.encode()).hexdigest()[:16]}"


def _row(each: Suggested, is_chosen: bool, asking: Asking) -> Row:
    say, names = asking.say, asking.names
    supplier = names.party(each.supplier)
    return Row(
        _field(each),
        is_chosen,
        say.text("suggestion.step", requested=each.requested, delivered=each.delivered),
        names.process(each.process),
        supplier,
        names.party(each.customer),
        say.lead_time(each.lead_time or ""),
        say.share(each.share),
        say.short(each.working_seconds_median, supplier.day_seconds, Clock.WORKING),
        say.number(each.deliveries),
    )
