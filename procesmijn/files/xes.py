"""Reads XES (IEEE 1849-2016): each event of a trace is a row, with the attributes of its trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from procesmijn.files.rows import FileError, Row, unpacked

CASE = "case:"
"""What comes before the name of an attribute of the trace."""


class XesRows:
    """The events of a log, in the order of the file; one trace at a time is in memory.

    Whatever stands outside a trace (``global``, classifiers, attributes of the log) is no event and
    gives no event anything. Attributes within attributes are named ``outer/inner``; a name that
    occurs twice gets a number.
    """

    names: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[Row]:
        """Read it. Raises :class:`FileError` with the line at which it breaks."""
        with unpacked(self._path) as file:
            # huge_tree lifts the limits on size, since logs are large; libxml2's limit on what
            # entities may grow to stays, and nothing outside the file is ever read.
            elements = etree.iterparse(
                file,
                tag=("{*}event", "{*}trace"),
                huge_tree=True,
                resolve_entities=False,
                no_network=True,
                remove_blank_text=True,
                remove_comments=True,
                remove_pis=True,
            )
            try:
                yield from _rows(elements)
            except etree.XMLSyntaxError as error:
                # What comes after the first error only follows from it.
                first = next(iter(elements.error_log), None)
                place = f"line {first.line}: {first.message}" if first else error.msg
                raise FileError(f"{self._path.name}: not whole XML: {place}") from error
            except RecursionError as error:
                raise FileError(f"{self._path.name}: attributes nested hundreds deep") from error
            _require_log(elements.root, self._path)


def _rows(elements: etree.iterparse[Any]) -> Iterator[Row]:
    events: list[Row] = []
    for _, element in elements:
        if element.tag.endswith("event"):
            row: Row = {}
            _collect(element, "", row)
            if _is_in_trace(element):
                events.append(row)
            else:
                yield row
            element.clear()
        else:
            trace: Row = {}
            _collect(element, CASE, trace)
            for row in events:
                yield trace | row
            events.clear()
            _forget(element)


def _is_in_trace(event: etree._Element) -> bool:
    parent = event.getparent()
    return parent is not None and str(parent.tag).endswith("trace")


def _collect(element: etree._Element, prefix: str, row: Row) -> None:
    """Add the attributes of an event or a trace, and those within them, to a row."""
    for attribute in element:
        key = attribute.get("key")
        if key is None:  # an event of a trace, or the <values> of a list
            if len(attribute):
                _collect(attribute, prefix, row)
            continue
        name = prefix + key
        value = attribute.get("value")
        if value:
            row[_unused(name, row) if name in row else name] = value
        if len(attribute):
            _collect(attribute, f"{name}/", row)


def _unused(name: str, row: Row) -> str:
    number = 2
    while f"{name} ({number})" in row:
        number += 1
    return f"{name} ({number})"


def _forget(trace: etree._Element) -> None:
    """Free the memory of a trace, and of all that stands before it."""
    trace.clear()
    parent = trace.getparent()
    while parent is not None and parent[0] is not trace:
        del parent[0]


def _require_log(root: etree._Element, path: Path) -> None:
    name = etree.QName(root).localname
    if name != "log":
        raise FileError(f"{path.name}: not XES: it is a <{name}>, and XES is a <log>")
    if root.getroottree().docinfo.internalDTD is not None:
        raise FileError(f"{path.name}: it has a document type, which XES has none of: remove it")
