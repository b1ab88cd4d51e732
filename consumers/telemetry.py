"""The only module that imports OpenTelemetry, an extra (``pip install procesmijn[otel]``).

A batch is one trace: ``batch`` with ``poll`` (waiting included), ``decode``, ``conceal``, ``hand
over`` and ``apply``, and in that the steps of its transaction. The traces of producers are linked
to it, since one batch is of many.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final

import orjson
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, SpanKind, get_current_span, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from consumers.chunk import Chunk
from consumers.lot import Lot
from procesmijn.batch import Applied, Step
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

    def parents(self, chunks: Sequence[Chunk]) -> dict[str, SpanContext]:
        """The traces that records came out of."""
        return parents_of(chunks)

    def tell(self, lot: Lot, applied: Applied) -> None:
        """One trace, from when its first records were asked for until it was in."""
        links = [Link(it) for it in lot.parents.values() if isinstance(it, SpanContext)]
        began_ns = min(step.began_ns for step in lot.steps)
        ended_ns = max(step.ended_ns for step in applied.steps)
        span = self._tracer.start_span(
            "batch",
            kind=SpanKind.CONSUMER,
            start_time=began_ns,
            links=links[:MOST_LINKS],
            attributes={
                "messaging.system": "kafka",
                "messaging.batch.message_count": lot.records,
                "procesmijn.partitions": len(lot.batch.spans),
            },
        )
        with use_span(span):
            self._tell_steps(lot.steps)
            apply = self._tracer.start_span("apply", start_time=applied.steps[0].began_ns)
            with use_span(apply):
                self._tell_steps(applied.steps)
            apply.end(ended_ns)
        span.end(ended_ns)

    def _tell_steps(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self._tracer.start_span(step.name, start_time=step.began_ns).end(step.ended_ns)


def parents_of(chunks: Sequence[Chunk]) -> dict[str, SpanContext]:
    """The traces that records came out of, by their text, in the order of the records."""
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
                return found
    return found


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
