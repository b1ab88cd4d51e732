"""A broker that asks who is there: the embedded one, with users and an authorizer."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from procesmijn.embedded.broker import Broker

PASSWORD: Final = "right"
USERS: Final = ("worker", "stranger")
"""The first may do everything, the second may log in."""


class GuardedBroker(Broker):
    """It listens on one more port, for users with a password."""

    guarded_port: int

    @property
    def guarded(self) -> str:
        """Where users connect."""
        return f"127.0.0.1:{self.guarded_port}"

    def _write_properties(self, data: Path) -> None:
        super()._write_properties(data)
        plain = f"PLAINTEXT://{self.servers}"
        users = " ".join(f'user_{name}="{PASSWORD}"' for name in USERS)
        module = "org.apache.kafka.common.security.plain.PlainLoginModule"
        more = {
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,"
            "GUARDED:SASL_PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.name.guarded.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.guarded.plain.sasl.jaas.config": f"{module} required {users};",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:ANONYMOUS;User:{USERS[0]}",
        }
        text = self._properties.read_text().replace(plain, f"{plain},GUARDED://{self.guarded}")
        self._properties.write_text(text + "".join(f"{k}={v}\n" for k, v in more.items()))
