"""``procesmijn catalogue``: check, show, print, merge, activate, suggest."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml

from procesmijn.catalogue import Catalogue, default, differences, load, merged
from procesmijn.cli.options import Process, known_process
from procesmijn.cli.printing import print_catalogue
from procesmijn.cli.service import Service, in_force, read_keys, reading, service
from procesmijn.cli.show import write_json
from procesmijn.cli.suggestion import fragment
from procesmijn.cli.tell import many, note, progress
from procesmijn.core.compile import rule_digests
from procesmijn.flows.concurrency import pairs
from procesmijn.persons import Persons
from procesmijn.settings import Settings, read_settings
from procesmijn.store import flows
from procesmijn.store.catalogues import Active

app = typer.Typer(
    add_completion=False,
    help="Check, show, print, merge or activate a catalogue, or suggest what belongs in it.",
)

app.command(name="print")(print_catalogue)

_KEPT_BY_US: Final = "holidays"
"""Looked up, and not written by hand: a file has none."""


class As(StrEnum):
    """How a catalogue is written."""

    YAML = "yaml"
    JSON = "json"


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="YAML; without it the one that ships with procesmijn.")
    ] = None,
) -> None:
    """Name every mistake in a catalogue, and say what would change.

    The changes, on stdout, are against the catalogue in use, where there is a database.
    """
    settings = read_settings()
    catalogue = default() if file is None else load(file)
    note(f"{file or 'the catalogue of procesmijn'} is right: {_size(catalogue)}")
    if not _has_database(settings):
        return
    with reading(settings) as (store, _):
        active = store.active()
    if active is not None:
        persons = Persons(read_keys(settings))
        _compare(active, catalogue.pseudonymous(persons.pseudonym))


@app.command()
def show(
    form: Annotated[As, typer.Option("--format", help="How it is written.")] = As.YAML,
) -> None:
    """Show the catalogue in use, performers as pseudonyms."""
    active = in_use(read_settings())
    content = active.catalogue.model_dump(mode="json", exclude_defaults=True)
    content.pop(_KEPT_BY_US, None)
    if form is As.JSON:
        write_json(_versioned(active, content))
        return
    print(f"# in use since {active.activated_at:%Y-%m-%d %H:%M:%SZ}, {active.catalogue.digest}")
    yaml.safe_dump(content, sys.stdout, allow_unicode=True, width=100)


@app.command()
def activate(
    file: Annotated[
        Path | None, typer.Argument(help="YAML; without it the one in use, after an upgrade.")
    ] = None,
    is_meant: Annotated[
        bool,
        typer.Option("--yes", help="Ask nothing, also where parties or agreements are taken away."),
    ] = False,
) -> None:
    """Put a catalogue in use, and recompute the cases that it changes.

    On a terminal it asks before it takes parties or agreements away; elsewhere it says so.

    Beside live traffic, in chunks: what was broken off goes on when it is started again, or with
    the next worker.
    """
    catalogue = None if file is None else load(file)
    with service(read_settings()) as parts:
        active = parts.active
        chosen = (
            active.catalogue
            if catalogue is None
            else catalogue.pseudonymous(parts.persons.pseudonym)
        )
        _compare(active, chosen)
        if taken := _taken_away(active.catalogue, chosen):
            note(f"this takes away {taken}; procesmijn catalogue merge FILE takes nothing away")
            is_asked = not is_meant and sys.stdin.isatty()
            if is_asked and not typer.confirm("put it in use?", err=True):
                note("nothing is changed")
                raise typer.Exit(1)
        parts.store.activate(chosen)
        _catch_up(parts)


@app.command()
def merge(
    file: Annotated[Path, typer.Argument(help="YAML: what is to be added.")],
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
) -> None:
    """Put what a file says over the catalogue in use, such as agreements that were suggested.

    What the file does not name stays as it is. The changes are on stdout.
    """
    with service(read_settings()) as parts:
        active = parts.active
        chosen = merged(active.catalogue, file)
        _compare(active, chosen)
        if not is_dry:
            parts.store.activate(chosen)
            _catch_up(parts)


def in_use(settings: Settings) -> Active:
    """The catalogue in use; raises :class:`procesmijn.cli.service.NothingActive`."""
    with reading(settings) as (store, _):
        return in_force(store)


@app.command()
def suggest(
    process: Process,
    form: Annotated[As, typer.Option("--format", help="How it is written.")] = As.YAML,
) -> None:
    """Suggest pairs of activities that run side by side, so that neither hands over to the other.

    Each comes with the counts that speak for and against it, to be pasted into the catalogue by
    whoever knows. JSON has all pairs that came in both orders, also those not suggested.
    """
    with reading(read_settings()) as (store, connection):
        known_process(process, connection)
        found = pairs(flows.variants(process, store.terms, connection))
        active = store.active()
    declared = active.catalogue.processes.get(process) if active else None
    there = declared.concurrent_activities() if declared else frozenset[tuple[str, str]]()
    if form is As.JSON:
        write_json(
            [
                {
                    **pair._asdict(),
                    "is_suggested": pair.is_suggested,
                    "is_declared": pair[:2] in there,
                }
                for pair in found
            ]
        )
        return
    new = [pair for pair in found if pair.is_suggested and pair[:2] not in there]
    note(
        f"{many(len(new), 'pair')} suggested, of {len(found):,} that came in both orders;"
        f" {len(there) // 2:,} declared already"
    )
    if new:
        names = {name for pair in new for name in pair[:2]}
        known = declared.activities if declared else {}
        print(fragment(process, new, names - known.keys()), end="")


def _catch_up(parts: Service) -> None:
    stale = parts.store.count_stale()
    done = 0
    with progress("computing", stale) as report:
        for objects in parts.applier.catch_up():
            done += objects
            report(done)
    note(f"in use; {many(done, 'object')} computed anew")


def _compare(active: Active, chosen: Catalogue) -> None:
    lines = differences(active.catalogue, chosen)
    for line in lines:
        print(line)
    if not lines:
        note("nothing changes against the one in use")
    wanted = rule_digests(chosen)
    changed = {
        kind
        for kind in wanted.keys() | active.digests.keys()
        if wanted.get(kind) != active.digests.get(kind)
    }
    if changed:
        note(f"cases are computed anew where they are about: {', '.join(sorted(changed))}")


def _taken_away(old: Catalogue, new: Catalogue) -> str:
    """What would be declared no longer, of what people miss; empty where nothing is."""
    parties = len(old.parties.keys() - new.parties.keys())
    agreements = len(old.agreements.keys() - new.agreements.keys())
    counted = (
        *([many(parties, "party", "parties")] if parties else []),
        *([many(agreements, "agreement")] if agreements else []),
    )
    return " and ".join(counted)


def _has_database(settings: Settings) -> bool:
    return settings.database_url is not None or (settings.home / "postgres").exists()


def _size(catalogue: Catalogue) -> str:
    return ", ".join(
        (
            many(len(catalogue.parties), "party", "parties"),
            many(len(catalogue.processes), "process", "processes"),
            many(len(catalogue.agreements), "agreement"),
            many(len(catalogue.calendars), "calendar"),
            many(len(catalogue.streams), "stream"),
        )
    )


def _versioned(active: Active, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "digest": active.catalogue.digest,
        "activated_at": active.activated_at,
        "catalogue": content,
    }
