"""The catalogue in force, compiled for a session: it means to each what it means to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from procesmijn.catalogue import Catalogue
from procesmijn.core.compile import compile_rules, names_of, rule_digests
from procesmijn.core.frames import Int32s
from procesmijn.core.rules import CORE_VERSION, Rules
from procesmijn.errors import ProcesmijnError
from procesmijn.store import Store, catalogues
from procesmijn.store.catalogues import Active
from procesmijn.store.connection import Connection
from procesmijn.store.terms import Terms


class NoCatalogue(ProcesmijnError):
    """The database has no catalogue yet: run ``procesmijn catalogue activate``."""


class RulesOutdated(ProcesmijnError):
    """The catalogue in force means something else here than where it was activated: another version
    of procesmijn, or other time zone data. Run ``procesmijn catalogue activate``."""


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The active catalogue, compiled for this session."""

    catalogue_id: int
    activated_at: datetime
    rules: Rules
    rules_of: Mapping[str, int]
    promised: Int32s
    """Object types (terms) that may have deliveries."""
    ruled: Int32s
    """Object types that may have deviations."""
    terms: Terms
    """The dictionary that the codes in ``rules`` are of: each session has its own, since what is
    behind an address may be another database when a lost session is opened again."""


def load_rules(store: Store) -> RulesInForce:
    """Compile the active catalogue; it has to mean here what it means to the others."""
    active = meant_alike(store.active())
    store.resolve(names_of(active.catalogue) | active.promised | active.ruled)
    terms = store.terms
    rules = compile_rules(active.catalogue, terms.code, terms.names)
    promised, ruled = (
        np.array([terms.code(name) for name in sorted(names)], dtype=np.int32)
        for names in (active.promised, active.ruled)
    )
    return RulesInForce(
        active.catalogue_id, active.activated_at, rules, active.rules_of, promised, ruled, terms
    )


def read_rules(terms: Terms, connection: Connection) -> Rules:
    """The same rules for a session that only reads, in the codes of its dictionary."""
    return read_in_force(terms, connection)[1]


def read_in_force(terms: Terms, connection: Connection) -> tuple[Catalogue, Rules]:
    """And with them the catalogue that they are compiled from."""
    catalogue = meant_alike(catalogues.active(connection)).catalogue
    terms.load(connection)
    terms.resolve(names_of(catalogue), connection)
    return catalogue, compile_rules(catalogue, terms.code, terms.names)


def meant_alike(active: Active | None) -> Active:
    """Raise :class:`NoCatalogue`, or :class:`RulesOutdated` where it means something else here."""
    if active is None:
        raise NoCatalogue("the database has no catalogue yet: run procesmijn catalogue activate")
    if active.core_version != CORE_VERSION or active.digests != rule_digests(active.catalogue):
        raise RulesOutdated(
            "the catalogue in force means something else to this version of procesmijn or to its"
            " time zone data: run procesmijn catalogue activate, on the newest version in use"
        )
    return active
