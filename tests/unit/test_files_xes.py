"""XES in all the shapes that tools write, and files that are broken or hostile."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from procesmijn.files.rows import FileError, Row
from procesmijn.files.xes import XesRows

NAMES = st.text("abcdef:@ é漢&<>\"'", min_size=1, max_size=6)
VALUES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
)
ATTRIBUTES = st.dictionaries(NAMES.filter(lambda name: not name.startswith("case:")), VALUES)
TRACES = st.lists(st.tuples(ATTRIBUTES, st.lists(ATTRIBUTES, max_size=4)), max_size=4)
DEEP = "<list key='a'>" * 1500 + "</list>" * 1500
NAMESPACES = st.sampled_from([None, "http://www.xes-standard.org/"])


def written(path: Path, text: str) -> XesRows:
    path.write_text(text, encoding="utf-8")
    return XesRows(path)


def rows_of(tmp_path: Path, body: str) -> list[Row]:
    return list(written(tmp_path / "log.xes", f"<log>{body}</log>"))


@given(traces=TRACES, namespace=NAMESPACES, is_packed=st.booleans(), is_utf16=st.booleans())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    traces: list[tuple[Row, list[Row]]],
    namespace: str | None,
    is_packed: bool,
    is_utf16: bool,
) -> None:
    log = etree.Element(etree.QName(namespace, "log"))
    for attributes, events in traces:
        trace = etree.SubElement(log, etree.QName(namespace, "trace"))
        for name, value in attributes.items():
            etree.SubElement(trace, etree.QName(namespace, "string"), key=name, value=value)
        for event_attributes in events:
            event = etree.SubElement(trace, etree.QName(namespace, "event"))
            for name, value in event_attributes.items():
                etree.SubElement(event, etree.QName(namespace, "string"), key=name, value=value)
    content = io.BytesIO()
    log.getroottree().write(
        content, encoding="UTF-16" if is_utf16 else "UTF-8", xml_declaration=True, pretty_print=True
    )
    path = tmp_path_factory.mktemp("xes") / "log"
    path.write_bytes(gzip.compress(content.getvalue()) if is_packed else content.getvalue())

    assert list(XesRows(path)) == [
        {f"case:{name}": value for name, value in attributes.items() if value}
        | {name: value for name, value in event.items() if value}
        for attributes, events in traces
        for event in events
    ]


def test_what_stands_outside_a_trace_gives_events_nothing(tmp_path: Path) -> None:
    body = """
        <extension name="Concept" prefix="concept" uri="http://example.org/"/>
        <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
        <classifier name="Activity" keys="concept:name"/>
        <string key="origin" value="csv"/>
        <!-- a comment -->
        <trace><string key="concept:name" value="007"/><event/></trace>
    """

    assert rows_of(tmp_path, body) == [{"case:concept:name": "007"}]


def test_attributes_of_a_trace_may_stand_behind_its_events(tmp_path: Path) -> None:
    body = '<trace><event><int key="a" value="1"/></event><int key="b" value="2"/></trace>'

    assert rows_of(tmp_path, body) == [{"case:b": "2", "a": "1"}]


def test_an_event_outside_any_trace_is_a_row(tmp_path: Path) -> None:
    one, two = (f'<event><int key="a" value="{number}"/></event>' for number in (1, 2))
    body = f"{one}<trace>{two}</trace>"

    assert rows_of(tmp_path, body) == [{"a": "1"}, {"a": "2"}]


def test_nested_attributes_are_part_of_the_content(tmp_path: Path) -> None:
    body = """
        <trace><event>
            <string key="approver" value="chief"><string key="reason" value="over 1000"/></string>
            <list key="items"><values>
                <string key="item" value="desk"/><string key="item" value="chair"/>
                <string key="item" value="lamp"/>
            </values></list>
            <container key="address"><string key="city" value="Delft"/></container>
        </event></trace>
    """

    assert rows_of(tmp_path, body) == [
        {
            "approver": "chief",
            "approver/reason": "over 1000",
            "items/item": "desk",
            "items/item (2)": "chair",
            "items/item (3)": "lamp",
            "address/city": "Delft",
        }
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<log><trace><event></trace></log>", "line 1"),
        ("<log>\n<trace><event/></trace>\n", "line 3"),
        ("<ocel><trace/></ocel>", "<ocel>"),
        (f"<log><trace><event>{DEEP}</event></trace></log>", "nested"),
        ("<log><trace><event><string key='a' value='&b;'/></event></trace></log>", "'b'"),
        ("<!DOCTYPE log [<!ENTITY a 'x'>]><log><trace><event/></trace></log>", "document type"),
    ],
)
def test_what_is_no_whole_log_is_one_clear_line(tmp_path: Path, content: str, why: str) -> None:
    with pytest.raises(FileError) as caught:
        list(written(tmp_path / "log.xes", content))

    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_hostile_file_neither_grows_nor_reads_another(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password")
    use = "<log><trace><event><string key='a' value='{}'/></event></trace></log>"
    entities = "".join(f"<!ENTITY a{level} '{f'&a{level - 1};' * 10}'>" for level in range(1, 12))
    bomb = f"<!DOCTYPE log [<!ENTITY a0 'aaaaaaaaaa'>{entities}]>" + use.format("&a11;")
    leak = f"<!DOCTYPE log [<!ENTITY a SYSTEM '{secret.as_uri()}'>]>" + use.format("&a;")
    text = f"<!DOCTYPE log [<!ENTITY a SYSTEM '{secret.as_uri()}'>]><log><trace>&a;</trace></log>"

    for hostile in (bomb, leak, text):
        rows: list[Row] = []
        with pytest.raises(FileError) as caught:
            rows.extend(written(tmp_path / "log.xes", hostile))
        assert "password" not in f"{caught.value}{rows}"


def test_gzip_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    whole = gzip.compress(b"<log>" + b"<trace><event/></trace>" * 1000 + b"</log>")
    path.write_bytes(whole[:-20])

    with pytest.raises(FileError, match="cut off or damaged"):
        list(XesRows(path))


def test_a_large_log_needs_little_memory(tmp_path: Path) -> None:
    event = '<event><string key="concept:name" value="check"/></event>'
    with (tmp_path / "log.xes").open("w") as file:
        file.write("<log>")
        for number in range(5_000):
            file.write(f'<trace><int key="n" value="{number}"/>{event * 10}</trace>')
        file.write("</log>")

    tracemalloc.start()
    count = sum(1 for _ in XesRows(tmp_path / "log.xes"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 50_000
    assert peak < 2_000_000
