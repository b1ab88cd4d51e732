"""What every command that prints a table shows on a terminal of 80 columns: all of it, readable."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final, TypeAlias

import orjson
import pytest
from typer.core import TyperCommand

from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue.processes import Stream
from procesmijn.cli.commands import COMMANDS, load
from procesmijn.cli.flow import TABLES
from procesmijn.demo.heard import Heard
from procesmijn.demo.organisation import Organisation, catalogue
from procesmijn.demo.schedule import instant_us
from procesmijn.persons import Keys
from procesmijn.store import alerts, dead_letters, looks, tokens
from procesmijn.store.dead_letters import DeadLetterFilter
from procesmijn.store.filters import Period
from schemas.examples import example_event
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import Line, Sent
from tests.integration.bad_input.messages import opened

BEGIN: Final = datetime(2026, 1, 5, tzinfo=UTC)
HISTORY: Final = timedelta(weeks=5)
VOLUME: Final = 0.3
AS_OF: Final = ("--as-of", "2026-02-06T12:00Z")
OF: Final = "recruitment"
COLUMNS: Final = 80
USUAL_COLUMNS: Final = 120
FEWEST_LINES: Final = 4
ALL_ON_ONE_LINE: Final = 100_000
NEED_MORE_WEEKS: Final = {"drift"}

SHOWN: Final = [
    *(("flow", OF, "--as", view) for view in TABLES),
    *(("conformance", OF, "--model", "MODEL", "--as", it) for it in ("deviations", "variants")),
    ("conformance", OF, "--model", "MODEL", "--as", "cases"),
    ("conformance", OF, "--model", "MODEL", "--case", "CASE"),
    ("handovers", OF),
    ("chain", OF, *AS_OF),
    ("chain",),
    ("cases", OF, *AS_OF),
    ("deliveries", *AS_OF),
    ("pending", *AS_OF),
    ("track", OF, "CASE", *AS_OF),
    ("track", OF, *AS_OF),
    ("track", "it_service", "--backtest", *AS_OF),
    ("report", "supplier", "hr", *AS_OF),
    ("report", "customer", "payroll", *AS_OF),
    ("report", "voice", *AS_OF),
    ("report", "grade", *AS_OF),
    ("report", "cadence", *AS_OF),
    ("report", "quality", "--process", "onboarding", *AS_OF),
    ("compare", OF, "--at", "2026-01-20", *AS_OF),
    ("trend", "met", "--by", "pair", *AS_OF),
    ("report", "alerts", *AS_OF),
    ("alerts", "list"),
    ("tokens", "list"),
    ("looked",),
    ("report", "improved", "--from", "2026-01-20", "--all", *AS_OF),
    ("rules", "list"),
    ("rules", "deviations", *AS_OF),
    ("rules", "propose", OF, "--min-cases", "3"),
    ("agreements", "list"),
    ("agreements", "check"),
    ("agreements", "simulate", "--lead-time", "3 days", *AS_OF),
    ("agreements", "suggest", "--at-least", "3", "--format", "table"),
    ("schemas", "list"),
    ("check-message", "MESSAGES", "--lines", "--in-use"),
    ("dead-letters", "list"),
    ("dead-letters", "list", "--state", "all"),
    ("dead-letters", "sightings"),
    ("dead-letters", "acceptances"),
    ("streams", "list"),
    ("ledger",),
    ("ledger", "--entries"),
    ("retire", "--list"),
    ("retire", "--before", "2026-02-06", "--dry-run"),
    ("verify",),
    ("settings",),
]
COMPARED: Final = [
    ("handovers", OF),
    ("chain", OF, *AS_OF),
    ("pending", *AS_OF),
    ("report", "supplier", "hr", *AS_OF),
    ("report", "customer", "manager", *AS_OF),
    ("agreements", "check"),
]
"""Of which people read the columns."""
Printed: TypeAlias = Callable[..., list[str]]


@pytest.fixture(scope="module")
def files(
    make_line: MakeLine, keys: Keys, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A store with something of everything; files and names that commands need."""
    line = make_line()
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROCESMIJN_HOME", str(folder / "home"))
        patch.setenv("PROCESMIJN_DATABASE_URL", line.store.url)
        patch.setenv("PROCESMIJN_KAFKA_SERVERS", line.kafka.servers)
        patch.setenv("PROCESMIJN_KEYS", keys.text())
        fill(line)
        run("retire", "--before", "2026-01-20", "--archive", str(folder / "archive"))
        model, messages = folder / "model.bpmn", folder / "messages"
        run("flow", OF, "--as", "bpmn", "--noise", "0.3", "--no-quality", "--out", str(model))
        messages.write_bytes(
            b"\n".join([orjson.dumps(example_event("contract.issued")), b"{", b'{"type": "x"}'])
        )
        [(case,)] = line.ask("SELECT case_key FROM bi.fct_case WHERE process = %s LIMIT 1", OF)
        yield {"MODEL": str(model), "MESSAGES": str(messages), "CASE": case}


