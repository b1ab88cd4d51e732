"""A directly-follows graph as the JSON that scripts read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from procesmijn.core.flow import DirectlyFollows

TIMES: Final = ("seconds_median", "seconds_p90", "percentile_basis")


def write(flow: DirectlyFollows) -> bytes:
    """``{"edges": [{from, to, count, seconds_mean}], "start": {...}, "end": {...}}``, as UTF-8;
    where times were asked for, an edge has ``seconds_median, seconds_p90, percentile_basis`` too.

    The most frequent come first, then by name; ``seconds_mean`` is from completion to completion.
    """
    edges = sorted(flow.edges.items(), key=lambda item: (-item[1].count, item[0]))
    document = {
        "edges": [
            {"from": a, "to": b, "count": edge.count, "seconds_mean": edge.seconds_mean}
            | ({} if edge.times is None else dict(zip(TIMES, edge.times, strict=True)))
            for (a, b), edge in edges
        ],
        "start": _by_count(flow.starts),
        "end": _by_count(flow.ends),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _by_count(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
