"""Text into XML as it may stand there: what every model file is written with."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write, such as NUL."""


def readable(text: str) -> str:
    """The text with what XML cannot write shown as a replacement character."""
    return _FORBIDDEN.sub("\ufffd", text)


def document(namespace: str, tag: str, attributes: dict[str, str]) -> etree._Element:
    """The root of a document whose elements are of one namespace, which needs no prefix."""
    unprefixed: dict[Any, str] = {None: namespace}  # Any: lxml's stubs forget that None is allowed
    return etree.Element(f"{{{namespace}}}{tag}", attributes, nsmap=unprefixed)


def encoded(root: etree._Element) -> bytes:
    """The document as UTF-8, indented, ended by a newline."""
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))
