"""Alerts arrive: each once, until they have, signed, together, in the hours of their channel."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from kafka import KafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry

from consumers import topics
from consumers.connection import KafkaSettings
from consumers.metrics import Metrics
from consumers.outbox import DELIVERY_SECONDS, Sender
from consumers.publish import Publisher
from procesmijn.alerts.courier import Courier, Round
from procesmijn.alerts.doors import doors, unreached
from procesmijn.alerts.errors import ChannelsWrong
from procesmijn.alerts.webhook import signature
from procesmijn.apply import Applier
from procesmijn.batch import Arrival, Batch
from procesmijn.catalogue import parse
from procesmijn.cli.telling import telling
from procesmijn.settings import Settings
from procesmijn.store import Store, alerts
from procesmijn.store.outbox import Outbox
from procesmijn.store.present import set_present
from schemas.event import Event
from tests.commands import Procesmijn, one_line
from tests.integration.exactness.ground import side_by_side
from tests.receivers import Hook, Postbox, mail_server, webhook

MONDAY: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
KEY: Final = b"a key of 24 bytes at least"
SECRET: Final = f"whsec_{base64.b64encode(KEY).decode()}"
CASES: Final = 12
CATALOGUE: Final = """
parties:
  desk: {contact: desk@example.org, calendar: always, label: {nl: De balie, en: The desk}}
  sales: {parent: company, label: Verkoop}
  company: {contact: all@example.org}
processes:
  flow: {case: flow, label: {nl: Vragen, en: Questions}, activities: {ask: {}, answer: {}}}
deliverables:
  answer: {supplier: desk, label: {nl: Antwoord, en: Answer}}
agreements:
  answers:
    deliverable: answer
    customer: sales
    process: flow
    requested: ask
    delivered: answer
    lead_time: 2 hours
channels:
  chat: {kind: slack, language: nl}
  cards: {kind: teams}
  program: {kind: webhook}
  night: {kind: webhook, calendar: office}
  mail: {kind: mail, to: [supplier, customer, desk@example.org], language: nl}
  events: {kind: topic}
"""
LATE: Final = """
alerts:
  too late: {when: late, label: {nl: Te laat, en: Too late}, channels: [%s]}
