"""No id and no name may hold control characters: one of them stands between the parts of keys."""

from __future__ import annotations

import re
from typing import Final

NO_CONTROLS: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""The pattern of a text without control characters (C0, DEL and C1, line breaks among them).
PostgreSQL cannot hold the first; U+001F stands between the parts of which keys are made."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def has_controls(text: str) -> bool:
    """Whether a text holds a control character."""
    # Nearly every text is printable, and being asked that takes a tenth of a search.
    return not text.isprintable() and _CONTROL.search(text) is not None
