"""PostgreSQL: the one place where anything is kept, and the only room that knows psycopg."""

from __future__ import annotations

from procesmijn.store.database import Store

__all__ = ["Store"]