"""

At = Callable[[datetime], None]


@pytest.fixture
def session(database_url: str, store: Store, applier: Applier) -> Iterator[psycopg.Connection[Any]]:
    """One asks the desk something every hour from Monday on, and gets no answer."""
    store.activate(parse(CATALOGUE))
    asked = (_asked(number) for number in range(CASES))
    applier.apply(Batch(arrivals=tuple(map(Arrival, asked))))
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as hook:
        yield hook


def _asked(number: int) -> Event:
    at = MONDAY + timedelta(hours=number)
    return Event(
        source="/test",
        id=f"ask{number}",
        type="step",
        occurred_us=int(at.timestamp()) * 1_000_000,
        objects=(("flow", f"F{number}"),),
        process="flow",
        activity="ask",
        party="sales",
    )


def courier(
    told_on: str, connection: psycopg.Connection[Any], more: str = "", **said: Any
) -> Courier:
    """One who knows these channels, and the settings."""
    catalogue = parse(CATALOGUE + LATE % told_on + more)
    with closing(Store(_url(connection))) as store:
        store.activate(catalogue)
    return Courier(catalogue, doors(catalogue, Settings(**said)), connection)


def at(moment: datetime, connection: psycopg.Connection[Any]) -> None:
    """Let it be then, for a session."""
    connection.execute("SELECT set_config('procesmijn.as_of', %s, false)", [moment.isoformat()])


def later(connection: psycopg.Connection[Any]) -> None:
    """Let the turn of every message come that its receiver did not put off."""
    connection.execute(
        "UPDATE stream.alert_message SET next_try_at = now()"
        " WHERE next_try_at < now() + interval '30 minutes'"
    )


def reaching(**places: Mapping[str, str]) -> str:
    """The setting that says where channels are."""
    return orjson.dumps(places).decode()


def _url(connection: psycopg.Connection[Any]) -> str:
    info = connection.info
    return f"postgresql://{info.user}:{info.password}@{info.host}:{info.port}/{info.dbname}"


def test_a_webhook_that_fails_twice_gets_the_same_message_until_it_takes_it(
    session: psycopg.Connection[Any], hook: Hook
) -> None:
    """Signed, with one id; what came up meanwhile is another message; nothing is told twice."""
    one = courier(
        "program", session, channels=reaching(program={"url": hook.url, "secret": SECRET})
    )
    at(MONDAY + timedelta(hours=3, minutes=30), session)
    hook.answers = [503, 500]
    assert one.go() == Round(noted=2, sent=0, failed=1)
    assert one.go() == Round(0, 0, 0), "its turn has not come"
    [tried] = alerts.log(1, session).rows
    assert (tried["status"], tried["trouble"]) == ("tried", "the webhook answers 503")
    later(session)
    assert one.go().failed == 1
    at(MONDAY + timedelta(hours=4, minutes=30), session)
    later(session)
    assert one.go() == Round(noted=1, sent=2, failed=0)
    assert one.go() == Round(0, 0, 0)
    first, *others = hook.posted
    assert [each.body for each in others[:2]] == [first.body] * 2
    assert len(set(hook.ids[:3])) == 1 != len(set(hook.ids))
    for posted in hook.posted:
        headers = posted.headers
        wanted = signature(KEY, headers["webhook-id"], headers["webhook-timestamp"], posted.body)
        assert headers["webhook-signature"] == wanted
    said = first.json
    assert (said["type"], said["message"]) == ("procesmijn.alerts", hook.ids[0])
    assert [each["case_key"] for each in said["alerts"]] == ["F0", "F1"]
    assert said["alerts"][0]["sentence_en"] == (
        "Answer from The desk for Verkoop (Questions F0): was due 2026-03-02 11:00."
    )
    assert {row["status"] for row in alerts.log(None, session).rows} == {"sent"}


def test_chats_get_words_and_a_receiver_that_says_when_is_left_alone_until_then(
    session: psycopg.Connection[Any], hook: Hook
) -> None:
    places = reaching(chat={"url": hook.url}, cards={"url": hook.url})
    one = courier("chat, cards", session, channels=places)
    at(MONDAY + timedelta(hours=2, minutes=30), session)
    hook.answers, hook.wait_seconds = [429, 429], 3600
    assert one.go() == Round(noted=2, sent=0, failed=2)
    later(session)
    assert one.go() == Round(0, 0, 0)
    session.execute("UPDATE stream.alert_message SET next_try_at = now()")
    assert one.go().sent == 2
    [chat] = [each.json["text"] for each in hook.posted[2:] if "text" in each.json]
    [card] = [each.json for each in hook.posted[2:] if "text" not in each.json]
    assert chat == (
        "*1 melding: Te laat*\nTe laat (1)\n"
        "- Antwoord van De balie voor Verkoop (Vragen F0): had er 2026-03-02 11:00 moeten zijn."
    )
    blocks = card["attachments"][0]["content"]["body"]
    assert blocks[0]["text"] == "1 alert: Too late"
    assert len(blocks) == 3


def test_mail_goes_to_whoever_supplies_and_receives_until_it_is_taken(
    session: psycopg.Connection[Any],
) -> None:
    """To the contact of sales' parent, since sales has none; to the desk once."""
    with mail_server() as box:
        box.answers = ["451 later"]
        server = f"smtp://127.0.0.1:{box.port}"
        one = courier("mail", session, mail_server=server, mail_from="procesmijn@example.org")
        at(MONDAY + timedelta(hours=2, minutes=30), session)
        assert one.go() == Round(noted=2, sent=1, failed=1)
        later(session)
        assert one.go() == Round(0, 1, 0)
    assert _taken(box) == ["all@example.org", "desk@example.org"]
    for mail in box.mails:
        assert mail["Subject"] == "1 melding: Te laat"
        assert "Antwoord van De balie voor Verkoop (Vragen F0)" in mail.get_content()
    assert len({mail["Message-ID"] for mail in box.mails}) == 2


def _taken(box: Postbox) -> list[str]:
    return sorted(str(mail["To"]) for mail in box.mails)


