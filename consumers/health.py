"""Whether a worker lives, whether it is ready, and its metrics: three pages on one port.

``/healthz`` fails when the loop has not turned for longer than a batch may take: restart it.
``/readyz`` fails while the worker is not in its group or the database is away: wait.
``/metrics`` is for Prometheus.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TypeAlias

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

Page: TypeAlias = tuple[HTTPStatus, str, bytes]


@dataclass(slots=True)
class Pulse:
    """What the loop tells of itself; written by its thread, read by those of the pages."""

    allowed_seconds: float
    """How long one turn of the loop may take."""
    turned_at: float = field(default_factory=time.monotonic)
    is_member: bool = False
    trouble: str | None = None
    """Why nothing is applied just now."""

    def beat(self, *, is_member: bool) -> None:
        """The loop has turned."""
        self.turned_at = time.monotonic()
        self.is_member = is_member

    def dead(self) -> str | None:
        """Why it should be restarted, if it should."""
        silent_seconds = time.monotonic() - self.turned_at
        if silent_seconds <= self.allowed_seconds:
            return None
        return f"the loop has not turned for {silent_seconds:.0f} s"

    def unready(self) -> str | None:
        """Why it does no work, if it does none."""
        if not self.is_member:
            return "Kafka is away, or the consumer group has not settled"
        return self.trouble


@contextmanager
def serving(pulse: Pulse, registry: CollectorRegistry, port: int, host: str = "") -> Iterator[int]:
    """Serve the pages until the block ends; gives the port, which 0 lets the system choose."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content_type, body = _page(self.path.partition("?")[0], pulse, registry)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has
            """Say nothing: probes come every few seconds."""

    with ThreadingHTTPServer((host, port), Handler) as server:
        thread = Thread(target=server.serve_forever, name="health", daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _page(path: str, pulse: Pulse, registry: CollectorRegistry) -> Page:
    if path == "/metrics":
        return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(registry)
    if path == "/healthz":
        return _verdict(pulse.dead())
    if path == "/readyz":
        return _verdict(pulse.dead() or pulse.unready())
    return _text(HTTPStatus.NOT_FOUND, "there are /healthz, /readyz and /metrics")


def _verdict(trouble: str | None) -> Page:
    if trouble is None:
        return _text(HTTPStatus.OK, "ok")
    return _text(HTTPStatus.SERVICE_UNAVAILABLE, trouble)


def _text(status: HTTPStatus, text: str) -> Page:
    return status, "text/plain; charset=utf-8", f"{text}\n".encode()
