"""The page as a server: where it listens, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Final

import uvicorn
from fastapi import FastAPI

from procesmijn.errors import UsageError

_GRACE_SECONDS: Final = 5


class NotOnlyHere(UsageError):
    """The page may listen on this machine alone, since nobody has to log in to it."""


def hosts_of(address: str) -> tuple[str, ...]:
    """By which names the page may be called; raises :class:`NotOnlyHere`."""
    try:
        is_here = address == "localhost" or ip_address(address).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise NotOnlyHere(
            f"--address {address}: the page has no login yet, so it listens on this machine alone"
            " (127.0.0.1); for others put it behind a proxy that asks who they are"
        )
    return ("localhost", "127.0.0.1", "[::1]", "::1", address)


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config, listens: Callable[[int], None]) -> None:
        super().__init__(config)
        self._listens = listens

    async def startup(self, sockets: object = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]  # handed on as it came
        if self.started:
            self._listens(self.servers[0].sockets[0].getsockname()[1])


def serve(app: FastAPI, address: str, port: int, listens: Callable[[int], None]) -> None:
    """Answer until SIGINT or SIGTERM; requests under way get a few seconds to end.

    ``listens`` is told the port, which is a free one where it is 0.
    """
    config = uvicorn.Config(
        app,
        host=address,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    _Server(config, listens).run()
