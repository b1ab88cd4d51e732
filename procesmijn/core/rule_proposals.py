"""Which rules a process seems to keep: its owner decides whether any was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final, NamedTuple

from procesmijn.catalogue.process_rules import Kind
from procesmijn.core.flow import Variant

MIN_CASES: Final = 20
"""What fewer cases speak for may be chance."""
MIN_CONFIDENCE: Final = 0.95
MIN_EXPECTED: Final = 10.0
"""Two that never meet say something only where this many cases would have both by chance."""


class ProposedRule(NamedTuple):
    """A rule that most cases keep."""

    kind: Kind
    activity: str
    other: str | None
    at_most: int | None
    support: int
    """Cases that it says something of."""
    confidence: float
    """The share of them that keep it."""

    @property
    def said(self) -> str:
        """The rule as a catalogue has it."""
        first, other = (_quoted(name or "") for name in (self.activity, self.other))
        if self.kind is Kind.NEVER_BOTH:
            return f"{{never_both: [{first}, {other}]}}"
        if self.kind is Kind.AT_MOST:
            return f"{{activity: {first}, at_most: {self.at_most}}}"
        return f"{{activity: {first}, only_after: {other}}}"


def propose_rules(
    variants: Iterable[Variant],
    min_cases: int = MIN_CASES,
    min_confidence: float = MIN_CONFIDENCE,
) -> list[ProposedRule]:
    """Rules that are kept by at least that share of at least so many cases, by kind and support.

    Of *only after* those are left out that follow from two others; of *never both* those that might
    be chance, as often as the two are there; of *at most* the least number that is kept.
    """
    variants = [each for each in variants if each.activities]
    with_one: Counter[str] = Counter()
    with_both: Counter[frozenset[str]] = Counter()
    before: Counter[tuple[str, str]] = Counter()
    times: dict[str, Counter[int]] = {}
    total = 0
    for way, cases in variants:
        total += cases
        firsts = list(dict.fromkeys(way))
        for name, number in Counter(way).items():
            with_one[name] += cases
            times.setdefault(name, Counter())[number] += cases
        for earlier, later in combinations(firsts, 2):
            with_both[frozenset((earlier, later))] += cases
            before[earlier, later] += cases
    common = sorted(name for name, cases in with_one.items() if cases >= min_cases)
    found = [
        *_only_after(common, with_one, before, min_confidence),
        *_never_both(common, with_one, with_both, total, min_confidence),
        *_at_most(common, times, min_confidence),
    ]
    return sorted(found, key=lambda rule: (rule.kind, -rule.support, rule.activity))


def _only_after(
    common: list[str],
    with_one: Counter[str],
    before: Counter[tuple[str, str]],
    min_confidence: float,
) -> Iterator[ProposedRule]:
    kept = {
        (later, earlier): before[earlier, later] / with_one[later]
        for later in common
        for earlier in common
        if earlier != later and before[earlier, later] >= min_confidence * with_one[later]
    }
    for (later, earlier), confidence in kept.items():
        follows = any((later, one) in kept and (one, earlier) in kept for one in common)
        if not follows:
            yield ProposedRule(Kind.ONLY_AFTER, later, earlier, None, with_one[later], confidence)


def _never_both(
    common: list[str],
    with_one: Counter[str],
    with_both: Counter[frozenset[str]],
    total: int,
    min_confidence: float,
) -> Iterator[ProposedRule]:
    for one, other in combinations(common, 2):
        both = with_both[frozenset((one, other))]
        either = with_one[one] + with_one[other] - both
        is_no_chance = with_one[one] * with_one[other] / total >= MIN_EXPECTED
        if is_no_chance and 1 - both / min(with_one[one], with_one[other]) >= min_confidence:
            yield ProposedRule(Kind.NEVER_BOTH, one, other, None, either, 1 - both / either)


def _at_most(
    common: list[str], times: dict[str, Counter[int]], min_confidence: float
) -> Iterator[ProposedRule]:
    for name in common:
        cases, so_far = times[name].total(), 0
        for number in sorted(times[name]):
            so_far += times[name][number]
            if so_far >= min_confidence * cases:
                yield ProposedRule(Kind.AT_MOST, name, None, number, cases, so_far / cases)
                break


def _quoted(name: str) -> str:
    """A name as it may stand in a list of YAML."""
    return name if name.replace(" ", "").replace("-", "").isalnum() else f'"{name}"'
