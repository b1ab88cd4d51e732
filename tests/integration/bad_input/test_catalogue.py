"""A catalogue that is broken, missing or of another time: what is stored stays as it is."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from procesmijn.catalogue import CatalogueErrors, default, load
from procesmijn.in_force import NoCatalogue, RulesOutdated
from tests.integration.bad_input.conftest import MakeLine
from tests.integration.bad_input.line import Account
from tests.integration.bad_input.messages import opened, requested

BROKEN = """\
parties:
  hr: {kind: internl}
processes:
  recruitment:
    case: vacancy
    zone: Europe/Amsterdm
"""


def test_a_broken_catalogue_is_told_line_by_line_and_changes_nothing(
    make_line: MakeLine, tmp_path: Path
) -> None:
    line, file = make_line(), tmp_path / "ours.yaml"
    file.write_text(BROKEN)
    before = line.store.active()
    with pytest.raises(CatalogueErrors) as refused:
        line.store.activate(load(file))
    assert {finding.line for finding in refused.value.findings} >= {2, 6}
    for said in str(refused.value).splitlines():
        assert said.startswith(f"{file}:")
    assert line.store.active() == before
    line.send(requested("V-1"), opened("V-1"))
    line.read()
    assert line.account().stored == 2


def test_without_a_catalogue_nothing_is_read_and_nothing_lost(make_line: MakeLine) -> None:
    line = make_line()
    with psycopg.connect(line.store.url) as connection:
        connection.execute("UPDATE mining.catalogue SET is_active = false")
    line.send(requested("V-1"), opened("V-1"))
    with pytest.raises(NoCatalogue, match="run procesmijn catalogue activate"):
        line.read()
    assert line.ask("SELECT * FROM stream.ledger") == []
    line.store.activate(default().pseudonymous(line.persons.pseudonym))
    line.read()
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []


def test_rules_that_mean_something_else_here_stop_the_worker(make_line: MakeLine) -> None:
    """As after an upgrade of one worker of two, or of its time zone data."""
    line = make_line()
    with psycopg.connect(line.store.url) as connection:
        connection.execute("UPDATE mining.catalogue SET core_version = core_version - 1")
    line.send(requested("V-1"), opened("V-1"))
    with pytest.raises(RulesOutdated, match="run procesmijn catalogue activate"):
        line.read()
    assert line.ask("SELECT * FROM stream.ledger") == []
    line.store.activate(default().pseudonymous(line.persons.pseudonym))
    line.read()
    assert line.account() == Account(stored=2, duplicate=0, dead=0, skipped=0)
    assert line.findings() == []
