"""How Kafka is reached: one frozen object, handed to every client of this package."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from kafka.errors import (
    AuthorizationError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    SaslAuthenticationFailedError,
)

from consumers.errors import KafkaRefused, KafkaUnavailable

RECONNECT_SECONDS: Final = 1.0
"""At most this long between two tries to reach a broker that is back perhaps. kafka-python would
wait up to 30 s, in the midst of a call, and a worker that waits does not join when others do."""

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI"]


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Address and credentials of a Kafka cluster; passwords do not show in its ``repr``."""

    servers: str = "localhost:9092"
    """``host:port`` of one or more brokers, with commas between them."""
    client_id: str = "procesmijn"
    """What the broker's log and quotas know this client by."""
    connect_seconds: float = 30.0
    """How long to try for a first broker before giving up."""
    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    kerberos_service_name: str | None = None
    tls_ca_file: str | None = None
    """PEM file of the authorities to trust; without it the system's."""
    tls_certificate_file: str | None = None
    """PEM file of the client's own certificate, where the broker asks for one."""
    tls_key_file: str | None = None
    tls_key_password: str | None = field(default=None, repr=False)
    tls_check_hostname: bool = True

    def options(self) -> dict[str, Any]:
        """The same under kafka-python's names; what is not set is left to its defaults."""
        named = {
            "bootstrap_servers": [server.strip() for server in self.servers.split(",")],
            "client_id": self.client_id,
            "bootstrap_timeout_ms": round(self.connect_seconds * 1000),
            "reconnect_backoff_max_ms": round(RECONNECT_SECONDS * 1000),
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
            "sasl_kerberos_service_name": self.kerberos_service_name,
            "ssl_cafile": self.tls_ca_file,
            "ssl_certfile": self.tls_certificate_file,
            "ssl_keyfile": self.tls_key_file,
            "ssl_password": self.tls_key_password,
            "ssl_check_hostname": self.tls_check_hostname,
        }
        return {name: value for name, value in named.items() if value is not None}


@contextmanager
def reaching(kafka: KafkaSettings) -> Iterator[None]:
    """Say in one line that a cluster cannot be reached, whichever way a client found out.

    Raises:
        KafkaUnavailable: with the addresses that were tried and the client's own reason.
        KafkaRefused: a broker answered, and does not let us in.
    """
    with _overhearing() as heard:
        try:
            yield
        except (KafkaError, OSError) as error:
            never_connected = isinstance(error, KafkaTimeoutError)
            reason = (heard.reason or error) if never_connected else error
            if kafka.sasl_mechanism is not None and never_connected and _is_refusal(reason):
                raise KafkaRefused(
                    f"Kafka at {kafka.servers} does not let us in ({reason}): check the user"
                    f" {kafka.username}, its password and the mechanism {kafka.sasl_mechanism}"
                ) from error
            raise KafkaUnavailable(
                f"no Kafka broker answers at {kafka.servers} ({reason}): check the address, the "
                f"security settings ({kafka.security_protocol}) and that the broker runs"
            ) from error


def _is_refusal(reason: Exception) -> bool:
    """Brokers hang up on whom they do not let in, and the client mostly misses their answer."""
    is_hung_up = isinstance(reason, KafkaConnectionError) and "disconnected" in str(reason)
    return is_hung_up or isinstance(reason, SaslAuthenticationFailedError | AuthorizationError)


class _Overheard(logging.Handler):
    """The first reason for which the client could not connect; later ones are of its time-out.

    kafka-python tries until its time is up, raises that it was, and only logs why.
    """

    reason: Exception | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Remember the error that a line is about."""
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, Exception) and self.reason is None:
                self.reason = argument


@contextmanager
def _overhearing() -> Iterator[_Overheard]:
    """Hear what the client says of its connections, and let it be said nowhere else."""
    speaker = logging.getLogger("kafka.net.manager")
    level, propagate = speaker.level, speaker.propagate
    heard = _Overheard(logging.WARNING)
    speaker.addHandler(heard)
    speaker.setLevel(logging.WARNING)
    speaker.propagate = False
    try:
        yield heard
    finally:
        speaker.removeHandler(heard)
        speaker.setLevel(level)
        speaker.propagate = propagate
