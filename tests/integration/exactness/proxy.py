"""A connection to PostgreSQL that is cut at a chosen moment: just before a COMMIT or behind it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Final, Literal, Self
from urllib.parse import urlsplit

_COMMIT: Final = b"COMMIT\0"
_BLOCK: Final = 1 << 16

Cut = Literal["before", "behind"]
"""*before*: PostgreSQL never hears of it; *behind*: it commits, and nobody is told."""


class CuttingProxy:
    """Passes on what is said on each connection, and cuts it at every so manieth COMMIT."""

    def __init__(self, database_url: str, *, every: int) -> None:
        self._parts = urlsplit(database_url)
        self._every = every
        self._commits = 0
        self.cuts: list[Cut] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            _close(each)

    @property
    def url(self) -> str:
        """How to connect through it."""
        parts = self._parts
        place = f"{parts.username}:{parts.password}@127.0.0.1:{self._listener.getsockname()[1]}"
        return parts._replace(netloc=place, query="sslmode=disable").geturl()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((self._parts.hostname or "", self._parts.port or 0))
            self._sockets += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(
                    target=self._pass_on, args=(source, target, source is client), daemon=True
                ).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_client: bool) -> None:
        with suppress(OSError):  # the other direction was cut
            while block := source.recv(_BLOCK):
                cut = self._cut(block) if is_client else None
                if cut == "before":
                    break
                if cut == "behind":
                    _close(source)
                target.sendall(block)
        _close(source)
        _close(target)

    def _cut(self, block: bytes) -> Cut | None:
        if _COMMIT not in block:
            return None
        self._commits += 1
        if self._commits % self._every:
            return None
        self.cuts.append("behind" if len(self.cuts) % 2 else "before")
        return self.cuts[-1]


def _close(each: socket.socket) -> None:
    with suppress(OSError):  # it was closed already
        each.shutdown(socket.SHUT_RDWR)
    each.close()
