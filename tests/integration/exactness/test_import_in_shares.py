"""A file that several processes import, each its share of the cases, comes to the same as when its
events are told once, in order."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from procesmijn.cli import storing
from procesmijn.cli.storing import store_log
from procesmijn.files.columns import Columns
from procesmijn.files.log import read_log
from tests.integration.exactness.conftest import KEYS
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import sorted_pass
from tests.integration.exactness.tables import assert_same

ROWS = 400


def test_shares_come_to_the_same_as_the_whole(
    watched: Ground, plain: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pick = random.Random(20_26)
    rows = [
        {
            "case": f"T{pick.randrange(40)}" if pick.random() < 0.97 else None,
            "activity": pick.choice(["open", "assign", "solve", "close"]),
            "time": f"2026-03-{pick.randrange(1, 29):02}T{pick.randrange(24):02}:00:00Z",
            "party": pick.choice(["desk", "lab", "firm", None]),
            "performer": pick.choice(["ann", "bob", None]),
        }
        for _ in range(ROWS)
    ]
    path = tmp_path / "log.parquet"
    pq.write_table(pa.Table.from_pylist([*rows, *rows[:20]]), path)
    log = read_log(path, Columns(), "service", object_type="ticket")
    told: list[int] = []
    monkeypatch.setattr(storing, "ROWS_OF_SHARE", ROWS // 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    tally, new = store_log(log, watched.applier, watched.url, KEYS, told.append)

    whole = read_log(path, Columns(), "service", object_type="ticket")
    plain.clear()
    plain.applier.apply(sorted_pass(list(whole.events())))
    assert_same(watched.tables(), plain.tables())
    watched.assert_sound()
    assert tally.counts == whole.counts
    assert new == told[-1] - tally.counts.taken_as_one
    assert tally.refusals == whole.refusals != []
    assert told[-1] == tally.counts.rows - tally.counts.refused