def fill(line: Line) -> None:
    """Some weeks of an organisation; records that were read, refused, looked at, and accepted."""
    declared = catalogue().pseudonymous(line.persons.pseudonym)
    streams = (Stream(topic=line.topic), Stream(topic="older.events", backfill=True))
    line.store.activate(declared.model_copy(update={"streams": streams}))
    heard = Heard(Organisation(7, BEGIN, HISTORY, volume=VOLUME), instant_us(BEGIN + HISTORY))
    line.applier.apply(Batch(arrivals=tuple(map(Arrival, heard))))
    unknown = orjson.dumps(example_event("contract.issued") | {"type": "contract.isued"})
    line.send(opened("V0"), Sent(b"{"), Sent(unknown))
    line.read()
    with line.store.reader() as connection:
        letters = dead_letters.find(DeadLetterFilter(), connection)
        dead_letters.note_sightings(letters, "ann", connection)
        late = list(alerts.alerts(Period(), OF, None, connection).rows)[:3]
        tokens.make("wallboard", [f"owner:{OF}"], 90, "ann", connection)
        looks.note("ann", "192.0.2.7", OF, "V0", f"/case?process={OF}&case=V0", connection)
        alerts.note([alerts.Noted(row["alert_id"], "owners", "", row) for row in late], connection)
    place = letters[0].partition
    line.store.accept_refusals(
        place, 3, "ann", "an export that was made by hand, and is not sent again"
    )
    line.store.rewind(place, 1, "bob")
    line.ask("DELETE FROM mining.pending RETURNING 1")  # so that verify has something to say


def commands() -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    """Every command, by its words."""
    for name in COMMANDS:
        command = load(name)
        below = getattr(command, "commands", None)
        if below is None:
            yield (name,), command
        else:
            yield from (((name, word), each) for word, each in below.items())


def prints_tables(command: Any) -> bool:
    """Whether one of its formats is a table."""
    return any(
        "table" in {member.value for member in kind}
        for option in command.params
        if "--format" in option.opts
        and isinstance(kind := option.type_descriptor.annotation, type)
        and issubclass(kind, Enum)
    )


def run(*arguments: str) -> None:
    command, rest = load(arguments[0]), arguments[1:]
    command.main(list(rest), standalone_mode=False)


@pytest.fixture
def printed(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Printed:
    """What a command prints on a terminal of so many columns, line by line."""

    def printed(width: int, *arguments: str) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        capsys.readouterr()
        run(*(files.get(each, each) for each in arguments))
        return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()

    return printed


def test_no_command_is_forgotten() -> None:
    tables = {words for words, it in commands() if prints_tables(it) and not it.hidden}
    shown = {each[:length] for each in SHOWN for length in (1, 2)}
    assert tables
    assert tables <= shown


@pytest.mark.parametrize("arguments", SHOWN, ids=" ".join)
def test_a_table_fits_and_has_all_of_it(arguments: tuple[str, ...], printed: Printed) -> None:
    """Every heading and every word that a line has room for: nothing is cut off or broken."""
    whole = printed(ALL_ON_ONE_LINE, *arguments)
    shown = printed(COLUMNS, *arguments)
    assert len(whole) > 1 or NEED_MORE_WEEKS & set(arguments)
    assert max(map(len, shown)) <= COLUMNS, shown
    missing = words(whole) - words(shown)
    assert not {word for word in missing if len(word) < COLUMNS / 2}


@pytest.mark.parametrize("arguments", COMPARED, ids=" ".join)
def test_what_is_compared_down_a_column_is_a_table(
    arguments: tuple[str, ...], printed: Printed
) -> None:
    """No row is a block of lines, between which there is a blank one."""
    whole = printed(ALL_ON_ONE_LINE, *arguments)
    shown = printed(USUAL_COLUMNS, *arguments)
    assert len(whole) > FEWEST_LINES
    assert max(map(len, shown)) <= USUAL_COLUMNS
    assert shown.count("") == whole.count("")


def test_a_stream_without_a_topic_is_listed(printed: Printed) -> None:
    [row] = [line for line in printed(ALL_ON_ONE_LINE, "streams", "list") if "older.events" in line]
    assert "yes" in row
    assert "no such topic" in row


def words(lines: list[str]) -> Counter[str]:
    return Counter(" ".join(lines).split())
