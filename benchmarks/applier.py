"""What applies beside the worker of a benchmark: a module, so that its process finds it by name."""

from __future__ import annotations

from pathlib import Path

from consumers.applying import TakeIn
from procesmijn.apply import Applier
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store


def make_applier(url: str, keys: Path) -> TakeIn:
    """As the product composes it."""
    return Applier(Store(url), Persons(Keys.load(keys))).take_in
