"""Checks of the PostgreSQL server and the role, whatever is in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from procesmijn.cli.checks.check import Check, Verdict, failure, some, warning, well
from procesmijn.cli.checks.installation import disk_at
from procesmijn.cli.checks.surroundings import Disk, Limits, of_clock, of_disk
from procesmijn.store import condition
from procesmijn.store.condition import Server
from procesmijn.store.connection import Connection

_NEARLY_USED_UP: Final = 0.9


class Database(NamedTuple):
    """What was read of it."""

    server: Server
    read_at: datetime
    disk: Disk | None
    """None where the server is on another machine, or the role may not know where its data lie."""
    limits: Limits


def read(connection: Connection, limits: Limits) -> Database:
    """Look at the server, and at its disk where that is one of this machine."""
    server = condition.read(connection)
    folder = Path(server.data_directory) if server.data_directory and server.is_local else None
    disk = disk_at(folder) if folder is not None and folder.exists() else None
    return Database(server, datetime.now(UTC), disk, limits)


def of_version(seen: Database) -> Verdict:
    """Whose it is; a server that is too old was refused before."""
    return well(f"PostgreSQL {seen.server.version}")


def of_primary(seen: Database) -> Verdict:
    """It can be written to."""
    if seen.server.is_standby:
        return failure("a standby, which cannot be written to: name the primary in the address")
    if seen.server.settings["default_transaction_read_only"] == "on":
        return failure(
            "sessions are read-only by default: ALTER DATABASE or ALTER ROLE ... RESET"
            " default_transaction_read_only"
        )
    return well("can be written to")


def of_encoding(seen: Database) -> Verdict:
    """Every text of an event fits."""
    if seen.server.encoding != "UTF8":
        return failure(
            f"{seen.server.encoding}: names in other scripts cannot be stored; make the database"
            " anew with ENCODING 'UTF8' TEMPLATE template0"
        )
    return well("UTF8")


def of_collation(seen: Database) -> Verdict:
    """Indexes are sorted by the rules that the server has now."""
    then, now = seen.server.collation_version, seen.server.collation_version_here
    if then == now:
        return well("texts are sorted as they were when the database was made")
    return failure(
        f"the rules of sorting were {then} when the indexes were made, and are {now}: REINDEX"
        f" DATABASE {seen.server.database}; then ALTER DATABASE {seen.server.database} REFRESH"
        " COLLATION VERSION"
    )


def of_durability(seen: Database) -> Verdict:
    """What was committed outlives a crash of the machine."""
    off = [name for name in ("fsync", "full_page_writes") if seen.server.settings[name] == "off"]
    if off:
        return failure(
            f"{' and '.join(off)} off: a crash of the machine destroys the database; turn on in"
            " postgresql.conf"
        )
    return well("fsync and full_page_writes are on")


def of_commits(seen: Database) -> Verdict:
    """A commit is on disk when it is said to be."""
    if seen.server.settings["synchronous_commit"] == "off":
        return warning(
            "synchronous_commit is off: a crash loses what was committed last; batches are read"
            " again, and an accepted gap or a redrive has to be done again. ALTER DATABASE"
            f" {seen.server.database} RESET synchronous_commit"
        )
    return well(f"synchronous_commit is {seen.server.settings['synchronous_commit']}")


def of_vacuum(seen: Database) -> Verdict:
    """Space of old versions of rows is used again."""
    if seen.server.settings["autovacuum"] == "off":
        return failure("autovacuum is off: tables grow without end; turn it on in postgresql.conf")
    return well("autovacuum is on")


def of_transactions(seen: Database) -> Verdict:
    """Nobody keeps old versions of rows alive for long."""
    if seen.server.oldest_transaction_seconds > seen.limits.transaction_seconds:
        return warning(
            f"one is open for {seen.server.oldest_transaction_seconds:,.0f} s, and keeps VACUUM"
            " from its work: look for it in pg_stat_activity (xact_start), and end it with"
            " pg_terminate_backend"
        )
    return well("none is open for long")


def of_connections(seen: Database) -> Verdict:
    """There is room for another worker and its readers."""
    full = [
        f"{it.used} of the {it.allowed} that {it.whose} allows"
        for it in seen.server.connections
        if it.used >= _NEARLY_USED_UP * it.allowed
    ]
    if full:
        return warning(
            f"{some(full)} are used: end sessions that nobody needs, or raise the limit"
            " (max_connections, or CONNECTION LIMIT of the database or the role)"
        )
    return well(", ".join(f"{it.used} of {it.allowed}" for it in seen.server.connections))


def of_rights(seen: Database) -> Verdict:
    """The role may do what a worker does."""
    if seen.server.denied:
        return failure(
            f"the role {seen.server.role} lacks {some(seen.server.denied)}: GRANT that to it"
        )
    return well(f"the role {seen.server.role} may do what a worker does")


def of_space(seen: Database) -> Verdict:
    """The disk of the data has room."""
    if seen.disk is None:
        return well("cannot be seen from here: let the server's own monitoring watch it")
    return of_disk(seen.disk, seen.limits)


CHECKS: Final = (
    Check("database", of_version),
    Check("primary", of_primary),
    Check[Database](
        "database-clock",
        lambda seen: of_clock(seen.server.now, seen.read_at, "database", seen.limits),
    ),
    Check("encoding", of_encoding),
    Check("collation", of_collation),
    Check("durability", of_durability),
    Check("commits", of_commits),
    Check("vacuum", of_vacuum),
    Check("transactions", of_transactions),
    Check("connections", of_connections),
    Check("database-disk", of_space),
    Check("rights", of_rights),
)
