"""How a week went for a party, in words: what it delivered, what it waits for, what stood out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from procesmijn.alerts.words import Told
from procesmijn.catalogue import Catalogue
from procesmijn.store import alerts, deliveries
from procesmijn.store.connection import Connection
from procesmijn.store.deliveries import KeptRow
from procesmijn.store.filters import Chosen, Period

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "nl": {
        "title": "{party}: de week van {since} tot en met {last}",
        "due": "Op tijd geleverd: {met} van {due}{before}.",
        "before": ", de week ervoor {met} van {due}",
        "no due": "Er hoefde niets geleverd te worden.",
        "agreement": "- {agreement}, voor {customer}: {met} van {due} op tijd{target}",
        "target": " (afgesproken {share})",
        "right": "In één keer goed: {right} van {judged}.",
        "open": "Nu onder handen: {open}, waarvan {overdue} te laat.",
        "waiting": "Waarop {party} wacht: {open}, waarvan {overdue} te laat.",
        "waiting for": "- {agreement}, van {supplier}: {overdue} te laat",
        "alerts": "Meldingen: {alerts}.",
        "no alerts": "Meldingen: geen.",
    },
    "en": {
        "title": "{party}: the week from {since} up to and including {last}",
        "due": "Delivered in time: {met} of {due}{before}.",
        "before": ", the week before {met} of {due}",
        "no due": "Nothing was due.",
        "agreement": "- {agreement}, for {customer}: {met} of {due} in time{target}",
        "target": " (agreed {share})",
        "right": "Right the first time: {right} of {judged}.",
        "open": "In hand now: {open}, of which {overdue} late.",
        "waiting": "What {party} waits for: {open}, of which {overdue} late.",
        "waiting for": "- {agreement}, from {supplier}: {overdue} late",
        "alerts": "Alerts: {alerts}.",
        "no alerts": "Alerts: none.",
    },
}


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said of a week of a party."""

    party: str
    period: Period
    supplies: Sequence[KeptRow]
    """Its agreements as a supplier, with what came of each; what is open is open now."""
    supplied_before: Sequence[KeptRow]
    """The same of the week before."""
    receives: Sequence[KeptRow]
    alerts: Counter[str]
    """How often each alert was to be told of what it supplies or receives."""
    catalogue: Catalogue

    def told(self, language: str) -> Told:
        """Say it."""
        words = _WORDS[language]
        assert self.period.since is not None  # noqa: S101 - a week has both its ends
        assert self.period.until is not None  # noqa: S101
        title = words["title"].format(
            party=getattr(self.catalogue.label_of(self.party), language),
            since=self.period.since,
            last=self.period.until - timedelta(days=1),
        )
        return Told(
            title,
            (*self._delivered(language), *self._waited_for(language), self._alerted(language)),
        )

    def _delivered(self, language: str) -> list[str]:
        words = _WORDS[language]
        due, met = _due_and_met(self.supplies)
        if due:
            was_due, was_met = _due_and_met(self.supplied_before)
            before = words["before"].format(due=was_due, met=was_met) if was_due else ""
            lines = [words["due"].format(due=due, met=met, before=before)]
        else:
            lines = [words["no due"]]
        by_number = sorted(self.supplies, key=lambda row: (row.met - row.due, row.agreement))
        for row in by_number:
            if row.due:
                share = row.target_share
                lines += [
                    words["agreement"].format(
                        agreement=self._agreement(row, language),
                        customer=getattr(self.catalogue.label_of(row.customer), language),
                        met=row.met,
                        due=row.due,
                        target=words["target"].format(share=f"{share:.0%}") if share else "",
                    )
                ]
        judged = sum(row.judged for row in self.supplies)
        if judged:
            right = sum(row.first_time_right for row in self.supplies)
            lines += [words["right"].format(right=right, judged=judged)]
        return [*lines, words["open"].format(**_open(self.supplies))]

    def _waited_for(self, language: str) -> list[str]:
        words = _WORDS[language]
        name = getattr(self.catalogue.label_of(self.party), language)
        lines = [words["waiting"].format(party=name, **_open(self.receives))]
        for row in self.receives:
            if row.overdue:
                lines += [
                    words["waiting for"].format(
                        agreement=self._agreement(row, language),
                        supplier=getattr(self.catalogue.label_of(row.supplier), language),
                        overdue=row.overdue,
                    )
                ]
        return lines

    def _alerted(self, language: str) -> str:
        words = _WORDS[language]
        if not self.alerts:
            return words["no alerts"]
        labels = {
            alert: getattr(self.catalogue.alerts[alert].label_or(alert), language)
            for alert in self.alerts
        }
        counted = (f"{labels[alert]} {number}" for alert, number in self.alerts.most_common())
        return words["alerts"].format(alerts=", ".join(counted))

    def _agreement(self, row: KeptRow, language: str) -> str:
        declared = self.catalogue.agreements[row.agreement]
        label: str = getattr(declared.label_or(row.agreement), language)
        return label


def summarise(party: str, period: Period, catalogue: Catalogue, connection: Connection) -> Summary:
    """Look up what is said of a party; what is open is so at the moment of the session."""
    supplied = Chosen(suppliers=(party,))
    found = alerts.alerts(period, None, party, connection)
    return Summary(
        party,
        period,
        deliveries.kept(supplied, period, connection),
        deliveries.kept(supplied, period.before, connection) if period.before else [],
        deliveries.kept(Chosen(customers=(party,)), period, connection),
        Counter(sorted(row["alert"] for row in found.rows)),
        catalogue,
    )


def read(content: Mapping[str, Any], catalogue: Catalogue, connection: Connection) -> Summary:
    """The summary that was noted to be told."""
    since, until = (date.fromisoformat(content[each]) for each in ("since", "until"))
    return summarise(content["party"], Period(since, until), catalogue, connection)


def _due_and_met(rows: Sequence[KeptRow]) -> tuple[int, int]:
    return sum(row.due for row in rows), sum(row.met for row in rows)


def _open(rows: Sequence[KeptRow]) -> dict[str, int]:
    return {"open": sum(row.open for row in rows), "overdue": sum(row.overdue for row in rows)}
