"""``procesmijn demo``, as its users run it: with real servers, and gone when it is told to go."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import psycopg
import pytest

from procesmijn.cli.web import PORT
from procesmijn.embedded import find
from tests.manual import commands_of

STOPPED_WITHIN_SECONDS = 5.0
CHECKSUMS = ("verify", "--checksums", "--format", "json", "--as-of")


@pytest.fixture
def home() -> Iterator[Path]:
    """A home in a folder with a short name, as sockets want it."""
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as folder:
        yield Path(folder) / "home"


def command(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "procesmijn.cli", *arguments],
        env={**os.environ, "PROCESMIJN_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(home: Path, *arguments: str) -> tuple[int, str, str]:
    process = command(home, *arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def events_in(table: str) -> int:
    found = re.search(r"([\d,]+) events +[\d,]+ cases", table)
    assert found is not None
    return int(found[1].replace(",", ""))


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """The line that has them."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    pytest.fail(f"it ended without saying: {words}")


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Somebody listens there: we, if nobody else does."""
    with ExitStack() as stack:
        with suppress(OSError):
            stack.enter_context(socket.create_server(("127.0.0.1", port)))
        yield


def stop(process: subprocess.Popen[str], by: signal.Signals) -> tuple[str, str]:
    """Send a signal; everything has to be gone in time. Gives what it said on the way out."""
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(by)
    out, err = process.communicate(timeout=STOPPED_WITHIN_SECONDS)
    _, alive = psutil.wait_procs(children, timeout=0.5)
    assert not alive
    return out, err


def test_without_a_terminal_it_shows_a_table_and_ends(home: Path) -> None:
    real = home.with_name("settings")
    real.write_text("PROCESMIJN_KAFKA_SERVERS=127.0.0.1:1\nPROCESMIJN_DATABASE_URL=postgresql://\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROCESMIJN_SETTINGS_FILE", str(real))  # it brings servers of its own
        code, table, said = outcome(home, "demo", "--seconds", "0")
    assert (code, "error" in said) == (0, False)
    assert "first handover" in said
    assert "\x1b" not in table
    for words in ("Who waits for whom", "Onboarding", "Manager → Human resources", "Pending"):
        assert words in table
    assert re.search(r"[1-9]\d* dead letters: .*unknown-type", table)
    assert events_in(table) > 30_000

    code, _, said = outcome(home, "demo", "--keep", "--seed", "2")
    assert (code, "was made with seed 1" in said) == (2, True)

    code, again, _ = outcome(home, "demo", "--seconds", "0", "--keep")
    assert code == 0
    assert 0 <= events_in(again) - events_in(table) < 100
    assert re.search(r"[345]\d,\d{3} duplicates", again)


def test_a_history_is_filled_in_and_goes_on_live(home: Path) -> None:
    until = ("--until", "2026-05-20")
    code, _, said = outcome(home, "demo", "--fill", "--weeks", "3", *until)
    found = re.search(r"([\d,]+) events from 29 April 2026 to 20 May 2026 are in", said)
    assert (code, found is not None) == (0, True), said
    assert found is not None
    stored = int(found[1].replace(",", ""))

    code, out, _ = outcome(home / "demo", "handovers", "customer_service", "--format", "json")
    pairs = {(each["supplier"], each["customer"]) for each in json.loads(out)}
    assert {("customer_service", "sales"), ("sales", "end_customer")} <= pairs

    for line, _ in commands_of("demo"):
        with tempfile.TemporaryDirectory() as folder:
            words = shlex.split(line.replace("onboarding.bpmn", f"{folder}/onboarding.bpmn"))
            code, _, said = outcome(home / "demo", *words[1:])
            assert code == 0, said

    code, table, said = outcome(home / "demo", "demo", "--keep", "--seconds", "0", *until)
    assert (code, (home / "demo" / "demo").exists()) == (0, False), said
    assert re.search(r" [1-9]?\d? duplicates", table), "the history was not sent once more"
    assert 0 <= events_in(table) - stored < 100


def test_the_same_seed_and_the_same_events_give_the_same_tables(home: Path) -> None:
    """The same organisation twice, and then from what an archive has of its events alone."""
    filling = ("demo", "--fill", "--seed", "7", "--weeks", "2", "--until", "2026-05-20")
    demo, events, rules = home / "demo", home / "events", home / "rules.yaml"
    said = []
    for _ in range(2):
        assert outcome(home, *filling)[0] == 0
        said.append(outcome(demo, *CHECKSUMS, "2026-05-19T12:00Z"))
    assert said[0] == said[1]
    views = {each["view"]: each["rows"] for each in json.loads(said[0][1])}
    assert min(views["fct_handover"], views["fct_delivery"]) > 1_000

    assert outcome(demo, "archive", "--out", str(events))[0] == 0
    rules.write_text(outcome(demo, "catalogue", "show")[1])
    again = home / "again"
    again.mkdir()
    shutil.copy(demo / "keys", again / "keys")
    for words in (("catalogue", "activate", str(rules)), ("rebuild", "--from", str(events))):
        code, _, complaint = outcome(again, *words)
        assert code == 0, complaint
    assert outcome(again, *CHECKSUMS, "2026-05-19T12:00Z") == said[0]
    assert outcome(again, *CHECKSUMS, "2026-05-13T12:00Z") != said[0]


def test_while_it_runs_others_can_look_and_ctrl_c_ends_all_of_it(home: Path) -> None:
    with taken(PORT):
        running = command(home, "demo", "--seconds", "300")
        read_until(running, "all of it was in")
    page = read_until(running, "In a browser: ").split()[-1]
    assert page != f"http://127.0.0.1:{PORT}/"
    with urlopen(f"{page}api/v1/waits?process=onboarding") as answer:
        waits = {(row["supplier"], row["customer"]): row for row in json.load(answer)["rows"]}
    assert waits["hr", "payroll"]["cases"] > 20
    with urlopen(page) as answer:
        assert "vandaag om actie" in answer.read().decode()

    of_demo = home / "demo"
    connection = find(of_demo)
    assert connection is not None
    assert connection.database_url is not None
    with psycopg.connect(connection.database_url) as session:
        row = session.execute(
            "SELECT bi.as_of(), count(*), max(waiting_seconds) FROM bi.fct_pending"
        ).fetchone()
    assert row is not None
    behind = datetime.now(UTC) - row[0]
    assert timedelta(weeks=3) < behind < timedelta(weeks=5), "its present is not ours"
    assert row[1] > 20
    assert row[2] < timedelta(weeks=13, days=1).total_seconds()

    code, out, _ = outcome(of_demo, "handovers", "onboarding", "--format", "json")
    assert code == 0
    pairs = {(each["supplier"], each["customer"]) for each in json.loads(out)}
    assert {("hr", "payroll"), ("payroll", "hr"), ("hr", "it")} <= pairs

    code, _, said = outcome(home, "demo")
    assert (code, "is in use by process" in said) == (1, True)

    out, _ = stop(running, signal.SIGINT)
    assert running.returncode == 0
    assert "Who waits for whom" in out
    with pytest.raises(URLError):
        urlopen(page)


@pytest.mark.parametrize("after_seconds", [1.0, 3.0])
def test_it_can_be_stopped_while_it_starts(home: Path, after_seconds: float) -> None:
    starting = command(home, "demo")
    read_until(starting, "starting Kafka")
    time.sleep(after_seconds)
    stop(starting, signal.SIGTERM)


def test_it_empties_no_home_that_is_not_its_own(home: Path) -> None:
    (home / "demo").mkdir(parents=True)
    (home / "demo" / "thesis.txt").write_text("years of work")
    code, _, said = outcome(home, "demo")
    assert (code, "holds something else" in said) == (2, True)
    assert (home / "demo" / "thesis.txt").exists()
