"""Beside live traffic, one worker of all looks for what is due and tells it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from procesmijn.alerts.courier import Courier
from procesmijn.alerts.doors import doors, unreached
from procesmijn.errors import ProcesmijnError, UsageError
from procesmijn.settings import Settings
from procesmijn.store import Store, alerts, catalogues
from procesmijn.store.connection import Connection

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 30.0


@contextmanager
def telling(url: str, settings: Settings, every_seconds: float = LOOK_SECONDS) -> Iterator[None]:
    """In a thread and a session of its own: it holds up nothing.

    That it is one worker saves the others the looking; what is told once does not hang on it.
    """
    stopping = threading.Event()

    def tell() -> None:
        trouble: str | None = None
        while not stopping.is_set():
            try:
                with Store(url).reader() as connection:
                    _tell(connection, settings, stopping, every_seconds)
            except UsageError as error:
                log.error("no alerts are sent: %s", error)  # noqa: TRY400 - one line
                return
            except ProcesmijnError as error:
                if trouble is None:
                    log.warning("alerts are sent later: %s", error)  # once, not at every try
                trouble = str(error)
                stopping.wait(every_seconds)

    thread = threading.Thread(target=tell, name="telling", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(2 * LOOK_SECONDS)


def _tell(
    connection: Connection, settings: Settings, stopping: threading.Event, every_seconds: float
) -> None:
    is_ours, known = False, None
    while not stopping.wait(every_seconds):
        is_ours = is_ours or alerts.hold(connection)
        active = catalogues.active(connection) if is_ours else None
        if active is None or not (active.catalogue.alerts or active.catalogue.summaries):
            continue
        reached = doors(active.catalogue, settings)
        if known != active.catalogue_id:
            known = active.catalogue_id
            for name in unreached(active.catalogue, reached):
                log.warning("the settings say nothing of channel %s: nothing is sent there", name)
        told = Courier(active.catalogue, reached, connection).go()
        if told.noted or told.sent:
            log.info("alerts noted=%d messages=%d failed=%d", *told)
