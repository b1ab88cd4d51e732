"""How Kafka is reached: one frozen object, handed to every client of this package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from kafka.errors import KafkaError

from consumers.errors import KafkaUnavailable

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
    """
    try:
        yield
    except (KafkaError, OSError) as error:
        raise KafkaUnavailable(
            f"no Kafka broker answers at {kafka.servers} ({error}): check the address, the "
            f"security settings ({kafka.security_protocol}) and that the broker runs"
        ) from error
