"""A database remembers the fingerprint of its keys: other keys would make two persons of one."""

from __future__ import annotations

from procesmijn.errors import ProcesmijnError
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements


class OtherKeys(ProcesmijnError):
    """The database was written with other keys: set PROCESMIJN_KEYS, or PROCESMIJN_KEYS_FILE, to
    those."""


def remember(fingerprint: str, connection: Connection) -> None:
    """Note the keys of a new database; those of another have to be the same.

    Raises :class:`OtherKeys` where they are not.
    """
    sql, parameters = statements("keys"), {"fingerprint": fingerprint}
    with connection.transaction():
        connection.execute(sql["lock"])
        connection.execute(sql["remember"], parameters)
        row = connection.execute(sql["known"], parameters).fetchone()
    if row is None or not row[0]:
        raise OtherKeys(
            f"the database was written with other keys than these (fingerprint {fingerprint}, it"
            f" has {remembered(connection)}): set PROCESMIJN_KEYS or PROCESMIJN_KEYS_FILE to those"
        )


def remembered(connection: Connection) -> str | None:
    """Fingerprint of the keys that a database was written with; None while it is new."""
    row = connection.execute(statements("keys")["fingerprint"]).fetchone()
    return None if row is None else str(row[0])
