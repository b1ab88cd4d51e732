"""What was archived makes the same tables again, in whatever order it is brought in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from procesmijn.files.archive import ArchiveError, open_archive, read_archive, write_archive
from procesmijn.store import history
from tests.integration.exactness.conftest import KEYS, MakeGround
from tests.integration.exactness.ground import Ground, side_by_side
from tests.integration.exactness.histories import CATALOGUE, histories, sorted_pass
from tests.integration.exactness.tables import assert_same
from tests.integration.exactness.test_any_order import WITHIN_REASON


@pytest.fixture(scope="module")
def ground(make_ground: MakeGround) -> Ground:
    return make_ground(2)


@contextmanager
def archived(ground: Ground) -> Iterator[Path]:
    """An archive of a ground."""
    with tempfile.TemporaryDirectory() as folder, ground.store.snapshot() as moment:
        archive = Path(folder) / "archive"
        total, taken_at = history.measure(moment.lookup)
        versions = history.read_versions(moment.stream)
        written = list(write_archive(archive, versions, KEYS.fingerprint, taken_at))
        assert sum(written[-1:]) == total
        yield archive


@tried(WITHIN_REASON, max_examples=25)
@given(st.data())
def test_an_archive_makes_the_same_tables_again(
    ground: Ground, plain: Ground, data: st.DataObject
) -> None:
    events = data.draw(histories())
    plain.clear()
    plain.activate(CATALOGUE)
    plain.applier.apply(sorted_pass(events))
    with archived(plain) as archive:
        assert open_archive(archive, KEYS.fingerprint).format == 1
        told = [version for chunk in read_archive(archive) for version in chunk]
    shuffled = data.draw(st.permutations(told))
    cut = data.draw(st.integers(0, len(shuffled)))

    ground.clear()
    ground.activate(CATALOGUE)
    one, other = ground.appliers
    side_by_side(
        lambda: one.restore(shuffled[:cut]), lambda: other.restore(list(shuffled[cut // 2 :]))
    )

    assert_same(ground.tables(), plain.tables())
    ground.assert_sound()
    assert one.restore(told).stored == 0


def test_what_is_no_whole_archive_of_these_keys_is_refused(ground: Ground, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no whole archive"):
        open_archive(tmp_path, KEYS.fingerprint)
    with archived(ground) as archive:
        with pytest.raises(ArchiveError, match="set PROCESMIJN_KEYS"):
            open_archive(archive, "another")
        with pytest.raises(ArchiveError, match="name a folder that is not"):
            list(write_archive(archive, [], KEYS.fingerprint, datetime.now(UTC)))
        events = archive / "events-00001.parquet"
        whole = events.read_bytes()
        events.unlink()
        with pytest.raises(ArchiveError, match=r"lacks events-00001.parquet: take another copy"):
            open_archive(archive, KEYS.fingerprint)
        at = len(whole) // 2
        events.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ArchiveError, match="damaged"):
            open_archive(archive, KEYS.fingerprint)
        events.write_bytes(b"PAR1 and no more")
        with pytest.raises(ArchiveError, match="damaged"):
            list(read_archive(archive))
        (archive / "archive.json").write_text("{")
        with pytest.raises(ArchiveError, match="damaged"):
            open_archive(archive, KEYS.fingerprint)
