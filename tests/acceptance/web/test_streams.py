"""The view of the streams: does it flow, why was a message refused, and what is done about it."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from uuid import uuid4

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from consumers.connection import KafkaSettings
from consumers.publish import Message, publish
from procesmijn.batch import DeadLetter, Origin, Partition
from procesmijn.embedded import find
from procesmijn.persons import Keys, Persons
from procesmijn.store import Store, dead_letters
from tests.acceptance.conftest import PERSON, TOPIC
from tests.acceptance.web.conftest import Served, fetch, serving
from tests.commands import Procesmijn
from tests.event_logs import write_csv

Open = Callable[..., Page]

REFUSED = "/streams?topic=hr.test&reason=invalid-data"


def event(**changed: Any) -> bytes:
    """One of an employee of the test."""
    whole = {
        "specversion": "1.0",
        "type": "contract.issued",
        "source": "/hr",
        "id": str(uuid4()),
        "time": "2026-10-20T09:00:00Z",
        "data": {"employee": "E-STREAMS", "party": "hr"},
    }
    return json.dumps({**whole, **changed}).encode()


@pytest.fixture(scope="module")
def letters(served: Served) -> Iterator[Served]:
    """Refused messages of a topic: three that are wrong, and one that an older version refused."""
    place = Partition(uuid4(), 2, "hr.test")
    wrong = event(data={"employee": PERSON, "party": [PERSON], "salary": 4321})
    said = [("invalid-data", "data.party: should be text", wrong)] * 3
    said.append(("unknown-type", "the event type is not known", event()))
    found = [
        DeadLetter(
            Origin(place, 100 + number),
            time.time_ns() // 1_000,
            reason,
            message,
            b"key",
            value,
            (("content-type", b"application/cloudevents+json"),),
        )
        for number, (reason, message, value) in enumerate(said)
    ]
    persons = Persons(Keys.load(served.procesmijn.home / "keys"))
    store = Store(served.database_url)
    with store.reader() as connection:
        dead_letters.refuse(found, persons, connection)
    yield served
    with psycopg.connect(served.database_url) as connection:
        connection.execute("DELETE FROM stream.dead_letter WHERE topic = 'hr.test'")
        connection.execute("DELETE FROM stream.outbox WHERE key = 'hr.test'")


def test_why_was_this_message_refused(letters: Served, look: Open) -> None:
    """Two clicks; with the member that is wrong, what to do, and nothing of the person."""
    page = look("/")
    page.locator(".side").get_by_role("link", name="Streams").click()
    page.get_by_role("link", name="Data breaks the contract").click()
    [(waiting,)] = letters.rows(
        "SELECT count(*) FROM stream.dead_letter"
        " WHERE topic = 'hr.test' AND reason = 'invalid-data' AND redriven_at IS NULL"
    )
    expect(page.locator(".refusal .section-head")).to_contain_text(
        f"1 of {waiting}, partition 2, offset 100"
    )
    expect(page.locator(".wrong")).to_have_text("data.party should be text")
    expect(page.locator(".record .meant")).to_contain_text("party: text of 12 characters")
    expect(page.get_by_text("Correct this member in the producer.")).to_be_visible()
    assert PERSON not in page.content()
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".refusal .section-head")).to_contain_text("2 of 3")
    dutch = look(REFUSED, "nl", "dark", 360)
    expect(dutch.locator(".verdict")).to_contain_text("Verbeter dit veld in het bronsysteem.")
    expect(dutch.locator(".record .meant")).to_contain_text("tekst van 12 tekens")
    assert not dutch.evaluate("document.documentElement.scrollWidth > innerWidth")
    for each in (page, dutch):
        found = Axe().run(each)
        assert found.violations_count == 0, found.generate_report()


def test_a_broker_that_does_not_answer_hides_nothing_else(letters: Served, look: Open) -> None:
    page = look("/streams")
    expect(page.locator(".lead")).to_contain_text("Kafka does not answer. Shown is what")
    [(waiting,)] = letters.rows(
        "SELECT count(*) FROM stream.dead_letter WHERE redriven_at IS NULL AND discarded_at IS NULL"
    )
    expect(page.locator(".keys > div").nth(1).locator(".value")).to_have_text(f"{waiting}")
    expect(page.locator(".panel.state").first).to_contain_text("procesmijn up")
    answer = json.loads(fetch(f"{letters.url}/api/v1/streams")[1])
    assert (answer["is_broker_answering"], answer["topics"][0]["behind"]) == (False, None)
    rows = json.loads(fetch(f"{letters.url}/api/v1/dead-letters")[1])["rows"]
    assert sum(row["records"] for row in rows) == waiting


def test_refused_messages_are_redriven_and_discarded_once_somebody_says_so(
    letters: Served, look: Open
) -> None:
    """Without script, too."""
    page = look("/streams?topic=hr.test&reason=unknown-type", script=False)
    page.get_by_role("link", name="Redrive 1 message…").click()
    found = letters.rows("SELECT redriven_at FROM stream.dead_letter WHERE reason = 'unknown-type'")
    assert found == [(None,)], "nothing is done before it is confirmed"
    expect(page.locator(".lead")).to_contain_text("Redrive 1 message of hr.test?")
    page.get_by_role("button", name="Redrive 1 message").click()
    expect(page.get_by_role("status")).to_have_text("1 message taken in, 0 still refused.")
    stored = letters.rows("""
        SELECT count(*) FROM stream.event e JOIN stream.dead_letter d USING (topic_id, "offset")
        WHERE d.topic = 'hr.test' AND d.redriven_at IS NOT NULL AND e.type = 'contract.issued'""")
    assert stored == [(1,)]

    page = look(REFUSED)
    page.get_by_role("link", name="Redrive 3 messages…").click()
    page.get_by_role("button", name="Redrive 3 messages").click()
    expect(page.get_by_role("status")).to_have_text("0 messages taken in, 3 still refused.")
    page.get_by_role("link", name="Data breaks the contract").click()
    page.get_by_role("link", name="Discard 3…").click()
    found_axe = Axe().run(page)
    assert found_axe.violations_count == 0, found_axe.generate_report()
    page.get_by_label("Why?").fill("a test of theirs")
    page.get_by_role("button", name="Discard 3 messages").click()
    expect(page.get_by_role("status")).to_have_text("3 messages discarded. They are kept.")
    given_up = letters.rows(
        "SELECT DISTINCT discarded_because FROM stream.dead_letter WHERE topic = 'hr.test'"
        " AND discarded_at IS NOT NULL"
    )
    assert given_up == [("a test of theirs",)]
    forged = urllib.request.Request(
        f"{letters.url}/streams/discard", b"topic=hr.test&reason=invalid-data&because=x"
    )
    with pytest.raises(HTTPError, match="403"):
        urllib.request.urlopen(forged)


def test_what_would_become_of_a_message(served: Served, look: Open) -> None:
    before = served.rows("SELECT count(*) FROM stream.event")
    page = look("/streams")
    page.get_by_label("Value of the message").fill(event().decode())
    page.get_by_role("button", name="See what becomes of it").click()
    expect(page.get_by_role("status")).to_contain_text("an event, in ")
    cases = served.procesmijn(
        "check-message", "-", "--in-use", "--format", "json", given=event().decode()
    )
    shown = page.locator("table.lines tbody tr")
    expect(shown).to_have_count(len(cases.json))
    for row in cases.json:
        expect(shown.filter(has_text=row["case"])).not_to_have_count(0)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_label("Value of the message").fill('{"<b>": 1')
    page.get_by_role("button", name="See what becomes of it").click()
    expect(page.get_by_role("status")).to_have_text("refused: Not JSON")
    page.get_by_label("Value of the message").fill(event(time="2026-10-20T09:00:00").decode())
    page.get_by_role("button", name="See what becomes of it").click()
    expect(page.locator(".wrong")).to_contain_text("time has no zone")
    assert served.rows("SELECT count(*) FROM stream.event") == before


class Alone(NamedTuple):
    """A page of a home in which nothing else changes the catalogue."""

    url: str
    page: Page
    procesmijn: Procesmijn

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        connection = find(self.procesmijn.home)
        assert connection is not None
        with psycopg.connect(connection.database_url or "") as session:
            return session.execute(sql).fetchall()

    def in_use(self) -> tuple[Any, ...]:
        """The digest of the catalogue in use, and its smallest group."""
        [row] = self.rows("SELECT digest, bi.small_group() FROM mining.catalogue WHERE is_active")
        return row

    def compare(self, text: str) -> None:
        """Paste a catalogue."""
        self.page.get_by_label("Catalogue, YAML").fill(text)
        self.page.get_by_role("button", name="Check and compare").click()


@pytest.fixture
def alone(quiet: Procesmijn, browser: Browser) -> Iterator[Alone]:
    """In English, with the catalogue that ships before and after."""
    context = browser.new_context(locale="en")
    with as_file(files("procesmijn.catalogue").joinpath("default.yaml")) as ours:
        assert quiet("catalogue", "activate", ours).code == 0
        with serving(quiet) as url:
            yield Alone(url, context.new_page(), quiet)
        assert quiet("catalogue", "activate", ours).code == 0
    context.close()


def test_a_catalogue_is_compared_before_it_is_put_in_use(alone: Alone) -> None:
    ours = files("procesmijn.catalogue").joinpath("default.yaml").read_text("utf-8")
    page, before = alone.page, alone.in_use()
    page.goto(f"{alone.url}/streams")
    page.get_by_role("link", name="Check catalogue").first.click()
    expect(page.locator("main code").first).to_have_text(before[0])
    alone.compare("parties:\n  hr: 3\n")
    expect(page.get_by_role("status")).to_contain_text("nothing can be put in use")
    expect(page.get_by_role("button", name="Put it in use")).to_have_count(0)
    alone.compare(ours.replace("small_group: 5", "small_group: 6"))
    expect(page.get_by_role("status")).to_have_text("no mistakes, 1 change")
    expect(page.locator(".record li")).to_have_text("small_group was 5, is now 6")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert alone.in_use() == before, "nothing is put in use before somebody says so"
    page.get_by_role("button", name="Put it in use").click()
    expect(page.get_by_role("status")).to_contain_text("The catalogue is in use.")
    assert alone.in_use()[1] == 6


def test_agreements_are_proposed_and_put_in_use(alone: Alone, tmp_path: Path) -> None:
    """As what they change; then the past is held against them."""
    steps = (("asked", "sales desk", 9), ("given", "stock", 11), ("used", "sales desk", 13))
    rows = [
        {
            "case": f"L{n}",
            "activity": what,
            "time": f"2026-03-{n % 25 + 2:02}T{hour:02}:00:00Z",
            "party": who,
        }
        for n in range(30)
        for what, who, hour in steps
    ]
    file = write_csv(tmp_path / "lendings.csv", rows)
    outcome = alone.procesmijn("import", file, "--process", "lendings", "--to-store")
    assert outcome.code == 0, outcome.err
    page, before = alone.page, alone.in_use()
    page.goto(f"{alone.url}/streams/suggestions?from=2026-03-01&to=2026-04-30&process=lendings")
    row = page.locator("table.lines tbody tr", has_text="asked → given")
    expect(row).to_contain_text("stock → sales desk")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for other in page.locator(".choose input").all():
        other.uncheck()
    row.locator("input").check()
    page.get_by_role("button", name="See what that changes").click()
    expect(page.locator(".record")).to_contain_text(
        "agreement given by stock for sales desk after asked added"
    )
    assert alone.in_use() == before, "nothing is put in use before somebody says so"
    page.get_by_role("button", name="Put it in use").click()
    expect(page.get_by_role("status")).to_contain_text("The catalogue is in use.")
    for _ in range(100):
        [(held,)] = alone.rows("SELECT count(*) FROM bi.fct_delivery WHERE process = 'lendings'")
        if held:
            break
        time.sleep(0.1)
    assert held == 30


@pytest.fixture(scope="module")
def flowing(procesmijn: Procesmijn) -> Iterator[str]:
    """A page beside workers and a broker."""
    with serving(procesmijn) as url:
        yield url


def test_a_broker_says_how_far_behind_each_topic_is(
    flowing: str, kafka_servers: str, database_url: str, browser: Browser
) -> None:
    """And figures are live: nobody loads the page again."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(f"{flowing}/streams?topic={TOPIC}")
    expect(page.get_by_text("Kafka answered")).to_be_visible()
    expect(page.locator(".keys .value").first).to_have_text("0 messages")
    table = page.locator("section[aria-labelledby=h-positions] tbody tr")
    expect(table).to_have_count(8)
    page.evaluate("window.isSame = true")
    publish(KafkaSettings(kafka_servers), TOPIC, [Message(event()) for _ in range(7)])
    read = page.locator(".keys > div").last.locator(".standing")
    was = int(read.inner_text().split()[0].replace(",", ""))
    expect(read).to_have_text(f"{was + 7:,} read", timeout=30_000)
    assert page.evaluate("window.isSame"), "the page was not loaded again"
    answer = json.loads(fetch(f"{flowing}/api/v1/streams")[1])
    [topic] = [each for each in answer["topics"] if each["topic"] == TOPIC]
    with psycopg.connect(database_url) as connection:
        ledger = connection.execute(
            "SELECT sum(stored), sum(duplicate), sum(dead) FROM stream.ledger"
            " JOIN stream.position USING (topic_id, partition) WHERE topic = %s",
            (TOPIC,),
        ).fetchone()
    assert (topic["stored"], topic["duplicate"], topic["dead"]) == ledger
    assert topic["per_second"] * 3_600 >= 7
    context.close()
