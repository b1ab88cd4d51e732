"""What applies beside a worker, put together in the process that does; it needs no Kafka there."""

from __future__ import annotations

from collections.abc import Callable

from procesmijn.apply import Applier
from procesmijn.batch import Applied
from procesmijn.cli.logs import write_log
from procesmijn.parcel import Parcel
from procesmijn.persons import Keys, Persons
from procesmijn.settings import Settings
from procesmijn.store import Store


def make_applier(url: str, keys: Keys, settings: Settings) -> Callable[[Parcel], Applied]:
    """With a session and a log of its own."""
    write_log(settings.log_level, settings.log_format)
    return Applier(Store(url), Persons(keys), settings.refused_percent).take_in
