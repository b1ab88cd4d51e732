"""The service catalogue: what each supplier offers, to whom, on which terms, and how that goes.

Here it is put into words, in one language; the templates lay it out, in HTML and as PDF.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple, TypeAlias

from procesmijn.catalogue import Catalogue
from procesmijn.catalogue.agreements import Version
from procesmijn.catalogue.lead_times import Unit
from procesmijn.catalogue.part import Text
from procesmijn.documents.words import NOTHING, WORDS, Language, count, day, in_words, percentage
from procesmijn.wording import Wording, reworded

TOO_FEW: Final = "too few"
"""What is known of an agreement about whose cases nothing may be said, since they are too few."""


class Measured(NamedTuple):
    """How an agreement was kept."""

    deliveries: int
    """That were due."""
    met: int
    first_time_right: float | None
    """Of the deliveries of which it is known; None where it is known of none."""


Measurements: TypeAlias = Mapping[str, Measured | Literal["too few"]]
"""By agreement; those that are not there were not measured."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How one thing that was promised goes: its time, or first time right."""

    text: str
    state: Literal["reaches", "below", ""]
    """Against its own target, where there is one and something was measured."""
    notes: tuple[str, ...]
    """What stands below it, the state in words first."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What one customer was promised, version by version, and how that goes."""

    customer: str
    role: str
    """That it is an internal one, or an end customer."""
    about: str
    """What tells it from another promise to the same customer; empty where there is none."""
    terms: tuple[tuple[str, str], ...]
    """The lead time with its target, and from when on where that lies ahead."""
    first_time_right: str
    return_window: str
    performance: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One deliverable."""

    label: str
    role: str
    purpose: str
    details: tuple[tuple[str, str], ...]
    """How to ask, how to return, whom to call: heading and text."""
    promises: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class Supplier:
    """A party with all that it offers."""

    label: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class ServiceCatalogue:
    """The whole document, in one language."""

    language: Language
    words: Mapping[str, str]
    as_of: str
    measured: str
    small_group: str
    version: str
    suppliers: tuple[Supplier, ...]


def service_catalogue(
    catalogue: Catalogue,
    language: Language,
    on: date,
    measurements: Measurements,
    period: tuple[date, date],
    wording: Wording = Wording.CUSTOMERS,
) -> ServiceCatalogue:
    """Put a catalogue into words.

    Args:
        catalogue: who supplies what to whom.
        language: which of its labels and texts are shown.
        on: the date that it speaks of: terms that held before are left out, and those that will
            hold later are named with their date.
        measurements: how agreements were kept in ``period``, half-open, by date of due.
        wording: what parties are to each other.
    """
    words = {key: reworded(text, wording) for key, text in WORDS[language].items()}
    writer = _Writer(catalogue, language, on, measurements, words)
    since, until = (day(each, language) for each in period)
    return ServiceCatalogue(
        language,
        words,
        words["as_of"].format(date=day(on, language)),
        words["measured"].format(since=since, until=until) if measurements else "",
        words["small_group"].format(k=catalogue.small_group) if measurements else "",
        f"{words['version']}: {catalogue.digest[:12]}",
        tuple(writer.suppliers()),
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    catalogue: Catalogue
    language: Language
    on: date
    measurements: Measurements
    worded: Mapping[str, str]

    def suppliers(self) -> Iterator[Supplier]:
        suppliers = {each.supplier for each in self.catalogue.deliverables.values()}
        for label, supplier in sorted((self.party(name), name) for name in suppliers):
            offers = sorted(
                (
                    self.offer(name)
                    for name, each in self.catalogue.deliverables.items()
                    if each.supplier == supplier
                ),
                key=lambda offer: offer.label.casefold(),
            )
            yield Supplier(label, tuple(offers))

    def offer(self, name: str) -> Offer:
        deliverable = self.catalogue.deliverables[name]
        details = {
            "how_to_ask": self.text(deliverable.how_to_ask),
            "how_to_return": self.text(deliverable.how_to_return),
            "call": self.catalogue.contact_for(name) or "",
        }
        agreed = [
            (self.party(each.customer), agreement)
            for agreement, each in self.catalogue.agreements.items()
            if each.deliverable == name
        ]
        times = Counter(customer for customer, _ in agreed)
        promises = (
            self.promise(agreement, is_one_of_several=times[customer] > 1)
            for customer, agreement in sorted(agreed)
        )
        return Offer(
            getattr(deliverable.label_or(name), self.language),
            self.words(deliverable.role),
            self.text(deliverable.purpose),
            tuple((self.words(key), text) for key, text in details.items() if text),
            tuple(each for each in promises if each is not None),
        )

    def promise(self, name: str, *, is_one_of_several: bool) -> Promise | None:
        """None where it holds no longer."""
        agreement = self.catalogue.agreements[name]
        versions = [
            version for version in agreement.terms() if (version.until or date.max) > self.on
        ]
        if not versions:
            return None
        first = versions[0]
        return Promise(
            self.party(agreement.customer),
            self.words(f"{self.catalogue.role_of(agreement.customer)}_customer"),
            getattr(agreement.label_or(name), self.language) if is_one_of_several else "",
            tuple(self.terms(version) for version in versions),
            self.share(first.first_time_right),
            self.words("during", time=in_words(first.return_window, self.language))
            if first.return_window
            else NOTHING,
            tuple(self.performance(self.measurements.get(name), first)),
        )

    def terms(self, version: Version) -> tuple[str, str]:
        assert version.lead_time is not None  # noqa: S101 - a catalogue without one does not load
        time = in_words(version.lead_time, self.language)
        is_moment = version.lead_time.unit is Unit.DAY_OF_MONTH
        said = time if is_moment else self.words("within", time=time)
        target = self.words("target", share=self.share(version.target)) if version.target else ""
        if version.since is not None and version.since > self.on:
            begins = self.words("from", date=day(version.since, self.language))
            target = f"{begins}, {target}" if target else begins
        return said, target

    def performance(
        self, measured: Measured | Literal["too few"] | None, terms: Version
    ) -> Iterator[Figure]:
        if measured is None:
            yield Figure(self.words("not_measured"), "", ())
        elif isinstance(measured, str):
            yield Figure(self.words("too_few"), "", ())
        else:
            kept = percentage(measured.met / measured.deliveries, self.language)
            number = count(measured.deliveries, self.language)
            of = self.words("delivery" if measured.deliveries == 1 else "deliveries", count=number)
            target = terms.target
            is_kept = None if target is None else measured.met >= target * measured.deliveries
            yield self.figure(self.words("kept", share=kept), is_kept, of)
            if measured.first_time_right is not None:
                right, wanted = measured.first_time_right, terms.first_time_right
                said = self.words("right", share=percentage(right, self.language))
                yield self.figure(said, None if wanted is None else right >= float(wanted))

    def figure(self, text: str, is_kept: bool | None, *notes: str) -> Figure:
        """With its mark; ``is_kept`` is None where there is no target."""
        if is_kept is None:
            return Figure(text, "", notes)
        state: Literal["reaches", "below"] = "reaches" if is_kept else "below"
        return Figure(text, state, (self.words(state), *notes))

    def party(self, name: str) -> str:
        label: str = getattr(self.catalogue.parties[name].label_or(name), self.language)
        return label

    def text(self, text: Text | None) -> str:
        said: str = "" if text is None else getattr(text, self.language)
        return said

    def share(self, share: Decimal | None) -> str:
        return NOTHING if share is None else percentage(float(share), self.language)

    def words(self, key: str, **parts: str) -> str:
        return self.worded[key].format(**parts)
