"""The catalogue: which one is in use, what another would change, and putting that in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from procesmijn.catalogue import Catalogue, CatalogueErrors, differences, parse
from procesmijn.core.compile import rule_digests
from procesmijn.in_force import meant_alike
from procesmijn.store import catalogues
from procesmijn.store.catalogues import Active
from procesmijn.web.asking import Asking
from procesmijn.web.desk import Desk
from procesmijn.web.frame import Frame, frame


class Mistake(NamedTuple):
    """What is wrong with a catalogue, and where."""

    line: int
    key: str
    message: str


class Fact(NamedTuple):
    """How much of something it has."""

    label: Markup
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueInUse:
    """Context of ``catalogue.html``."""

    frame: Frame
    lead: Markup
    done: Markup | None
    digest: str
    facts: tuple[Fact, ...]
    text: str
    """What was given to be checked."""
    verdict: Markup | None
    state: str
    mistakes: tuple[Mistake, ...]
    changes: tuple[str, ...]
    recomputed: Markup | None
    """Which cases would be computed anew."""
    can_activate: bool
    no_keys: Markup | None
    suggestions_url: str
    back_url: str


def catalogue_in_use(
    asking: Asking, desk: Desk, given: Mapping[str, str] | None = None
) -> CatalogueInUse:
    """What is in use; and for a form that was sent what that catalogue would change."""
    say = asking.say
    active = meant_alike(catalogues.active(asking.connection))
    text = (given or {}).get("catalogue", "")
    mistakes: tuple[Mistake, ...] = ()
    changes: tuple[str, ...] = ()
    recomputed, verdict, state = None, None, ""
    chosen: Catalogue | None = None
    if given is not None and desk.persons is not None:
        try:
            chosen = parse(text).pseudonymous(desk.persons.pseudonym)
        except CatalogueErrors as wrong:
            mistakes = tuple(Mistake(it.line, it.key, it.message) for it in wrong.findings)
            state, verdict = "breached", say.text("catalogue.wrong", n=len(mistakes))
        else:
            changes = tuple(differences(active.catalogue, chosen))
            state = "met"
            verdict = say.text("catalogue.changes", n=len(changes))
            recomputed = recomputed_by(active, chosen, asking)
            if not changes and recomputed is None:
                verdict = say.text("catalogue.no_changes")
    found = active.catalogue
    return CatalogueInUse(
        frame=frame(asking, say.text("catalogue.title"), "streams"),
        lead=say.text("catalogue.lead", moment=say.full_moment(active.activated_at)),
        done=say.text("catalogue.done") if asking.here.done == "activated" else None,
        digest=found.digest,
        facts=tuple(
            Fact(say.text(f"catalogue.{key}"), say.number(n))
            for key, n in (
                ("parties", len(found.parties)),
                ("processes", len(found.processes)),
                ("deliverables", len(found.deliverables)),
                ("agreements", len(found.agreements)),
                ("calendars", len(found.calendars)),
                ("streams", len(found.streams)),
            )
        ),
        text=text,
        verdict=verdict,
        state=state,
        mistakes=mistakes,
        changes=changes,
        recomputed=recomputed,
        can_activate=chosen is not None and bool(changes or recomputed),
        no_keys=say.text("catalogue.no_keys") if desk.persons is None else None,
        suggestions_url=asking.here.kept().at("/streams/suggestions"),
        back_url=asking.here.kept().at("/streams"),
    )


def activate(text: str, expected: str, desk: Desk, asking: Asking) -> bool:
    """Put a catalogue in use, unless another one came into use since it was compared."""
    active = meant_alike(catalogues.active(asking.connection))
    if active.catalogue.digest != expected:
        return False
    desk.activate(parse(text).pseudonymous(desk.keys().pseudonym))
    return True


def recomputed_by(active: Active, chosen: Catalogue, asking: Asking) -> Markup | None:
    """Which cases another catalogue would have computed anew; None where it leaves all as it is."""
    wanted = rule_digests(chosen)
    changed = {
        kind
        for kind in wanted.keys() | active.digests.keys()
        if wanted.get(kind) != active.digests.get(kind)
    }
    if not changed:
        return None
    return asking.say.text("catalogue.recomputed", types=asking.say.listed(sorted(changed)))
