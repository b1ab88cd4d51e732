"""Every command on the pages of the manual does what it is there for, as it stands there.

The pages for producers and of agreements are tutorials, with tests of their own that hold what is
printed against them, too.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson
import pytest

from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from procesmijn.embedded import find
from procesmijn.files.exports import Form, written
from procesmijn.flows import bpmn
from procesmijn.flows.tree import SILENT, Activity, Block, Operator
from schemas.examples import example_event
from tests.acceptance.conftest import TOPIC
from tests.commands import Procesmijn, running, until
from tests.exports import part
from tests.manual import DOCS, commands_of

PAGES: Final = (
    "import",
    "cli",
    "flows",
    "export",
    "catalogue",
    "operations",
    "worker",
    "deploy",
    "alerts",
    "security",
)
FINDINGS: Final = {
    "streams accept-gap": "there is no gap",
    "dead-letters redrive": "0 records redriven, 1 still refused",
}
"""Where nothing is wrong, and where nothing was mended, these have something to say."""
ELSEWHERE: Final = {"agreements", "demo", "events"}
"""Have tests of their own, in which there is what they speak of."""
ARCHIVE: Final = "/archive"
"""Where the pages put what is retired; here that is beside the home."""
TICKETS: Final = """\
case,activity,time,party
T-1,Ticket opened,2023-11-06T09:10:00Z,staff
T-1,Ticket assigned,2023-11-06T10:10:00Z,servicedesk
T-1,Ticket closed,2023-11-08T16:00:00Z,it
T-2,Ticket opened,2023-12-04T09:10:00Z,staff
T-2,Ticket closed,2023-12-05T16:00:00Z,it
T-3,Ticket opened,2024-01-08T09:10:00Z,staff
T-3,Ticket closed,2024-01-09T16:00:00Z,it
"""


def xes_log() -> bytes:
    """Cases of a process, with what the pages speak of."""
    traces = []
    for number in range(40):
        way = ["Apply", "Interview", "Reject" if number % 3 else "Offer"]
        way += ["Interview"] * (number % 8 == 0)
        at = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(days=number)
        events = "".join(
            f'<event><string key="concept:name" value="{activity}"/>'
            f'<date key="time:timestamp" value="{(at + timedelta(hours=5 * step)).isoformat()}"/>'
            + "".join(
                f'<string key="{key}" value="{("HR", "Manager")[step % 2]}"/>'
                for key in ("org:group", "resource")
            )
            + "</event>"
            for step, activity in enumerate(way)
        )
        traces.append(f'<trace><string key="concept:name" value="A{number}"/>{events}</trace>')
    return gzip.compress(f"<log>{''.join(traces)}</log>".encode())


@pytest.fixture(scope="module")
def home() -> Iterator[Procesmijn]:
    """Where everything runs, the log is in, and two records were refused."""
    with tempfile.TemporaryDirectory(prefix="procesmijn-") as name:
        commands = Procesmijn(Path(name) / "home")
        log = Path(name) / "hiring.xes.gz"
        log.write_bytes(xes_log())
        with running(commands, "up", until="Ctrl-C stops"):
            assert commands("import", log, "--process", "hiring", "--to-store").code == 0
            tickets = Path(name) / "tickets.csv"
            tickets.write_text(TICKETS)
            asked = ("--process", "it_service", "--object-type", "ticket", "--to-store")
            assert commands("import", tickets, *asked).code == 0
            servers = find(commands.home)
            assert servers is not None
            assert servers.kafka_servers is not None
            unknown = example_event("contract.issued") | {"type": "contract.isued"}
            headers = (("content-type", b"application/cloudevents+json"),)
            bad = [Message(orjson.dumps(unknown), b"1", headers), Message(b"{", b"2")]
            publish(KafkaSettings(servers.kafka_servers), TOPIC, bad)
            until(commands, "dead-letters", "list", count=2)
            yield commands


@pytest.fixture
def desk(home: Procesmijn, folder: Path) -> Path:
    """A folder with the files that the pages speak of, and ``procesmijn`` at hand."""
    command = folder / "procesmijn"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m procesmijn.cli "$@"\n')
    command.chmod(0o755)
    (folder / "hiring.xes.gz").write_bytes(xes_log())
    again = Block(Operator.CHOICE, (SILENT, Activity("Interview")))
    outcome = Block(Operator.CHOICE, (Activity("Offer"), Activity("Reject")))
    way = (Activity("Apply"), Activity("Interview"), outcome, again)
    (folder / "agreed.bpmn").write_bytes(bpmn.write(Block(Operator.SEQUENCE, way), "agreed"))
    (folder / "purchases.csv").write_text(
        "order,step,begun,finished,department\n"
        "1,ask,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,Sales\n"
        "1,buy,2026-03-03T09:00:00Z,2026-03-03T10:00:00Z,Purchasing\n"
    )
    with written(folder / "orders.sqlite", Form.OCEL2_SQLITE, "orders", "order") as write:
        write(
            part(
                [("id-1", "item", "I-1")], ("O-1", "pick", 10**12, None, "complete", *"ab", "id-1")
            )
        )
    (folder / "recruitment.json").write_bytes(
        orjson.dumps(
            {
                "eventTypes": [{"name": "Vacancy opened", "attributes": []}],
                "objectTypes": [{"name": "vacancy", "attributes": []}],
                "objects": [{"id": "V-1", "type": "vacancy"}],
                "events": [
                    {
                        "id": "e1",
                        "type": "Vacancy opened",
                        "time": "2026-03-02T08:00:00Z",
                        "relationships": [{"objectId": "V-1", "qualifier": ""}],
                    }
                ],
            }
        )
    )
    (folder / "data.json").write_bytes(orjson.dumps(example_event("ticket.closed")["data"]))
    (folder / "ours.yaml").write_text(home("catalogue", "show").out)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page(page: str, home: Procesmijn, desk: Path) -> None:
    environment = home.environment()
    environment["PATH"] = f"{desk}:{environment['PATH']}"
    archive = str(home.home.parent / "archive")
    for command, shown in commands_of(page):
        done = subprocess.run(
            ["/bin/sh", "-c", command.replace(ARCHIVE, archive)],
            env=environment,
            cwd=desk,
            capture_output=True,
            text=True,
            check=False,
        )
        finding = next((FINDINGS[each] for each in FINDINGS if f" {each} " in command), "")
        assert done.returncode == bool(finding), (command, done.stderr)
        assert finding in done.stderr, command
        said = (done.stdout + done.stderr).replace(archive, ARCHIVE)
        assert not shown or tuple(map(str.rstrip, said.splitlines())) == shown, command


def test_the_commands_of_every_page_are_run() -> None:
    pages = {path.stem for path in DOCS.glob("*.md") if commands_of(path.stem)}
    assert pages == {*PAGES} | ELSEWHERE
