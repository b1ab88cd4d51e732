"""SQL stands in ``.sql`` files; this finds a statement there by its name.

A file under ``sql/`` holds statements, each headed ``-- name: <name>`` and a line that says what it
is for. They are read once, when first asked for.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

_HEAD = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def statements(room: str) -> dict[str, LiteralString]:
    """Statements of ``sql/<room>.sql`` by name.

    Parts of the package, so as good as literals: that is what psycopg wants to be sure of.
    """
    text = (files("procesmijn.store") / "sql" / f"{room}.sql").read_text(encoding="utf-8")
    _, *pieces = _HEAD.split(text)
    names, bodies = pieces[::2], pieces[1::2]
    return {
        name: cast("LiteralString", body.strip().removesuffix(";"))
        for name, body in zip(names, bodies, strict=True)
    }
