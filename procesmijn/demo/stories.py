"""What the organisation tells beside its daily noise: habits that change in a known week.

``stories.yaml`` holds the truth. The simulation takes its habits from there, so what is told is
what is written down, and tests hold what the measures find against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from procesmijn.catalogue.part import Label
from procesmijn.demo.schedule import instant_us, local, midnight


class Story(BaseModel):
    """One habit: how it usually is, and how it is from some week on where the story is told."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    label: Label
    """What happens, for people."""
    since: float = Field(ge=0, lt=1)
    """Share of the history that has passed when the habit changes, at the next Monday."""
    usual: float
    """The habit before that, and always where no stories are told."""
    told: float
    """The habit after it."""
    unit: str
    """What the two numbers are of."""
    size: str
    """What is measured, as a number."""
    found: tuple[float, float]
    """Between which two the size lies where the story is told."""
    alarm: float
    """Below which it stays where it is not."""


@cache
def stories() -> Mapping[str, Story]:
    """All stories by name."""
    text = files(__package__).joinpath("stories.yaml").read_text("utf-8")
    return TypeAdapter(dict[str, Story]).validate_python(yaml.safe_load(text))


class Habits:
    """How things are done at an instant: as usual, or as the stories have it."""

    def __init__(self, begin: datetime, span: timedelta, *, is_told: bool) -> None:
        """Stories are told over a history of that ``span``, if at all."""
        self._told_from_us: Mapping[str, int] = (
            {name: instant_us(since(name, begin, span)) for name in stories()} if is_told else {}
        )

    def at(self, name: str, at_us: int) -> float:
        """The habit of a story at an instant."""
        told_from_us = self._told_from_us.get(name)
        story = _STORIES[name]
        return story.usual if told_from_us is None or at_us < told_from_us else story.told


def since(name: str, begin: datetime, span: timedelta) -> datetime:
    """Moment at which a story begins: a Monday, unless it is told from the first day on."""
    story = _STORIES[name]
    if not story.since:
        return begin
    day = local(begin + span * story.since).date()
    return midnight(day + timedelta(days=-day.weekday() % 7))


_STORIES: Final = stories()