def test_a_topic_gets_an_event_for_each_alert_through_the_outbox(
    session: psycopg.Connection[Any], kafka_servers: str, topic: str, hook: Hook
) -> None:
    one = courier("events", session, "summaries: {desk: {channels: events}}\n")
    at(MONDAY + timedelta(hours=3, minutes=30), session)
    assert one.go() == Round(noted=3, sent=2, failed=0)
    kafka = KafkaSettings(kafka_servers)
    topics.ensure(kafka, [topic], create=True, partitions=1)
    with (
        closing(Outbox(_url(session))) as outbox,
        closing(Publisher(kafka, DELIVERY_SECONDS)) as out,
    ):
        assert Sender(outbox, out, {"alert": topic}, Metrics(CollectorRegistry())).send() == 3
    place = TopicPartition(topic, 0)
    with closing(KafkaConsumer(**kafka.options())) as consumer:
        consumer.assign([place])
        consumer.seek(place, 0)
        records = consumer.poll(10_000).get(place, [])
    events = sorted(
        (orjson.loads(each.value) for each in records),
        key=lambda each: (each["type"], each.get("time")),
    )
    assert [each["type"] for each in events] == [
        *["procesmijn.alert.due"] * 2,
        "procesmijn.summary",
    ]
    assert [each["data"]["case_key"] for each in events[:2]] == ["F0", "F1"]
    assert events[0]["time"] == "2026-03-02T10:00:00Z"
    assert events[2]["id"] == "weekly summary/desk/2026-03-02"
    assert "Nothing was due." in events[2]["data"]["text_en"]
    assert "de week van 2026-02-23 tot en met 2026-03-01" in events[2]["data"]["text_nl"]


def test_it_is_quiet_outside_the_hours_of_a_channel_and_then_told_together(
    session: psycopg.Connection[Any], hook: Hook
) -> None:
    """The office closes at five: what is due at six, seven and eight is told at nine."""
    one = courier("night", session, channels=reaching(night={"url": hook.url}))
    at(MONDAY + timedelta(hours=7), session)
    assert one.go() == Round(noted=6, sent=1, failed=0)
    for hours in (9, 10, 11, 22):
        at(MONDAY + timedelta(hours=hours), session)
        assert one.go().sent == 0
    at(MONDAY + timedelta(hours=24, minutes=1), session)
    assert one.go().sent == 1
    assert [len(each.json["alerts"]) for each in hook.posted] == [6, CASES - 6]


def test_what_was_due_long_ago_is_not_told(
    session: psycopg.Connection[Any], hook: Hook, applier: Applier
) -> None:
    """History that is read in, or an alert that is new, says nothing of the past."""
    one = courier("program", session, channels=reaching(program={"url": hook.url}))
    at(MONDAY + timedelta(days=30), session)
    assert one.go() == Round(0, 0, 0)
    fresh = _asked(0)._replace(
        id="fresh",
        objects=(("flow", "fresh"),),
        occurred_us=int((MONDAY + timedelta(days=29, hours=20)).timestamp()) * 1_000_000,
    )
    applier.apply(Batch(arrivals=(Arrival(fresh),)))
    assert one.go() == Round(1, 1, 0)
    [posted] = hook.posted
    assert [each["case_key"] for each in posted.json["alerts"]] == ["fresh"]


def test_a_channel_that_the_settings_do_not_know_is_named_and_one_too_many_too(
    session: psycopg.Connection[Any], hook: Hook
) -> None:
    catalogue = parse(CATALOGUE + LATE % "chat, mail, program, events")
    reached = doors(catalogue, Settings(channels=reaching(program={"url": hook.url})))
    assert unreached(catalogue, reached) == ["chat", "mail"]
    for wrong, message in {
        "{": "is no JSON",
        '{"chat": {}}': "chat.url: Field required",
        '{"chat": {"url": "ftp://x"}}': "has to begin with https",
        '{"caht": {"url": "https://x"}}': "no channel 'caht'",
        '{"chat": {"url": "https://x", "secret": "?"}}': "has to be base64",
    }.items():
        with pytest.raises(ChannelsWrong, match=message):
            doors(catalogue, Settings(channels=wrong))
    with pytest.raises(ChannelsWrong, match="PROCESMIJN_MAIL_FROM"):
        doors(catalogue, Settings(mail_server="smtp://localhost"))


