"""A home of the demonstration's own: made fresh at each start, or gone on with where it is kept."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

from procesmijn.catalogue import Catalogue
from procesmijn.demo.organisation import catalogue
from procesmijn.demo.schedule import local
from procesmijn.demo.stories import since
from procesmijn.embedded.home import Home
from procesmijn.errors import UsageError
from procesmijn.persons import Keys

_FILE: Final = "demo.json"
_INSTANTS: Final = ("begin", "history_end", "present")
_KEYS: Final = [each.name for each in fields(Keys)]
_OF_EVERY_HOME: Final = frozenset({"lock", "run", "log"})


class NotADemoHome(UsageError):
    """The folder holds something else than a demonstration, which would be lost: name another one
    by PROCESMIJN_HOME."""


class OtherSeed(UsageError):
    """The home that is kept was made with another seed: leave --seed out, or --keep."""


class Stay(NamedTuple):
    """What makes one organisation: by the same first four a simulation says the same again."""

    seed: int
    begin: datetime
    history_end: datetime
    """Stories are told between the beginning and this moment."""
    has_stories: bool
    present: datetime
    """How far it had come."""
    is_filled: bool = False
    """Whether the history went straight into the store: then Kafka need not bring it again."""

    def catalogue(self) -> Catalogue:
        """What is declared there."""
        if not self.has_stories:
            return catalogue()
        return catalogue(
            local(since("orders_improve", self.begin, self.history_end - self.begin)).date()
        )

    @classmethod
    def of(cls, home: Path) -> Self | None:
        """The stay that is written down in a home, if one is."""
        file = home / _FILE
        if not file.exists():
            return None
        kept = json.loads(file.read_text())
        instants = {name: datetime.fromisoformat(kept[name]) for name in _INSTANTS}
        return cls(**{**kept, **instants})

    def write(self, home: Path) -> None:
        """Write it down, for a start that goes on with it."""
        instants = {name: getattr(self, name).isoformat() for name in _INSTANTS}
        content = {**self._asdict(), **instants}
        (home / _FILE).write_text(json.dumps(content, indent=2) + "\n")


def move_in(home: Path, stay: Stay, *, keep: bool) -> Stay:
    """Empty the home and begin ``stay`` there; or go on with the one that was kept.

    Raises :class:`procesmijn.embedded.errors.HomeInUseError` where a demonstration runs there.
    """
    held = Home(home)
    held.hold()
    try:
        kept = Stay.of(home)
        others = [each for each in home.iterdir() if each.name not in _OF_EVERY_HOME]
        if kept is None and others:
            raise NotADemoHome(
                f"{home} holds something else than a demonstration ({others[0].name}): name another"
                " folder by PROCESMIJN_HOME"
            )
        if keep and kept is not None:
            if kept.seed != stay.seed:
                raise OtherSeed(
                    f"what is kept in {home} was made with seed {kept.seed}: give that one, or"
                    " leave --keep out to begin anew"
                )
            return kept._replace(present=max(kept.present, stay.present))
        for each in others:
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        _keys(stay.seed).save(home / "keys")
        stay.write(home)
        return stay
    finally:
        held.release()


def _keys(seed: int) -> Keys:
    """The persons of a demonstration are nobody, so its keys need be no secret: the same seed gives
    the same pseudonyms, and so the same tables."""
    return Keys(*(hashlib.sha256(f"{seed} {of}".encode()).digest() for of in _KEYS))
