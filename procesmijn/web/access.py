"""Who looked at single cases."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import orjson


class AccessRecord:
    """A line of JSON for every look at single cases, in a file that only its owner reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, client: str, address: str) -> None:
        """Write down a look."""
        line = orjson.dumps(
            {"at": datetime.now(UTC), "client": client, "address": address},
            option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z,
        )
        handle = os.open(self.path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            os.write(handle, line)  # one write at the end of the file: lines never mix
        finally:
            os.close(handle)
