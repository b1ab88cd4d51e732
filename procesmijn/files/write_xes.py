"""Writes an event log as XES (IEEE 1849-2016), an event at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree

from procesmijn.files.writing import (
    ACTIVITY,
    CASE,
    ID,
    LIFECYCLE,
    PARTY,
    PERFORMER,
    START,
    TIME,
    Part,
    Write,
    texts,
)

_LOG: Final = {"xes.version": "1849.2016", "xes.features": ""}
"""No namespace: the schema that was published with the standard has none."""
_EXTENSIONS: Final = {
    "Concept": "concept",
    "Time": "time",
    "Lifecycle": "lifecycle",
    "Organizational": "org",
    "Identity": "identity",
}
_KINDS: Final = {
    ACTIVITY: "string",
    TIME: "date",
    START: "date",
    LIFECYCLE: "string",
    PARTY: "string",
    PERFORMER: "string",
    ID: "id",
}
_GLOBALS: Final = {
    ACTIVITY: "",
    TIME: "1970-01-01T00:00:00Z",
    LIFECYCLE: "complete",
    ID: "00000000-0000-0000-0000-000000000000",
}
"""What every event has; the values are those of none."""
_NAME: Final = "concept:name"
_NOT_IN_XML: Final = "[\ufffe\uffff]"
"""The two characters that names may hold and XML may not; they become U+FFFD."""


@contextmanager
def xes(file: BinaryIO, process: str) -> Iterator[Write]:
    """Write cases as traces, in the standard extensions of XES."""
    with etree.xmlfile(file, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element("log", _LOG):
            _begin(xml, process)
            yield lambda part: _add(part, xml)


def _begin(xml: Any, process: str) -> None:
    for name, prefix in _EXTENSIONS.items():
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        _line(xml, "extension", name=name, prefix=prefix, uri=uri)
    with xml.element("global", scope="trace"):
        _line(xml, "string", key=_NAME, value="")
    with xml.element("global", scope="event"):
        for name, value in _GLOBALS.items():
            _line(xml, _KINDS[name], key=name, value=value)
    _line(xml, "classifier", name="Activity", scope="event", keys=ACTIVITY)
    _line(xml, "string", key=_NAME, value=re.sub(_NOT_IN_XML, "\ufffd", process))
    _line(xml, "string", key="lifecycle:model", value="standard")


def _add(part: Part, xml: Any) -> None:
    columns = [texts(_in_xml(part.events[name])) for name in (CASE, *_KINDS)]
    for case, events in groupby(zip(*columns, strict=True), itemgetter(0)):
        with xml.element("trace"):
            _line(xml, "string", key=_NAME, value=case)
            for _, *values in events:
                event = etree.Element("event")
                for (name, kind), value in zip(_KINDS.items(), values, strict=True):
                    if value is not None:
                        etree.SubElement(event, kind, {"key": name, "value": value})
                xml.write(event)
                xml.write("\n")


def _in_xml(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        return column
    return pc.replace_substring_regex(column, _NOT_IN_XML, "\ufffd")


def _line(xml: Any, tag: str, **attributes: str | None) -> None:
    xml.write(etree.Element(tag, {name: value or "" for name, value in attributes.items()}))
    xml.write("\n")
