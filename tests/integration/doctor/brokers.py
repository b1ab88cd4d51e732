"""Brokers to look at: the embedded one with users and an authorizer, and a second beside it."""

from __future__ import annotations

import re
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


class SecondBroker(Broker):
    """One more broker of the cluster of another, which stays its only controller."""

    def __init__(self, home: Path, port: int, first: Broker) -> None:
        super().__init__(home, port, first.controller_port, first.jars)
        self._first = first

    def prepare(self) -> None:
        """Format its folder for the cluster that there is."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        self._write_properties(self.data)
        said = (self._first.data / "meta.properties").read_text()
        (cluster_id,) = re.findall(r"^cluster.id=(.+)$", said, re.MULTILINE)
        self.run(
            *self._java("kafka.tools.StorageTool"),
            *("format", f"--cluster-id={cluster_id}", "--config", self._properties),
        )

    def _write_properties(self, data: Path) -> None:
        super()._write_properties(data)
        own = {
            "process.roles": "broker",
            "node.id": "2",
            "listeners": f"PLAINTEXT://{self.servers}",
        }
        lines = self._properties.read_text().splitlines()
        kept = [line for line in lines if line.partition("=")[0] not in own]
        self._properties.write_text("\n".join([*kept, *(f"{k}={v}" for k, v in own.items()), ""]))
