"""Workers in processes of their own, in one group: to be killed, frozen and replaced."""

from __future__ import annotations

import multiprocessing
import os
import signal
import uuid
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

from kafka.admin import KafkaAdminClient, MemberToRemove

from tests.integration.exactness import crashing_worker
from tests.integration.exactness.crashing_worker import Orders

_STOPPED_SECONDS = 20.0
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([crashing_worker.__name__])  # a worker then starts in no time


class Fleet:
    """The workers of one topic and one database."""

    def __init__(
        self, kafka_servers: str, topic: str, database_url: str, keys: str, logs: Path
    ) -> None:
        group = uuid.uuid4().hex
        self._logs = logs
        self._orders = Orders(kafka_servers, topic, group, database_url, keys, "", logs)
        self._members: dict[str, BaseProcess] = {}
        self._born = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for member in self._members.values():
            member.kill()
            member.join()

    def start(self, dies: str | None = None, transaction: int = 1) -> str:
        """Start one more worker, and give its name."""
        self._born += 1
        owner = f"worker-{self._born}"
        orders = replace(
            self._orders,
            owner=owner,
            log=self._logs / f"{owner}.log",
            dies=dies,
            transaction=transaction,
        )
        member = _processes.Process(target=crashing_worker.work, args=(orders,))
        member.start()
        self._members[owner] = member
        return owner

    def kill(self, owner: str) -> None:
        """As the kernel kills it when memory runs out."""
        self._members[owner].kill()

    def wait_for_death(self, owner: str, seconds: float) -> None:
        """Wait until it has been killed, by itself or by us."""
        member = self._members[owner]
        member.join(seconds)
        assert member.exitcode == -signal.SIGKILL, f"{owner}: {member.exitcode}"

    def stop(self, owner: str) -> None:
        """Stop it in good order."""
        member = self._members[owner]
        member.terminate()
        member.join(_STOPPED_SECONDS)
        assert member.exitcode == 0, f"{owner}: {member.exitcode}"

    def signal(self, owner: str, number: signal.Signals) -> None:
        """Freeze it, or let it go on."""
        pid = self._members[owner].pid
        assert pid is not None
        os.kill(pid, number)

    def bury(self, owner: str) -> None:
        """Have the group miss a dead worker now, and not at the end of its session."""
        group = self._orders.group
        admin = KafkaAdminClient(bootstrap_servers=self._orders.kafka_servers)
        try:
            dead = [
                MemberToRemove(member_id=member["member_id"])
                for member in admin.describe_groups([group])[group]["members"]
                if member["client_id"] == owner
            ]
            if dead:
                admin.remove_group_members(group, dead)
        finally:
            admin.close()
