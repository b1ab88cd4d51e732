"""A rule as a sentence, in both languages: what its owner meant, and what is checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from procesmijn.catalogue.calendars import ALWAYS
from procesmijn.catalogue.lead_times import HOUR_US, LeadTime, Unit
from procesmijn.catalogue.part import Label, Text
from procesmijn.catalogue.process_rules import Kind, Rule
from procesmijn.catalogue.processes import Process

_SENTENCES: Final = {
    Kind.TAKES_PART: (
        "Aan de laatste '{other}' voor '{first}' neemt iemand deel als '{role}'.",
        "In the last '{other}' before '{first}' somebody takes part as '{role}'.",
    ),
    Kind.ONLY_AFTER: (
        "'{first}' gebeurt pas na '{other}'.",
        "'{first}' comes only after '{other}'.",
    ),
    Kind.NEVER_BOTH: (
        "'{first}' en '{other}' komen nooit allebei voor.",
        "'{first}' and '{other}' never both happen.",
    ),
    Kind.WITHIN: (
        "Op '{first}' volgt binnen {time} '{other}', tenzij het dossier eerder eindigt.",
        "Within {time} of '{first}' comes '{other}', unless the case ends before.",
    ),
    Kind.AT_MOST: (
        "'{first}' gebeurt ten hoogste {number} keer.",
        "'{first}' happens {number} times at most.",
    ),
    Kind.DIFFERENT_PEOPLE: (
        "'{first}' en '{other}' doet nooit dezelfde persoon.",
        "Nobody does both '{first}' and '{other}'.",
    ),
}
_UNITS: Final = {
    Unit.HOURS: (("werkuur", "werkuren"), ("working hour", "working hours")),
    Unit.DAYS: (("werkdag", "werkdagen"), ("working day", "working days")),
}
_ELAPSED: Final = {
    Unit.HOURS: (("uur", "uur"), ("hour", "hours")),
    Unit.DAYS: (("dag", "dagen"), ("day", "days")),
}


def sentence(rule: Rule, process: Process, role_label: Callable[[str], Label]) -> Text:
    """Say a rule in both languages.

    Activities have the labels of their process, and ``role_label`` gives what a role or party is
    called.
    """
    said = []
    for language, template in zip(("nl", "en"), _SENTENCES[rule.kind], strict=True):
        first, other = (
            None if name is None else getattr(process.activities[name].label_or(name), language)
            for name in rule.between
        )
        said.append(
            template.format(
                first=first,
                other=other,
                number=rule.at_most,
                role=rule.takes_part and getattr(role_label(rule.takes_part), language),
                time=rule.within
                and _time(rule.within, language == "en", is_elapsed=rule.calendar == ALWAYS),
            )
        )
    return Text(nl=said[0], en=said[1])


def _time(within: LeadTime, is_english: bool, *, is_elapsed: bool) -> str:
    one, several = (_ELAPSED if is_elapsed else _UNITS)[within.unit][is_english]
    number = within.amount / (HOUR_US if within.unit is Unit.HOURS else 1)
    shown = f"{number:g}" if is_english else f"{number:g}".replace(".", ",")
    return f"{shown} {one if number == 1 else several}"
