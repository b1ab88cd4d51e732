"""A PostgreSQL 18 that passes for an older one: the real server, behind a proxy that says so.

It does what 15 does at the start of a session: it names its version, and refuses a setting that
came later. All else goes through untouched.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit

VERSION = b"15.4"
LATER_SETTINGS = (b"transaction_timeout",)  # came with 17
SIZE = struct.Struct(">i")
PARAMETER_STATUS, READY_FOR_QUERY = b"S", b"Z"


@contextmanager
def older(url: str) -> Iterator[str]:
    """Give the address under which a server passes for an older one."""
    address = urlsplit(url)
    server = address.hostname or "", address.port or 0

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(server) as upstream, suppress(OSError, EOFError):
                _pass_for_older(self.request, upstream)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        host = f"{address.username}:{address.password}@127.0.0.1:{proxy.server_address[1]}"
        # Without a question about encryption first, which has an answer of another form.
        query = "sslmode=disable&gssencmode=disable"
        yield address._replace(netloc=host, query=query).geturl()
        proxy.shutdown()


def _pass_for_older(client: socket.socket, upstream: socket.socket) -> None:
    (size,) = SIZE.unpack(_exactly(client, 4))
    startup = _exactly(client, size - 4)
    for setting in LATER_SETTINGS:
        if setting in startup:
            said = b'unrecognized configuration parameter "%s"' % setting
            body = b"SFATAL\0VFATAL\0C42704\0M" + said + b"\0\0"
            client.sendall(b"E" + SIZE.pack(len(body) + 4) + body)
            return
    upstream.sendall(SIZE.pack(size) + startup)
    Thread(target=_pump, args=(client, upstream), daemon=True).start()
    kind = b""
    while kind != READY_FOR_QUERY:
        kind = _exactly(upstream, 1)
        (size,) = SIZE.unpack(_exactly(upstream, 4))
        body = _exactly(upstream, size - 4)
        if kind == PARAMETER_STATUS and body.startswith(b"server_version\0"):
            body = b"server_version\0" + VERSION + b"\0"
        client.sendall(kind + SIZE.pack(len(body) + 4) + body)
    _pump(upstream, client)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def _exactly(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = source.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data
