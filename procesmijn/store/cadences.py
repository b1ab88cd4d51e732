"""Who has spoken with whom in time."""

from __future__ import annotations

from procesmijn.store.connection import Connection
from procesmijn.store.reports import Listing, listed
from procesmijn.store.statements import statements


def cadences(party: str | None, status: str | None, connection: Connection) -> Listing:
    """Cadences by customer: the late ones first, then those that never were, then what is due."""
    asked = {"party": party, "status": status}
    return listed(statements("cadences")["cadences"], asked, connection)
