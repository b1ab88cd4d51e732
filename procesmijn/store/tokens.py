"""Tokens of programs: what each may see, and until when. Of a token only a hash is kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements

PREFIX: Final = "pmt_"
"""So that those who look for secrets in files know one."""


class Token(NamedTuple):
    """One token, without what proves it."""

    token: int
    name: str
    scopes: list[str]
    created_at: datetime
    created_by: str
    used_at: datetime | None
    """To a minute."""
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None


def make(name: str, scopes: Sequence[str], days: int, by: str, connection: Connection) -> str:
    """Make a token, and give what proves it: nobody can be told again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        statements("tokens")["make"],
        {"name": name, "digest": _digest(secret), "scopes": [*scopes], "days": days, "by": by},
    )
    return secret


def used(secret: str, connection: Connection) -> Token | None:
    """The token that this proves, where it may be used now, and write down that it is."""
    row = connection.execute(statements("tokens")["used"], {"digest": _digest(secret)}).fetchone()
    return None if row is None else Token(*row)


def tokens(connection: Connection) -> list[Token]:
    """All of them, the latest first."""
    return [Token(*row) for row in connection.execute(statements("tokens")["tokens"])]


def revoke(name: str, by: str, connection: Connection) -> int:
    """End those of a name that still hold, and say how many."""
    return connection.execute(statements("tokens")["revoke"], {"name": name, "by": by}).rowcount


def _digest(secret: str) -> bytes:
    """Of 256 random bits a plain hash says nothing."""
    return sha256(secret.encode()).digest()
