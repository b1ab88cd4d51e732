"""Cases in time as pictures: the dotted chart, and the performance spectrum."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from lxml import etree

from procesmijn.flows.canvas import HALO, Caption, add, canvas, tip, write_words
from procesmijn.flows.time_axis import TimeAxis
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
    ("second quarter", "#0072b2"),
    ("third quarter", "#e69f00"),
    ("slowest quarter", "#d55e00"),
)
_WIDTH: Final = 1_000.0
_LEFT: Final = 60.0
_RIGHT_LEAST: Final = 230.0
"""Where the legend is."""
_LEGEND: Final = 24.0
"""Between a chart and its legend."""
_LETTER: Final = 6.8
"""Width of a letter of a legend, about."""
_TOP: Final = 10.0
_BOTTOM: Final = 46.0
_CHART: Final = 620.0
_BAND: Final = 76.0
_BAND_GAP: Final = 46.0
_BANDS: Final = 10
"""So many pairs of activities are drawn, the most frequent."""
_DOT: Final = 3.0


def dotted_chart(dots: Iterable[Dot], caption: Caption, zone: ZoneInfo) -> bytes:
    """Each case on a line of its own, the first that started at the top; SVG as UTF-8."""
    lines: dict[str, int] = {}
    drawn = [(lines.setdefault(dot.case_key, len(lines)), dot) for dot in dots]
    counts = Counter(dot.activity for _, dot in drawn)
    colours = dict(zip((activity for activity, _ in counts.most_common()), _COLOURS, strict=False))
    kinds = [*colours, _OTHERS]
    root = canvas(caption, _LEFT + _WIDTH + _right(kinds), _TOP + _CHART + _BOTTOM)
    axis = TimeAxis((dot.completed_at for _, dot in drawn), zone, _LEFT, _WIDTH)
    axis.draw(root, _TOP, _TOP + _CHART)
    middle = _TOP + _CHART / 2
    turned = f"rotate(-90 {_LEFT / 2:g} {middle:g})"
    write_words(root, "cases, by their start", _LEFT / 2, middle, transform=turned)
    apart = _CHART / max(len(lines), 1)
    marks: defaultdict[str, list[str]] = defaultdict(list)
    for line, dot in drawn:
        x, y = axis.x(dot.completed_at), _TOP + (line + 0.5) * apart
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


def performance_spectrum(
    segments: Iterable[Segment], drawn: Container[str], caption: Caption, zone: ZoneInfo
) -> bytes:
    """A band for each of the most frequent steps, from the one activity, above, to the other,
    below; SVG as UTF-8. All segments are counted, those of the cases in ``drawn`` are drawn."""
    steps: defaultdict[tuple[str, str], list[Segment]] = defaultdict(list)
    counts: Counter[tuple[str, str]] = Counter()
    for segment in segments:
        step = segment.from_activity, segment.to_activity
        counts[step] += 1
        if segment.case_key in drawn:
            steps[step].append(segment)
    bands = sorted(counts, key=lambda step: (-counts[step], step))[:_BANDS]
    height = len(bands) * (_BAND + _BAND_GAP)
    root = canvas(caption, _LEFT + _WIDTH + _RIGHT_LEAST, _TOP + height + _BOTTOM)
    axis = TimeAxis(
        (at for step in bands for each in steps[step] for at in (each.from_at, each.to_at)),
        *(zone, _LEFT, _WIDTH),
    )
    axis.draw(root, _TOP, _TOP + height)
    for number, step in enumerate(bands):
        top = _TOP + _BAND_GAP / 2 + number * (_BAND + _BAND_GAP)
        bottom = top + _BAND
        for edge in (top, bottom):
            add(root, "path", d=f"M{_LEFT} {edge}h{_WIDTH}", stroke="#888888")
        for quarter, (_, colour) in enumerate(_QUARTERS, start=1):
            lines = "".join(
                f"M{axis.x(each.from_at):.1f} {top:g}L{axis.x(each.to_at):.1f} {bottom:g}"
                for each in steps[step]
                if each.quartile == quarter
            )
            add(root, "path", d=lines, stroke=colour, stroke_width=0.75, stroke_opacity=0.6)
        before, after = step
        for words, y in ((f"{before}  ({counts[step]:,} times)", top - 9), (after, bottom + 10)):
            write_words(root, words, _LEFT + 4, y, text_anchor="start", **HALO)
    _legend(root, _QUARTERS)
    return encoded(root)


def _right(entries: Sequence[str]) -> float:
    """What a legend takes."""
    return max(_RIGHT_LEAST, 2 * _LEGEND + _LETTER * max(map(len, entries)))


def _legend(root: etree._Element, entries: Sequence[tuple[str, str]]) -> None:
    left = _LEFT + _WIDTH + _LEGEND
    for number, (words, colour) in enumerate(entries):
        y = _TOP + 10 + number * 20
        add(root, "circle", cx=left, cy=y, r=5, fill=colour, stroke="none")
        write_words(root, words, left + 12, y, text_anchor="start")
