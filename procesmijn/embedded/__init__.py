"""Real Apache Kafka and real PostgreSQL, without installing either.

    with Embedded(home) as servers:
        servers.kafka_servers   # "127.0.0.1:21345"
        servers.database_url    # "postgresql://procesmijn:...@127.0.0.1:23456/procesmijn"

Both stop when the block is left, and die with this process however it ends.
"""

from __future__ import annotations

from procesmijn.embedded.errors import DownloadError, EmbeddedError, HomeInUseError, ServerError
from procesmijn.embedded.home import CONNECTION, Connection, find
from procesmijn.embedded.servers import Embedded, made_in

__all__ = [
    "CONNECTION",
    "Connection",
    "DownloadError",
    "Embedded",
    "EmbeddedError",
    "HomeInUseError",
    "ServerError",
    "find",
    "made_in",
]
