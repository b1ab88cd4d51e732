"""The only module that imports OpenTelemetry, an extra (``pip install procesmijn[otel]``).

A batch is one trace: ``batch`` with ``poll`` (waiting included), ``decode`` and ``apply``, and in
that the steps of its transaction. The traces of producers are linked to it, since one batch is of
many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final

import orjson
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, SpanKind, get_current_span, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from consumers.chunk import Chunk
from schemas.event import Record

MOST_LINKS: Final = 128
"""Of one span, as OpenTelemetry limits them: of a larger batch the first traces are linked."""

_TRACEPARENT: Final = "traceparent"
_IN_HEADERS: Final = (_TRACEPARENT, f"ce_{_TRACEPARENT}")
_IN_VALUE: Final = f'"{_TRACEPARENT}"'.encode()
_PARENTS: Final = TraceContextTextMapPropagator()


class Telemetry:
    """Sends the spans of one worker; where to, the variables of OpenTelemetry say
    (``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_SERVICE_NAME``, ``OTEL_TRACES_SAMPLER``, ...)."""

    def __init__(self, owner: str) -> None:
        service = os.environ.get("OTEL_SERVICE_NAME") or "procesmijn-worker"
        about = Resource.create({SERVICE_NAME: service, SERVICE_INSTANCE_ID: owner})
        self._provider = TracerProvider(resource=about)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("procesmijn")

    def close(self) -> None:
        """Send what is not sent yet."""
        self._provider.shutdown()

    @contextmanager
    def batch(self, chunks: Sequence[Chunk], began_ns: int) -> Iterator[None]:
        """One trace, from when its records were asked for."""
        span = self._tracer.start_span(
            "batch",
            kind=SpanKind.CONSUMER,
            start_time=began_ns,
            links=[Link(parent) for parent in parents_of(chunks)],
            attributes={
                "messaging.system": "kafka",
                "messaging.batch.message_count": sum(len(chunk.records) for chunk in chunks),
                "procesmijn.partitions": len(chunks),
            },
        )
        with use_span(span, end_on_exit=True):
            self._tracer.start_span("poll", start_time=began_ns).end()
            yield

    def step(self, name: str) -> AbstractContextManager[object]:
        """A span within the one that is open."""
        return self._tracer.start_as_current_span(name)


def parents_of(chunks: Sequence[Chunk]) -> list[SpanContext]:
    """The traces that records came out of, each once, in the order of the records."""
    found: dict[str, SpanContext] = {}
    for chunk in chunks:
        for record in chunk.records:
            text = _traceparent(record)
            if text is None or text in found:
                continue
            parent = get_current_span(_PARENTS.extract({_TRACEPARENT: text})).get_span_context()
            if parent.is_valid:
                found[text] = parent
            if len(found) == MOST_LINKS:
                return list(found.values())
    return list(found.values())


def _traceparent(record: Record) -> str | None:
    """Of a header, as instrumented producers set it, or of a CloudEvent (its extension for
    distributed tracing), in binary or in structured mode."""
    for name, value in record.headers:
        if value is not None and name.lower() in _IN_HEADERS:
            return value.decode("ascii", "replace")
    if record.value is None or _IN_VALUE not in record.value:
        return None
    try:
        event = orjson.loads(record.value)
    except orjson.JSONDecodeError:
        return None
    text = event.get(_TRACEPARENT) if isinstance(event, dict) else None
    return text if isinstance(text, str) else None
