"""A folder of one's own for a pair of servers: who uses it, on which ports, and how to connect."""

from __future__ import annotations

import fcntl
import json
import os
import random
import socket
from pathlib import Path
from typing import Final, NamedTuple

from procesmijn.embedded.errors import EmbeddedError, HomeInUseError
from procesmijn.embedded.locks import locked

PORTS: Final = range(20_000, 32_000)
"""Below those that the kernel gives to outgoing connections, which would take a kept port."""

CONNECTION: Final = "connection.json"
"""In a home in which something runs: how to connect, password included, for its owner alone."""

PATIENCE_SECONDS: Final = 0.2
"""Whoever only looks whether a home is in use (:func:`find`) holds it for a moment."""


class Connection(NamedTuple):
    """How to reach the servers of a home; None where that server was left out."""

    kafka_servers: str | None
    database_url: str | None


class Home:
    """The folder, held by one process at a time. The kernel lets go of it when that process ends,
    however it ends, so a home that was left by a crash is simply free."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._lock: int | None = None

    def hold(self) -> None:
        """Take the folder for this process, and make it where it is missing.

        Raises :class:`HomeInUseError` where another process has it.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for part in ("run", "log"):
                (self.folder / part).mkdir(exist_ok=True)
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise EmbeddedError(
                f"{self.folder} cannot be used as a home ({error.strerror}): choose a folder that"
                " you may write to"
            ) from error
        if not locked(lock, PATIENCE_SECONDS):
            pid = os.pread(lock, 20, 0).decode()
            os.close(lock)
            raise HomeInUseError(
                f"{self.folder} is in use by process {pid}: stop that one, or choose another home"
            )
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        self._lock = lock

    def release(self) -> None:
        """Let go of the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def ports(self, *names: str) -> list[int]:
        """Give a port to each name: the one that it had, unless somebody else has taken it."""
        file = self.folder / "ports.json"
        kept: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        for name in names:
            if name not in kept or not _is_free(kept[name]):
                kept[name] = _free_port(set(kept.values()))
        file.write_text(json.dumps(kept, indent=2) + "\n")
        return [kept[name] for name in names]

    def publish(self, connection: Connection) -> None:
        """Write down for other processes how to connect; the password is in it."""
        new = self.folder / f"{CONNECTION}.new"
        new.touch(mode=0o600)
        new.write_text(json.dumps(connection._asdict(), indent=2) + "\n")
        new.replace(self.folder / CONNECTION)

    def withdraw(self) -> None:
        """Take that back."""
        (self.folder / CONNECTION).unlink(missing_ok=True)


def find(folder: Path) -> Connection | None:
    """Read how to connect to the servers that another process runs in ``folder``, if one does."""
    try:
        lock = os.open(folder / "lock", os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        file = folder / CONNECTION
        return Connection(**json.loads(file.read_text())) if file.exists() else None
    else:
        return None
    finally:
        os.close(lock)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port(taken: set[int]) -> int:
    for port in random.SystemRandom().sample(PORTS, 200):
        if port not in taken and _is_free(port):
            return port
    raise EmbeddedError(f"no free port between {PORTS.start} and {PORTS.stop}: close some programs")
