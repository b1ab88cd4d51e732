"""How pairs that seem to run side by side are shown to whoever keeps the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import yaml

from procesmijn.cli.tell import many
from procesmijn.flows.concurrency import Pair


def fragment(process: str, pairs: Sequence[Pair], undeclared: Iterable[str]) -> str:
    """A part of a catalogue to be pasted into it, with the reasons as comments.

    ``undeclared`` are activities that the catalogue has to have before it can speak of them.
    """
    lines = ["processes:", f"  {on_one_line(process)}:"]
    if names := sorted(undeclared):
        lines += ["    activities:", *(f"      {on_one_line(name)}:" for name in names)]
    lines.append("    concurrent:")
    for pair in pairs:
        apart = f"apart in {pair.apart:,} of {many(pair.cases, 'case')} with both"
        lines += (
            f"      # for: {pair.forth:,} times in this order, {pair.back:,} in the other",
            f"      # against: {many(pair.loops, 'short loop')}; {apart}",
            f"      - {on_one_line([pair.first, pair.second])}",
        )
    return "".join(f"{line}\n" for line in lines)


def on_one_line(value: object) -> str:
    """As YAML, quoted where it has to be."""
    flow: str = yaml.safe_dump(value, allow_unicode=True, width=10_000, default_flow_style=True)
    return flow.removesuffix("...\n").strip()
