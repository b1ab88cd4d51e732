"""How a PostgreSQL server is set up, for whoever looks whether all is well with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements


class Connections(NamedTuple):
    """Connections that are open, beside how many may be."""

    whose: str
    """``the server``, ``the database`` or ``the role``: each may have a limit."""
    used: int
    allowed: int


class Server(NamedTuple):
    """What was read of it, as far as the role may see it."""

    version: str
    now: datetime
    role: str
    encoding: str
    collation_version: str | None
    """Of the rules of sorting that the indexes were made by; None where those have no versions."""
    collation_version_here: str | None
    """Of the rules that the server has now."""
    is_standby: bool
    database: str
    data_directory: str | None
    """None where the role may not know."""
    is_local: bool
    """Whether the server is on this machine."""
    settings: Mapping[str, str]
    connections: tuple[Connections, ...]
    oldest_transaction_seconds: float
    denied: tuple[str, ...]
    """Rights that a worker needs and the role lacks, as GRANT wants them."""


def only_look(connection: Connection) -> None:
    """Let this session change nothing: PostgreSQL itself refuses from here on."""
    connection.execute(statements("condition")["only_look"])


def read(connection: Connection) -> Server:
    """Look at a server; it need not hold anything of ours."""
    sql = statements("condition")
    server = connection.execute(sql["server"]).fetchone()
    oldest = connection.execute(sql["oldest_transaction"]).fetchone()
    assert server is not None and oldest is not None  # noqa: S101, PT018 - they always return rows
    settings: dict[str, str] = dict(connection.execute(sql["settings"]).fetchall())
    connections = tuple(Connections(*row) for row in connection.execute(sql["connections"]))
    denied = tuple(text for (text,) in connection.execute(sql["denied"]))
    return Server._make((*server, settings, connections, *oldest, denied))


def bi_denied(connection: Connection) -> list[str]:
    """What has to be executed so that readers of the ``bi`` schema can read it."""
    return [text for (text,) in connection.execute(statements("condition")["bi_denied"])]
