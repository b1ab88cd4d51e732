"""A topic that is empty, and one that is not there."""

from __future__ import annotations

import pytest

from consumers import topics
from consumers.connection import KafkaSettings
from consumers.errors import TopicMissing
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import Account, until
from tests.integration.bad_input.messages import opened, requested


def test_an_empty_topic_is_waited_on(make_line: MakeLine) -> None:
    """Nothing is written for it, and what comes at last is read from its first record on."""
    line = make_line()
    with line.working() as running:
        until(lambda: line.pulse.unready() is None)
        until(lambda: line.ask("SELECT next_offset FROM stream.position") == [(None,)])
        assert line.ask("SELECT * FROM stream.ledger") == []
        line.send(requested("V-1"), opened("V-1"))
        line.read_on(running)
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


def test_a_missing_topic_is_named_and_not_made_unless_allowed(
    kafka_servers: str, topic: str
) -> None:
    kafka = KafkaSettings(kafka_servers)
    for _ in range(2):  # asking did not make it either
        with pytest.raises(TopicMissing) as refused:
            topics.ensure(kafka, [topic], create=False)
        assert str(refused.value) == (
            f"no topic {topic} at {kafka_servers}: create it with {topics.DEFAULT_PARTITIONS}"
            " partitions, or allow procesmijn to create topics"
        )
    assert topics.ensure(kafka, [topic], create=True) == [topic]
    assert topics.ensure(kafka, [topic], create=False) == []
