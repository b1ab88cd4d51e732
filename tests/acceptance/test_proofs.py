"""Tables are proven to say what the events say, and are made again from them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import orjson
import psycopg

from tests.commands import Procesmijn, one_line


def test_a_changed_table_is_found_and_rebuilt(
    requests: str, procesmijn: Procesmijn, database_url: str
) -> None:
    assert "every table says what the events say" in procesmijn("verify").err
    before = procesmijn("handovers", requests, "--format", "json").json
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE mining.handover SET wait_us = wait_us + 1000000 WHERE object_key IN"
            " (SELECT mining.object_key(%s, 'C00007'))",
            [requests],
        )

    found = procesmijn("verify", "--format", "json")
    assert found.code == 1
    changed = [row for row in orjson.loads(found.out) if row["table"] == "handover"]
    assert {(row["case"], row["column"]) for row in changed} == {(f"{requests} C00007", "wait_us")}
    assert "procesmijn rebuild" in found.err

    assert procesmijn("rebuild").code == 0
    assert procesmijn("verify").code == 0
    assert procesmijn("handovers", requests, "--format", "json").json == before


def test_an_archive_makes_a_database_again(
    requests: str, procesmijn: Procesmijn, database_url: str, tmp_path: Path
) -> None:
    archive, catalogue = tmp_path / "archive", tmp_path / "catalogue.yaml"
    taken = procesmijn("archive", "--out", archive)
    assert (taken.code, taken.out) == (0, "")
    assert f" versions of events in {archive}\n" in taken.err
    one_line(procesmijn("archive", "--out", archive), "name a folder that is not")
    catalogue.write_text(procesmijn("catalogue", "show").out)

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE again")
    url = urlsplit(database_url)._replace(path="/again").geturl()
    again = Procesmijn(
        procesmijn.home, {"database_url": url, "keys_file": str(procesmijn.home / "keys")}
    )
    assert again("catalogue", "activate", catalogue).code == 0
    restored = again("rebuild", "--from", archive)
    assert restored.code == 0, restored.err
    assert restored.err.endswith(" of events brought in, 0 known before\n")
    assert again("rebuild", "--from", archive).err.startswith("0 versions of events brought in, ")
    for command in ("handovers", "cases"):
        (then, now) = (
            commands(command, requests, "--format", "json").json for commands in (procesmijn, again)
        )
        for case in (*then, *now):
            case.pop("updated_at", None)
            case.pop("change_id", None)
        assert then == now
    assert again("verify").code == 0
    other = again("rebuild", "--from", archive, keys_file=str(tmp_path / "none"))
    one_line(other, "cannot be read")
    one_line(again("rebuild", "--from", tmp_path), "no whole archive")
