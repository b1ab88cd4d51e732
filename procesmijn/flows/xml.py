"""Text into XML as it may stand there: what every model file is written with."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write, such as NUL."""


def readable(text: str) -> str:
    """The text with what XML cannot write shown as a replacement character."""
    return _FORBIDDEN.sub("\ufffd", text)


def encoded(root: etree._Element) -> bytes:
    """The document as UTF-8, indented, ended by a newline."""
    document = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return bytes(document)
