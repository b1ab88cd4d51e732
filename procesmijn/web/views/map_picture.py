"""What a map is drawn from: everything but where it stands, in words of the reader's language."""

from __future__ import annotations

import orjson
from markupsafe import Markup

from procesmijn.web.asking import Asking
from procesmijn.web.views.map_paths import Drawn, Path


def graph(found: Drawn, asking: Asking) -> str:
    """Of all that is shown, as JSON."""
    say = asking.say
    most = max((path.row.cases for path in found.paths), default=1)
    lanes = {tag.name: number for number, tag in enumerate(found.lanes)}
    drawing = {
        "lanes": [
            {"label": tag.label or str(say.text("map.no_party")), "tone": tag.tone}
            for tag in found.lanes
        ],
        "nodes": [
            {
                "id": row.activity,
                "label": found.label(row.activity),
                "lane": lanes[row.party],
                "cases": say.number(row.cases) if row.cases else "",
                "title": str(
                    say.text(
                        "map.node",
                        activity=found.label(row.activity),
                        party=asking.names.party(row.party).label or say.text("map.no_party"),
                        cases=say.number(row.cases),
                    )
                ),
            }
            for row in found.activities
        ],
        "edges": [
            {
                "from": path.row.before,
                "to": path.row.after,
                "cases": path.row.cases,
                "kind": str(path.row.kind),
                "state": path.kept.state if path.is_agreed else "open",
                "agreed": path.is_agreed,
                "rework": path.is_rework,
                "value": str(_value(path, asking)),
                "width": path.width(most),
                "title": str(_title(path, asking)),
                "url": asking.here.at(asking.path, select="" if path.is_selected else path.key),
                "selected": path.is_selected,
            }
            for path in found.paths
        ],
    }
    return orjson.dumps(drawing).decode()


def _title(path: Path, asking: Asking) -> Markup:
    """A path, read aloud."""
    say, names, row = asking.say, asking.names, path.row
    activities = say.text("map.edge", before=path.before, after=path.after)
    cases = say.text("map.edge_cases", n=row.cases)
    if path.median is None:
        return Markup(", ").join([activities, cases])
    pair = say.text(
        "map.edge",
        before=names.party(row.supplier).label,
        after=names.party(row.customer).label,
    )
    time = say.time(path.median, asking.day(row.customer), asking.here.clock)
    parts = [activities, pair, cases, say.text("map.edge_median", time=time)]
    if not path.is_agreed:
        parts.append(say.text("figure.no_agreement"))
    elif path.kept.share is not None:
        parts.append(say.text("map.edge_share", share=say.share(path.kept.share)))
        if path.kept.state != "none":
            parts.append(say.text(f"map.edge_{path.kept.state}"))
    if path.is_rework:
        parts.append(say.text("map.rework"))
    return Markup(", ").join(parts)


def _value(path: Path, asking: Asking) -> Markup | str:
    """What stands on a path."""
    say = asking.say
    if not path.is_handover or asking.here.measure == "cases":
        return say.number(path.row.cases)
    if asking.here.measure == "met":
        return say.share(path.kept.share)
    return path.said(path.p90 if asking.here.measure == "p90" else path.median, asking)
