"""Workers in processes of their own, in one group: to be killed, frozen and replaced."""

from __future__ import annotations

import multiprocessing
import signal
import time
import uuid
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

import psutil
from kafka.admin import KafkaAdminClient, MemberToRemove

from tests.integration.exactness import crashing_worker
from tests.integration.exactness.crashing_worker import Dead, Orders

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

    def start(self, dies: str | None = None, transaction: int = 1, dead: Dead = Dead.BOTH) -> str:
        """Start one more worker, and give its name."""
        self._born += 1
        owner = f"worker-{self._born}"
        orders = replace(
            self._orders,
            owner=owner,
            log=self._logs / f"{owner}.log",
            dies=dies,
            transaction=transaction,
            dead=dead,
        )
        member = _processes.Process(target=crashing_worker.work, args=(orders,))
        member.start()
        self._members[owner] = member
        return owner

    def kill(self, owner: str, dead: Dead = Dead.BOTH) -> None:
        """As the kernel kills it when memory runs out."""
        self.signal(owner, signal.SIGKILL, dead)

    def wait_for_death(self, owner: str, seconds: float, dead: Dead = Dead.BOTH) -> None:
        """Wait until it has been killed, by itself or by us."""
        member = self._members[owner]
        member.join(seconds)
        assert member.exitcode == dead.exit_code, f"{owner}: {member.exitcode}"

    def stop(self, owner: str) -> None:
        """Stop it in good order."""
        member = self._members[owner]
        member.terminate()
        member.join(_STOPPED_SECONDS)
        assert member.exitcode == 0, f"{owner}: {member.exitcode}"

    def signal(self, owner: str, number: signal.Signals, whom: Dead = Dead.BOTH) -> None:
        """Kill its processes or one of them, freeze them, or let them go on."""
        member = psutil.Process(self._members[owner].pid)
        while not (applying := member.children()):
            time.sleep(0.01)  # it has only just been started
        if whom is not Dead.APPLYING:
            member.send_signal(number)
        if whom is not Dead.READING:
            applying[0].send_signal(number)

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
