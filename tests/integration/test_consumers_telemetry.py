"""A batch is a trace from record to commit: a real worker, sending to what a collector would be."""

from __future__ import annotations

import gzip
import json
import queue
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from consumers.chunk import Chunk
from consumers.connection import KafkaSettings
from consumers.errors import TelemetryMissing
from consumers.publish import Message, publish
from consumers.telemetry import MOST_LINKS, parents_of
from procesmijn.batch import Partition
from procesmijn.cli.worker import traced
from procesmijn.persons import Keys
from procesmijn.settings import Settings
from schemas.event import Record
from tests.commands import Procesmijn
from tests.integration.bad_input.line import make_topic
from tests.integration.bad_input.messages import event
from tests.integration.doctor.conftest import database_template, keys, persons, store, stream

__all__ = ["database_template", "keys", "persons", "store", "stream"]

PARTITION = Partition(uuid4(), 0, "events")
BEFORE = {"poll", "decode", "conceal", "hand over"}
STEPS = {
    *("claim", "events", "read", "mine", "compare", "write", "roll up", "advance"),
    "commit",
}


def traceparent(trace: int, span: int = 7) -> str:
    return f"00-{trace:032x}-{span:016x}-01"


def record(value: bytes | None, **headers: str) -> Record:
    named = tuple((name, text.encode()) for name, text in headers.items())
    return Record("events", 0, 0, 0, None, value, named)


def traces_of(*records: Record) -> list[int]:
    chunk = Chunk(PARTITION, 1, 0, len(records), records)
    return [parent.trace_id for parent in parents_of([chunk]).values()]


def test_the_trace_of_a_producer_is_found_wherever_it_is() -> None:
    assert traces_of(
        record(b"{}", traceparent=traceparent(1)),
        record(b"{}", ce_traceparent=traceparent(2)),
        record(json.dumps({"traceparent": traceparent(3)}).encode()),
        record(json.dumps({"traceparent": traceparent(3)}).encode()),
        record(json.dumps({"data": {"traceparent": traceparent(4)}}).encode()),
        record(b'{"traceparent": 5}'),
        record(b'"traceparent"'),
        record(b'{"traceparent"'),
        record(b"{}", traceparent="nothing of the kind"),
        record(None),
    ) == [1, 2, 3]


def test_no_more_are_linked_than_a_span_may_have() -> None:
    many = [record(b"{}", traceparent=traceparent(number)) for number in range(1, 200)]
    assert traces_of(*many) == list(range(1, MOST_LINKS + 1))


def test_without_the_extra_a_worker_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "consumers.telemetry", None)
    with (
        pytest.raises(TelemetryMissing, match=r"procesmijn\[otel\]"),
        traced(Settings(traces=True), ""),
    ):
        pass


@contextmanager
def collecting() -> Iterator[tuple[str, queue.Queue[Span]]]:
    """What a collector would be: it takes spans in over HTTP."""
    spans: queue.Queue[Span] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        spans.put(span)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", spans
        server.shutdown()


def test_a_batch_is_one_trace_with_links_to_those_of_its_producers(
    stream: str,
    database_url: str,
    kafka_servers: str,
    keys: Keys,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_topic(kafka_servers, stream, {})
    value = json.dumps(event("V-1", traceparent=traceparent(0xABC))).encode()
    publish(KafkaSettings(kafka_servers), stream, [Message(value, b"V-1")])
    worker = Procesmijn(
        home,
        {
            "database_url": database_url,
            "kafka_servers": kafka_servers,
            "kafka_group": stream,
            "keys": " ".join(keys.text().split()),
            "traces": "true",
        },
    )
    with collecting() as (endpoint, arriving):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        with worker.start("worker") as process:
            spans: dict[str, Span] = {}
            while "batch" not in spans:  # the last that ends
                span = arriving.get(timeout=60)
                spans[span.name] = span
            process.terminate()
            log = process.communicate()[1]
    assert process.returncode == 0, log
    assert set(spans) == {"batch", "apply", *BEFORE, *STEPS}
    batch, applied = spans["batch"], spans["apply"]
    assert {span.trace_id for span in spans.values()} == {batch.trace_id}
    assert {spans[name].parent_span_id for name in ("apply", *BEFORE)} == {batch.span_id}
    assert {spans[name].parent_span_id for name in STEPS} == {applied.span_id}
    assert [int.from_bytes(link.trace_id) for link in batch.links] == [0xABC]
    assert batch.start_time_unix_nano == spans["poll"].start_time_unix_nano
    assert spans["advance"].end_time_unix_nano <= spans["commit"].start_time_unix_nano
    assert applied.end_time_unix_nano <= batch.end_time_unix_nano
    assert "V-1" not in str(spans), "what a record says is no part of a trace"
