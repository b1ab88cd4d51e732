"""Parts of event logs to be written, and what proves that a file keeps to its standard."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import jsonschema  # type: ignore[import-untyped]  # its stubs are not among the pins
import orjson
import pyarrow as pa
from lxml import etree

from procesmijn.files.exports import Form
from procesmijn.files.writing import EVENTS, Part

STANDARDS: Final = Path(__file__).parent / "standards"
XES: Final = STANDARDS / "xes-ieee-1849-2016.xsd"
OCEL_JSON: Final = STANDARDS / "ocel20-schema-json.json"
OCEL_STRICTER: Final = STANDARDS / "ocel2.json"
OCEL_RULES: Final = 24
"""So many has OCEL 2.0 for tables, as pm4py checks them."""


def part(others: list[tuple[str, str, str]], *events: tuple[Any, ...]) -> Part:
    columns = [
        pa.array(column, field.type)
        for column, field in zip(zip(*events, strict=True), EVENTS, strict=True)
    ]
    return Part(pa.RecordBatch.from_arrays(columns, schema=EVENTS), others)


PARTS: Final = (
    part(
        [("id-1", "order", "8"), ("id-2", "truck", "7")],
        ("7", "Object", 1_000_001, None, "start", "Bench", None, "id-1"),
        ("7", "object", 2_000_000, 1_000_000, "complete", None, "p_x", "id-2"),
    ),
    part(
        [("id-2", "truck", "7")],
        ("8", "object", 2_000_000, 1_000_000, "complete", None, "p_x", "id-2"),
        ("8", "漢字", 2_000_000, None, "unknown", "Desk", None, "id-3"),
    ),
)
"""Two cases with an event in common, ids that two types share, names that are alike as tables."""


def insist_on_standard(form: Form, file: Path) -> None:
    """Raise where a file in one of the published formats is not as these have it."""
    if form is Form.XES:
        etree.XMLSchema(etree.parse(XES)).assertValid(etree.parse(file))
    elif form is Form.OCEL2_JSON:
        document = orjson.loads(file.read_bytes())
        for schema in (OCEL_JSON, OCEL_STRICTER):
            jsonschema.validate(document, orjson.loads(schema.read_bytes()))
    else:
        from pm4py.objects.ocel.validation import ocel20_rel_validation

        kept, broken = ocel20_rel_validation.apply(str(file))
        assert (len(kept), broken) == (OCEL_RULES, [])
