"""How often a supplier is to speak with its customers."""

from __future__ import annotations

from typing import Literal

from procesmijn.catalogue.fields import Day, Name, Names
from procesmijn.catalogue.part import Labelled


class Cadence(Labelled):
    """At least one conversation with each customer in every period of the calendar."""

    supplier: Name
    customers: Names = ()
    """With each of them; where left out, with whoever has an agreement with it."""
    every: Literal["week", "month", "quarter", "year"]
    since: Day | None = None
    """The first date on which it holds; where left out, it does since the first conversation."""
