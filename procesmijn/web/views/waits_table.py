"""Who waits for whom as a table: what is delivered between two parties, and how long that waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from procesmijn.web.asking import Asking
from procesmijn.web.charts import Spark, Strip, axis, strip
from procesmijn.web.directory import Tag
from procesmijn.web.pairs import in_days, median, ninety, short
from procesmijn.web.trends import trends
from procesmijn.web.verdicts import missing
from procesmijn.web.views.waits_pair import Known

_STRIP: Final = 108.0
_ROWS: Final = 25


class Pair(NamedTuple):
    """A row."""

    supplier: Tag
    customer: Tag
    url: str
    deliverables: tuple[str, ...]
    median: Markup
    p90: Markup
    strip: Strip
    cases: str
    share: Markup
    """Of its deliveries, against the target."""
    state: str
    right: str
    spark: Spark | None
    is_selected: bool


class Table(NamedTuple):
    """The rows that are shown."""

    rows: tuple[Pair, ...]
    axis: float
    """Where the strips end, in days."""


def table(known: Sequence[Known], asking: Asking) -> Table:
    """The pair that is chosen, else as many as are asked for, the longest waits first."""
    say, names = asking.say, asking.names
    by_week = trends(asking, [each.kept.target for each in known], ["supplier", "customer"])
    # Some pairs wait ten times as long as all others; these leave the axis on the right.
    nines = sorted(in_days(ninety(each.row), each.row, asking) for each in known)
    end = axis(nines[: max(int(len(nines) * 0.9), 1)])

    def pair(each: Known) -> Pair:
        row = each.row
        return Pair(
            names.party(row.supplier),
            names.party(row.customer),
            each.url,
            each.deliverables,
            short(median(row), row, asking),
            short(ninety(row), row, asking),
            strip([in_days(value, row, asking) for value in row.quantiles], end, _STRIP),
            say.number(row.cases),
            _share(each, asking),
            each.kept.state,
            say.share(each.kept.share_right),
            by_week.spark(each.kept.target, supplier=row.supplier, customer=row.customer),
            each.is_selected,
        )

    if asking.here.selected:
        meant = [each for each in known if each.is_selected]
    else:
        meant = list(known[: asking.here.rows or _ROWS])
    return Table(tuple(map(pair, meant)), end)


def _share(each: Known, asking: Asking) -> Markup:
    say, kept = asking.say, each.kept
    if not each.deliverables:
        return say.text("figure.no_agreement")
    if kept.share is None:
        return missing(kept, asking)
    if kept.target is None:
        return Markup(say.share(kept.share))  # noqa: S704 - a number
    return say.text("figure.share_of", share=say.share(kept.share), target=say.share(kept.target))
