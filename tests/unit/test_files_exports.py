"""Event logs as files: each keeps to its standard, whatever is in it, and none is left half."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from procesmijn.errors import FileNotWritten
from procesmijn.files.exports import Form, written
from procesmijn.files.formats import rows_of
from procesmijn.files.ocel import SEVERAL, OcelEvent, OcelRows
from procesmijn.files.rows import Row
from tests.exports import OCEL_JSON, PARTS, XES, insist_on_standard, part

ODD: Final = (
    *('say "it\'s <done> & dusted"', "2nd look", "LOOK", "look", "; DROP TABLE event; --", "..."),
    *(
        "\ufffe\uffff",
        "\U0001f642 \u202eright to left",
        "event_map_type",
        "\u0130 \u00df",
        " ",
        "x" * 200,
    ),
)
"""Names that may stand in an event."""


@pytest.mark.parametrize("form", [Form.XES, Form.OCEL2_JSON, Form.OCEL2_SQLITE])
@pytest.mark.parametrize("what", ["nothing", "cases", "odd names"])
def test_a_file_keeps_to_its_standard(form: Form, what: str, tmp_path: Path) -> None:
    odd = part(
        [(f"id-{number}", name, name) for number, name in enumerate(ODD)],
        *(
            (name, name, 1_000_000 * number, None, "unknown", name, name, f"id-{number}")
            for number, name in enumerate(ODD)
        ),
    )
    parts = {"nothing": (), "cases": PARTS, "odd names": (odd,)}[what]
    path = tmp_path / "log"
    with written(path, form, "".join(ODD), ODD[0]) as write:
        for each in parts:
            write(each)
    insist_on_standard(form, path)


@pytest.mark.parametrize(
    ("schema", "hashed"),
    [
        (XES, "ebe207bb16497db544a6ce2e280478176b7049c937d7651c23b053a97e5442ab"),
        (OCEL_JSON, "32941628b01097905e9eddab408bccb875d203079b99433498f2fa1b5eaa3988"),
    ],
)
def test_the_published_schemas_are_as_published(schema: Path, hashed: str) -> None:
    assert sha256(schema.read_bytes()).hexdigest() == hashed


@pytest.mark.parametrize("form", [Form.OCEL2_JSON, Form.OCEL2_SQLITE])
def test_an_event_of_several_cases_is_written_once_and_ids_are_of_one_object(
    form: Form, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    with written(path, form, "repairs", "case") as write:
        for each in PARTS:
            write(each)

    rows = rows_of(path)

    assert isinstance(rows, OcelRows)
    events = [each for each in rows.ocel if isinstance(each, OcelEvent)]
    assert {tuple(each) for event in events for each in event.objects} == {
        ("case", "7", "case"),
        ("case", "8", "case"),
        ("order", "order:8", "about"),
        ("truck", "truck:7", "about"),
    }
    plain = [
        Row(zip(("ocel:eid", "ocel:activity", "ocel:type:case"), texts, strict=True))
        for texts in (
            ("id-1", "Object", "7"),
            ("id-2", "object", f"7{SEVERAL}8"),
            ("id-3", "漢字", "8"),
        )
    ]
    assert [
        {name: text for name, text in row.items() if name in plain[0]}
        for row in rows
        if isinstance(row, dict)
    ] == plain


def test_an_export_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text("what was there")

    def break_off() -> None:
        with written(path, Form.XES, "repairs", "case") as write:
            write(PARTS[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert path.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("form", Form)
def test_a_file_that_cannot_be_written_is_named(form: Form, tmp_path: Path) -> None:
    path = tmp_path / "none" / "log"
    with (
        pytest.raises(FileNotWritten, match=f"{path} cannot be written: "),
        written(path, form, "repairs", "case"),
    ):
        pass


def test_names_that_xml_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    with written(path, Form.XES, "repairs", "case") as write:
        write(part([], ("\uffff7", "a\ufffeb", 1, None, "complete", None, None, "id-1")))
    values = [each.get("value") for each in etree.parse(path).iter("string")]
    assert {"\ufffd7", "a\ufffdb"} <= set(values)
