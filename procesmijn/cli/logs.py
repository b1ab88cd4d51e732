"""The log of a worker: lines for people, or an object of JSON a line for what collects logs."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Final, Literal

import orjson

FIELDS: Final = "fields"
"""What a line is about, as attribute of its record: names with plain values."""


class JsonLines(logging.Formatter):
    """``at`` (UTC), ``level``, ``logger``, ``message``, and what the line is about by name."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the message holds."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode()


def write_log(level: str, form: Literal["text", "json"]) -> None:
    """Log to stderr, from ``level`` on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLines()
        if form == "json"
        else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler])
    if level == "DEBUG":
        logging.getLogger("kafka").setLevel(logging.WARNING)
