"""What can go wrong between Kafka and the worker, as words for the person who runs it."""

from __future__ import annotations

from procesmijn.errors import ProcesmijnError


class KafkaUnavailable(ProcesmijnError):
    """No broker answered. Check the address, the security settings, and that Kafka runs."""


class KafkaRefused(KafkaUnavailable):
    """A broker answered, and does not let us in: check user name, password and mechanism."""


class TopicMissing(ProcesmijnError):
    """A topic to read does not exist. Create it, or let procesmijn create it."""


class StreamFailed(ProcesmijnError):
    """Reading went wrong in a way that going on could lose records: the worker has to stop.

    Nothing is lost: a restarted worker goes on from the positions in the store.
    """


class TelemetryMissing(ProcesmijnError):
    """Traces are wanted, and OpenTelemetry is not installed: ``pip install procesmijn[otel]``, or
    unset PROCESMIJN_TRACES."""


class BatchFailed(ProcesmijnError):
    """A batch could not be applied, for a reason that nobody foresaw: the worker has to stop.

    Nothing of it was written. A restarted worker meets it again: look at the trace (``--debug``),
    report it, and upgrade; where that cannot wait, ``procesmijn streams accept-gap`` goes on behind
    it.
    """


class ApplyingEnded(ProcesmijnError):
    """The process of a worker that writes to the database has ended, and so the worker has to: was
    it killed for want of memory? Start it again; it goes on from the positions in the store."""


class PublishFailed(ProcesmijnError):
    """Kafka did not take a message. Mend what the message says and publish again: events that were
    taken already are known by their ids, and change nothing the second time."""
