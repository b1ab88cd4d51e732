"""Contexts become pages: Jinja2, which escapes everything that is not markup of ours."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Final, TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined

from procesmijn.documents.words import Language
from procesmijn.web.assets import asset_url
from procesmijn.web.frame import Frame
from procesmijn.web.problem import Problem
from procesmijn.web.views.about import About
from procesmijn.web.views.agreements import Agreements
from procesmijn.web.views.case import Case, Cases
from procesmijn.web.views.catalogue_in_use import CatalogueInUse
from procesmijn.web.views.chain import Chain
from procesmijn.web.views.compare import Compare
from procesmijn.web.views.confirm import Confirm
from procesmijn.web.views.improved import Improved
from procesmijn.web.views.late import Late
from procesmijn.web.views.message import Message
from procesmijn.web.views.parties import Parties
from procesmijn.web.views.party import Party
from procesmijn.web.views.process_map import ProcessMap
from procesmijn.web.views.start import Start
from procesmijn.web.views.streams import Streams
from procesmijn.web.views.suggestions import Suggestions
from procesmijn.web.views.trend_explorer import TrendExplorer
from procesmijn.web.views.waits import Waits

View: TypeAlias = (
    Start
    | Waits
    | ProcessMap
    | Late
    | Case
    | Cases
    | Parties
    | Party
    | Agreements
    | Chain
    | TrendExplorer
    | Compare
    | Improved
    | About
    | Streams
    | Message
    | CatalogueInUse
    | Confirm
    | Suggestions
)

CONTEXTS: Final[dict[str, type]] = {
    "frame.html": Frame,
    "start.html": Start,
    "waits.html": Waits,
    "map.html": ProcessMap,
    "late.html": Late,
    "case.html": Case,
    "cases.html": Cases,
    "parties.html": Parties,
    "party.html": Party,
    "agreements.html": Agreements,
    "chain.html": Chain,
    "trends.html": TrendExplorer,
    "compare.html": Compare,
    "improved.html": Improved,
    "about.html": About,
    "streams.html": Streams,
    "message.html": Message,
    "catalogue.html": CatalogueInUse,
    "suggestions.html": Suggestions,
    "confirm.html": Confirm,
    "problem.html": Problem,
}
"""What each template may use; files that are not here are macros, which use what they are given."""

_TEMPLATE_OF: Final = {context: name for name, context in CONTEXTS.items()}


@cache
def environment() -> Environment:
    """How templates are read."""
    environment = Environment(
        autoescape=True,
        loader=PackageLoader("procesmijn.web"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = asset_url
    environment.globals["languages"] = tuple(Language)
    return environment


def render(context: View | Problem) -> str:
    """The page of a context: its fields are what the template may use, and those of its frame."""
    template = environment().get_template(_TEMPLATE_OF[type(context)])
    parts = (context,) if isinstance(context, Problem) else (context.frame, context)
    page: str = template.render(
        {field.name: getattr(part, field.name) for part in parts for field in fields(part)}
    )
    return page
