"""An alert as a sentence, and many as one message, in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.calendars import OFFICE
from procesmijn.catalogue.part import Labelled
from procesmijn.catalogue.parties import Party
from procesmijn.catalogue.processes import Process
from procesmijn.zones import load_zone

MOST_SHOWN: Final = 20
"""Of each kind; nobody reads more of them in a chat."""

_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "nl": {
        "about to be late": "{what} van {supplier} voor {customer} ({case}): uiterlijk {due}.",
        "late": "{what} van {supplier} voor {customer} ({case}): had er {due} moeten zijn.",
        "returned twice": (
            "{what} van {supplier} voor {customer} ({case}): voor de tweede keer teruggestuurd."
        ),
        "cadence missed": "{supplier} en {customer} spraken elkaar niet voor {due}: {what}.",
        "rule broken": "{case}: {what}.",
        "dead letters rising": "{topic}: veel meer berichten geweigerd dan een uur eerder.",
        "more": "En nog {number}: procesmijn report alerts heeft ze allemaal.",
        "one": "1 melding",
        "many": "{number} meldingen",
        "test": "Dit is een proef van procesmijn: dit kanaal werkt.",
    },
    "en": {
        "about to be late": "{what} from {supplier} for {customer} ({case}): due {due}.",
        "late": "{what} from {supplier} for {customer} ({case}): was due {due}.",
        "returned twice": "{what} from {supplier} for {customer} ({case}): came back twice.",
        "cadence missed": "{supplier} and {customer} have not spoken before {due}: {what}.",
        "rule broken": "{case}: {what}.",
        "dead letters rising": "{topic}: many more records are refused than an hour before.",
        "more": "And {number} more: procesmijn report alerts has all of them.",
        "one": "1 alert",
        "many": "{number} alerts",
        "test": "This is a trial of procesmijn: this channel works.",
    },
}


class Told(NamedTuple):
    """What a message says: a line on top, and what stands below."""

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join((self.title, "", *self.lines))


def sentence(content: Mapping[str, Any], catalogue: Catalogue, language: str) -> str:
    """Say one alert, with instants in the zone of the office.

    ``content`` is a row of ``bi.alert_due`` as JSON has it; what the catalogue does not know any
    more is called by its name.
    """
    due_at = content["due_at"]
    process = catalogue.processes.get(content["process"] or "")
    return _SENTENCES[language][content["kind"]].format(
        what=_what(content, process, catalogue, language),
        supplier=_label(catalogue.parties, content["supplier"], language),
        customer=_label(catalogue.parties, content["customer"], language),
        case=f"{_label(catalogue.processes, content['process'], language)} {content['case_key']}",
        topic=content["topic"],
        due=due_at and _local(due_at, catalogue),
    )


def alerts_told(contents: Sequence[Mapping[str, Any]], catalogue: Catalogue, language: str) -> Told:
    """Say all that a receiver is told at once: how many, and the first of each alert."""
    said = _SENTENCES[language]
    by_alert = Counter(content["alert"] for content in contents)
    lines: list[str] = []
    for alert, number in by_alert.items():
        of_alert = [content for content in contents if content["alert"] == alert]
        lines += [f"{_label(catalogue.alerts, alert, language)} ({number})"]
        lines += [
            f"- {sentence(content, catalogue, language)}" for content in of_alert[:MOST_SHOWN]
        ]
        if number > MOST_SHOWN:
            lines += [said["more"].format(number=number - MOST_SHOWN)]
        lines += [""]
    labels = [_label(catalogue.alerts, alert, language) for alert in by_alert]
    count = said["one"] if len(contents) == 1 else said["many"].format(number=len(contents))
    return Told(f"{count}: {', '.join(labels)}", tuple(lines[:-1]))


def trial(language: str) -> Told:
    """What somebody is told who tries a channel."""
    return Told("procesmijn", (_SENTENCES[language]["test"],))


def _what(
    content: Mapping[str, Any], process: Process | None, catalogue: Catalogue, language: str
) -> str:
    if content["rule"]:
        return _label(process.rules if process else {}, content["rule"], language)
    if content["cadence"]:
        return _label(catalogue.cadences, content["cadence"], language)
    return _label(catalogue.deliverables, content["deliverable"], language)


def _label(
    declared: Mapping[str, Labelled] | Mapping[str, Party], name: str | None, language: str
) -> str:
    if name is None:
        return "?"
    label: str = getattr((declared.get(name) or Labelled()).label_or(name), language)
    return label


def _local(instant: str, catalogue: Catalogue) -> str:
    zone = load_zone(catalogue.calendars[OFFICE].zone)
    return f"{datetime.fromisoformat(instant).astimezone(zone):%Y-%m-%d %H:%M}"