def test_workers_tell_by_themselves_each_once(
    session: psycopg.Connection[Any], hook: Hook, database_url: str
) -> None:
    """Two are at it; what the one has told when it stops the other does not tell again."""
    places = reaching(program={"url": hook.url})
    courier("program", session, channels=places)
    settings = Settings(channels=places)
    set_present(MONDAY + timedelta(hours=3, minutes=30), session)
    with telling(database_url, settings, pytest.fail, 0.02):
        with telling(database_url, settings, pytest.fail, 0.02):
            until(lambda: len(hook.posted) == 1)
        set_present(MONDAY + timedelta(hours=4, minutes=30), session)
    with telling(database_url, settings, pytest.fail, 0.02):
        until(lambda: len(hook.posted) == 2)
    assert [[each["case_key"] for each in posted.json["alerts"]] for posted in hook.posted] == [
        ["F0", "F1"],
        ["F2"],
    ]


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something, ten seconds at most."""
    ends_at = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def test_a_channel_is_tried_by_hand(
    session: psycopg.Connection[Any], hook: Hook, database_url: str, tmp_path: Path
) -> None:
    courier("chat", session)
    places = reaching(chat={"url": hook.url})
    procesmijn = Procesmijn(tmp_path, {"database_url": database_url, "channels": places})
    assert procesmijn("alerts", "test", "chat").err == "chat took it\n"
    [posted] = hook.posted
    assert "dit kanaal werkt" in posted.json["text"]
    hook.answers = [404]
    one_line(procesmijn("alerts", "test", "chat"), "the webhook answers 404")
    one_line(procesmijn("alerts", "test", "cards"), "set PROCESMIJN_CHANNELS", code=2)


STEPS: Final = ("note", "compose", "take", "mark_sent")


class Died(BaseException):
    """A process that is no more."""


@contextmanager
def dying(step: str | None, is_after: bool) -> Iterator[None]:
    """It dies just before or just after a step."""
    with pytest.MonkeyPatch.context() as patched:
        if step is not None:
            real = getattr(alerts, step)

            def die(*arguments: Any) -> None:
                if is_after:
                    real(*arguments)
                raise Died

            patched.setattr(alerts, step, die)
        with suppress(Died):
            yield


ROUNDS: Final = st.lists(
    st.tuples(
        st.integers(0, 4),  # hours that pass before
        st.sampled_from(("crash", "beside", "refused")),
        st.sampled_from((*STEPS, None)),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rounds=ROUNDS)
@example(rounds=[(4, "refused", None, False), (3, "beside", None, False)])
@example(rounds=[(4, "crash", "mark_sent", False), (2, "crash", "take", True)])
def test_each_is_told_once_whatever_dies_and_however_many_look_at_once(
    rounds: list[tuple[int, str, str | None, bool]],
    session: psycopg.Connection[Any],
    hook: Hook,
    database_url: str,
    store: Store,
) -> None:
    """A receiver that knows a message by its id has been told of each alert exactly once."""
    catalogue = parse(CATALOGUE + LATE % "program")
    active = store.active()
    if active is None or active.catalogue != catalogue:
        store.activate(catalogue)
    session.execute("DELETE FROM stream.alert")
    session.execute("DELETE FROM stream.alert_message")
    hook.posted, hook.answers = [], []
    hours = 0
    with psycopg.connect(database_url, autocommit=True) as second:
        reached = doors(catalogue, Settings(channels=reaching(program={"url": hook.url})))
        pair = [Courier(catalogue, reached, each) for each in (session, second)]
        for passed, kind, step, is_after in rounds:
            hours += passed
            later(session)
            for each in (session, second):
                at(MONDAY + timedelta(hours=hours, minutes=1), each)
            if kind == "beside":
                side_by_side(*(each.go for each in pair))
            elif kind == "refused":
                hook.answers = [500]
                pair[0].go()
                hook.answers = []
            else:
                with dying(step, is_after):
                    pair[0].go()
        for _ in range(4):
            later(session)
            pair[1].go()
        wanted = session.execute("SELECT alert_id FROM bi.alert_due ORDER BY 1").fetchall()
    bodies = dict(zip(hook.ids, (each.body for each in hook.posted), strict=True))
    assert all(bodies[each.headers["webhook-id"]] == each.body for each in hook.posted)
    told = [alert["alert_id"] for body in bodies.values() for alert in orjson.loads(body)["alerts"]]
    assert sorted(told) == [alert_id for (alert_id,) in wanted]
