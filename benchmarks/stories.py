"""``make bench-stories``: are the stories found where they are told, and nowhere else.

Every seed is an organisation that nobody has looked at. Each lives twice at full volume, with its
stories and without them, in a database of its own; as many at a time as there are processors. What
is found is held against the thresholds of ``procesmijn/demo/stories.yaml``: the command ends with 1
where a story is missed, or where one is found that nobody tells.

``BENCH_SEEDS`` says which seeds (default: ``1000-1019``), ``BENCH_WEEKS`` how long they live
(default: 20), ``BENCH_VOLUME`` how much comes in (default: 1). ``python -m benchmarks.stories
FILE`` writes the figures to another file than ``benchmarks/results/stories.json``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from benchmarks.organisations import SHAKEN, SLIPPED, Found, Life, found_in
from procesmijn.demo.stories import Story, stories
from procesmijn.embedded import Embedded
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store

FILE: Final = Path(__file__).with_name("results") / "stories.json"


def main(file: Path = FILE) -> int:
    """Let them live, print the table, write the figures to a file, and say whether all is well."""
    first, _, last = os.environ.get("BENCH_SEEDS", "1000-1019").partition("-")
    weeks = int(os.environ.get("BENCH_WEEKS", "20"))
    volume = float(os.environ.get("BENCH_VOLUME", "1"))
    lives = [
        Life(seed, weeks, volume, is_told)
        for seed in range(int(first), int(last or first) + 1)
        for is_told in (True, False)
    ]
    found: dict[Life, Found] = {}
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Embedded(Path(folder) / "home", kafka=False) as servers,
        ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool,
    ):
        asked: dict[Future[Found], Life] = {
            pool.submit(_lived, life, servers.database_url): life for life in lives
        }
        for done in as_completed(asked):
            life = asked[done]
            found[life] = done.result()
            how = "with stories" if life.is_told else "without"
            _tell(f"{len(found)} of {len(lives)}: seed {life.seed} {how}")
    told, quiet = (
        [found[life] for life in lives if life.is_told is is_told] for is_told in (True, False)
    )
    _show(told, quiet, f"{len(told)} organisations, {weeks} weeks, {volume:g} of the volume")
    missed = [
        f"seed {life.seed} {what}"
        for life in lives
        for what in (_missed(found[life]) if life.is_told else _alarms(found[life]))
    ]
    _save(file, lives, found, missed)
    print(
        *(missed or ["every story is found where it is told, and none where it is not"]), sep="\n"
    )
    return bool(missed)


def _lived(life: Life, server: str) -> Found:
    """In a process and a database of its own."""
    name = f"seed_{life.seed}_{'told' if life.is_told else 'quiet'}"
    database = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(database))
        url = urlsplit(server)._replace(path=f"/{name}").geturl()
        store = Store(url)
        store.migrate()
        store.close()
        found = found_in(life, url, Persons(Keys.generate()))
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
    return found


def _missed(found: Found) -> Iterator[str]:
    """What is told, and not found with its size."""
    for name, story in stories().items():
        if not _is_found(story, found.sizes[name]):
            least, most = story.found
            yield f"tells {name}, which comes out as {found.sizes[name]:.3g}: {least:g} to {most:g}"
    for agreement in sorted(SLIPPED - found.unreliable):
        yield f"breaks {agreement!r}, which is not found"
    for agreement in sorted(found.unreliable - SLIPPED - SHAKEN):
        yield f"does not break {agreement!r}, which is found not kept"


def _alarms(found: Found) -> Iterator[str]:
    """What nobody tells, and is found all the same."""
    for name, story in stories().items():
        if found.sizes[name] >= story.alarm:
            size, below = found.sizes[name], story.alarm
            yield f"does not tell {name}, which comes out as {size:.3g}: below {below:g}"
    for agreement in sorted(found.unreliable):
        yield f"breaks nothing, and {agreement!r} is found not kept"


def _is_found(story: Story, size: float) -> bool:
    least, most = story.found
    return least <= size <= most


def _show(told: Sequence[Found], quiet: Sequence[Found], title: str) -> None:
    table = Table("story", "told", "found", "in", "not told, most", "alarm", title=title)
    for name, story in stories().items():
        sizes = [each.sizes[name] for each in told]
        most = max(each.sizes[name] for each in quiet)
        table.add_row(
            name,
            f"{min(sizes):.3g} to {max(sizes):.3g}",
            f"{story.found[0]:g} to {story.found[1]:g}",
            f"{sum(_is_found(story, size) for size in sizes)} of {len(sizes)}",
            f"{most:.3g}",
            f"{story.alarm:g}",
        )
    Console(width=100).print(table)
    table = Table("agreement that is not kept", "told, in", "not told, in")
    broken, shaken = (
        Counter(agreement for each in some for agreement in each.unreliable)
        for some in (told, quiet)
    )
    for agreement in sorted(broken | shaken):
        table.add_row(agreement, f"{broken[agreement]}", f"{shaken[agreement]}")
    Console(width=100).print(table)


def _save(
    file: Path, lives: Sequence[Life], found: dict[Life, Found], missed: Sequence[str]
) -> None:
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "missed": list(missed),
        "organisations": [
            {
                "seed": life.seed,
                "weeks": life.weeks,
                "volume": life.volume,
                "is_told": life.is_told,
                "sizes": found[life].sizes,
                "unreliable": sorted(found[life].unreliable),
                "late_link": found[life].belt._asdict(),
            }
            for life in lives
        ],
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n")


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
