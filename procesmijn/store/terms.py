"""A number for every name: facts are compared and packed as integers, not as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from procesmijn.core.frames import NO_TERM
from procesmijn.store.connection import Connection
from procesmijn.store.statements import statements


class Terms:
    """The dictionary of names as one session knows it.

    Rows are only added, and before the transaction of the batch that brings them: a name that
    stays behind after a batch that failed does no harm, and no worker waits for another's names.
    """

    def __init__(self) -> None:
        self._codes: dict[str | None, int] = {None: NO_TERM}
        self._names: dict[int, str] = {}
        self.code = self._codes.__getitem__
        """Code of a name that was resolved before; :data:`NO_TERM` of none. A dictionary's own
        method, since it is called seven times for each event."""

    @property
    def names(self) -> Mapping[int, str]:
        """Name of each code that was met so far."""
        return MappingProxyType(self._names)

    def resolve(self, names: Iterable[str], connection: Connection) -> None:
        """Make sure that each has a code."""
        unknown = sorted(set(names) - self._codes.keys())
        if not unknown:
            return
        sql = statements("terms")
        connection.execute(sql["add"], {"names": unknown})
        self._learn(connection.execute(sql["find"], {"names": unknown}).fetchall())

    def meet(self, codes: Iterable[int], connection: Connection) -> None:
        """Make sure that the name of each code is known: other workers add names as well."""
        unknown = sorted(set(codes) - self._names.keys() - {NO_TERM})
        if unknown:
            self._learn(
                connection.execute(statements("terms")["meet"], {"codes": unknown}).fetchall()
            )

    def load(self, connection: Connection) -> None:
        """Meet all of them."""
        self._learn(connection.execute(statements("terms")["all"]).fetchall())

    def _learn(self, rows: Iterable[tuple[int, str]]) -> None:
        for code, name in rows:
            self._codes[name] = code
            self._names[code] = name
