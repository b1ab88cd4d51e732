"""The page as a server: where it listens, and how it ends."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from procesmijn.errors import UsageError

_GRACE_SECONDS: Final = 5


class NotOnlyHere(UsageError):
    """The page may listen on this machine alone where nobody has to log in to it."""


class PortTaken(UsageError):
    """Nothing can listen on that port: another program does, or it is not for everybody."""


def hosts_of(address: str, known_as: str | None = None) -> tuple[str, ...]:
    """By which names the page may be called. ``known_as`` is the one that people have, where they
    log in; without one the page listens on this machine alone: raises :class:`NotOnlyHere`."""
    try:
        is_here = address == "localhost" or ip_address(address).is_loopback
    except ValueError:
        is_here = False
    here = ("localhost", "127.0.0.1", "[::1]", "::1")
    if known_as is not None:
        return (*here, known_as)
    if not is_here:
        raise NotOnlyHere(
            f"--address {address}: nobody has to log in, so the page listens on this machine alone"
            " (127.0.0.1); for others set PROCESMIJN_LOGIN_ISSUER and what goes with it:"
            " docs/security.md"
        )
    return (*here, address)


def listen(address: str, port: int) -> socket.socket:
    """Listen there, 0 for a port that is free: who asks now is answered once :func:`serve` runs.

    Raises :class:`PortTaken`.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        raise PortTaken(
            f"--port {port}: cannot listen on {address} there ({error.strerror}); name another one,"
            " or 0 for one that is free"
        ) from error


def url_of(listener: socket.socket) -> str:
    """What to open in a browser."""
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Answer until SIGINT or SIGTERM; requests under way get a few seconds to end."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    uvicorn.Server(config).run([listener])
