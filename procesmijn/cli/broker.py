"""What the page asks of the broker: handed to it, since it knows no Kafka."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from consumers.logs import log_flows
from procesmijn.batch import Partition
from procesmijn.cli.parts import kafka_there
from procesmijn.errors import ProcesmijnError
from procesmijn.settings import Settings
from procesmijn.web.broker import STRETCH_SECONDS, STRETCHES, Log

_PATIENCE_SECONDS: Final = 3.0
"""A page asks again soon, whatever a worker may wait."""


class NoBroker(ProcesmijnError):
    """No Kafka runs in this home, and the settings name none: start ``procesmijn up``."""


def logs_of(settings: Settings, topics: Collection[str]) -> dict[Partition, Log]:
    """The logs of some topics, and what came in during the last hour.

    Raises :class:`NoBroker`, or :class:`consumers.errors.KafkaUnavailable`.
    """
    kafka = kafka_there(settings)
    if kafka is None:
        raise NoBroker(
            f"no Kafka runs in {settings.home}, and PROCESMIJN_KAFKA_SERVERS names none:"
            " start procesmijn up"
        )
    now = datetime.now(UTC)
    stretch = timedelta(seconds=STRETCH_SECONDS)
    moments = [now - stretch * (STRETCHES - number) for number in range(STRETCHES)]
    # The last stretch ends where the log does: a clock elsewhere may be a little ahead of ours.
    flows = log_flows(
        replace(kafka, connect_seconds=min(kafka.connect_seconds, _PATIENCE_SECONDS)),
        topics,
        moments,
    )
    return {
        place: Log(flow.ends.first_offset, flow.ends.next_offset, flow.arrived)
        for place, flow in flows.items()
    }
