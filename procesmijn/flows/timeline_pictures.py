"""Cases in time as pictures: the dotted chart, and the performance spectrum."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from lxml import etree

from procesmijn.flows.canvas import HALO, add, canvas, tip, write_words
from procesmijn.flows.timelines import Dot, Segment
from procesmijn.flows.xml import encoded

MOST_CASES: Final = 2_000
"""What a picture of this size has room for: of more cases some are drawn, evenly chosen."""

_COLOURS: Final = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#000000"),
)
"""Told apart by people who see fewer colours, too (Okabe and Ito, 2008; yellow is too pale)."""
_OTHER: Final = "#b8b8b8"
_OTHERS: Final = "others"
_QUARTERS: Final = (
    ("quickest quarter", "#56b4e9"),
    ("second", "#0072b2"),
    ("third", "#e69f00"),
    ("slowest quarter", "#d55e00"),
)
_WIDTH: Final = 1_000.0
_LEFT: Final = 60.0
_RIGHT: Final = 220.0
"""Where the legend is."""
_TOP: Final = 30.0
_BOTTOM: Final = 40.0
_CHART: Final = 620.0
_BAND: Final = 76.0
_BAND_GAP: Final = 46.0
_BANDS: Final = 10
"""So many pairs of activities are drawn, the most frequent."""
_TICKS: Final = 8
_DOT: Final = 3.0


def dotted_chart(dots: Iterable[Dot], name: str) -> bytes:
    """Each case on a line of its own, the first that started at the top; SVG as UTF-8."""
    lines: dict[str, int] = {}
    drawn = [(lines.setdefault(dot.case_key, len(lines)), dot) for dot in dots]
    counts = Counter(dot.activity for _, dot in drawn)
    colours = dict(zip((activity for activity, _ in counts.most_common()), _COLOURS, strict=False))
    root = canvas(name, _LEFT + _WIDTH + _RIGHT, _TOP + _CHART + _BOTTOM)
    scale = _Scale([dot.completed_at for _, dot in drawn])
    scale.draw(root, _TOP, _TOP + _CHART)
    apart = _CHART / max(len(lines), 1)
    marks: defaultdict[str, list[str]] = defaultdict(list)
    for line, dot in drawn:
        x, y = scale.x(dot.completed_at), _TOP + (line + 0.5) * apart
        kind = dot.activity if dot.activity in colours else _OTHERS
        marks[kind].append(f"M{x:.1f} {y:.1f}h0")
    legend = [*colours.items(), *([(_OTHERS, _OTHER)] if _OTHERS in marks else [])]
    for kind, colour in reversed(legend):
        shape = add(
            root, "path", d="".join(marks[kind]), stroke=colour, stroke_width=_DOT, fill="none"
        )
        shape.set("stroke-linecap", "round")
        tip(shape, kind)
    _legend(root, legend)
    return encoded(root)


def performance_spectrum(segments: Iterable[Segment], name: str) -> bytes:
    """A band for each of the most frequent steps, from the one activity, above, to the other,
    below; SVG as UTF-8."""
    steps: defaultdict[tuple[str, str], list[Segment]] = defaultdict(list)
    for segment in segments:
        steps[segment.from_activity, segment.to_activity].append(segment)
    drawn = sorted(steps.items(), key=lambda item: (-len(item[1]), item[0]))[:_BANDS]
    height = len(drawn) * (_BAND + _BAND_GAP) + _BAND_GAP
    root = canvas(name, _LEFT + _WIDTH + _RIGHT, _TOP + height + _BOTTOM)
    scale = _Scale([at for _, those in drawn for each in those for at in each[3:5]])
    scale.draw(root, _TOP, _TOP + height)
    for number, ((before, after), those) in enumerate(drawn):
        top = _TOP + _BAND_GAP + number * (_BAND + _BAND_GAP)
        bottom = top + _BAND
        for edge in (top, bottom):
            add(root, "path", d=f"M{_LEFT} {edge}h{_WIDTH}", stroke="#888888")
        for quarter, (_, colour) in enumerate(_QUARTERS, start=1):
            lines = "".join(
                f"M{scale.x(each.from_at):.1f} {top:g}L{scale.x(each.to_at):.1f} {bottom:g}"
                for each in those
                if each.quartile == quarter
            )
            add(root, "path", d=lines, stroke=colour, stroke_width=0.75, stroke_opacity=0.6)
        for words, y in ((f"{before}  ({len(those):,})", top - 9), (after, bottom + 10)):
            write_words(root, words, _LEFT + 4, y, text_anchor="start", **HALO)
    _legend(root, _QUARTERS)
    return encoded(root)


class _Scale:
    """From instants to places along the picture."""

    def __init__(self, instants: Sequence[datetime]) -> None:
        self._first = min(instants, default=datetime(1970, 1, 1, tzinfo=UTC))
        last = max(instants, default=self._first)
        self._length = max(last - self._first, timedelta(seconds=1))

    def x(self, at: datetime) -> float:
        return _LEFT + _WIDTH * ((at - self._first) / self._length)

    def draw(self, root: etree._Element, top: float, bottom: float) -> None:
        """Lines at some instants, told by their date, or by their time where all is in few days."""
        form = "%Y-%m-%d" if self._length > timedelta(days=_TICKS) else "%d %b %H:%M"
        for number in range(_TICKS + 1):
            at = self._first + self._length * number / _TICKS
            add(root, "path", d=f"M{self.x(at):.1f} {top}V{bottom}", stroke="#dddddd")
            write_words(root, f"{at:{form}}", self.x(at), bottom + 16)


def _legend(root: etree._Element, entries: Sequence[tuple[str, str]]) -> None:
    left = _LEFT + _WIDTH + 24
    for number, (words, colour) in enumerate(entries):
        y = _TOP + 10 + number * 20
        add(root, "circle", cx=left, cy=y, r=5, fill=colour, stroke="none")
        write_words(root, words, left + 12, y, text_anchor="start")
