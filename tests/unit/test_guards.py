"""The guards that ``tests.guards`` takes out are where it looks for them."""

from __future__ import annotations

import pytest

from tests.guards import GUARDS, ROOT, Guard


@pytest.mark.parametrize("guard", GUARDS, ids=[guard.name for guard in GUARDS])
def test_a_guard_and_its_test_are_there(guard: Guard) -> None:
    """Whoever moves one learns at once that its proof has to move along."""
    assert (ROOT / guard.file).read_text("utf-8").count(guard.text) == 1
    path, name = guard.test.split("::")
    assert f"def {name}(" in (ROOT / path).read_text("utf-8")


def test_no_two_guards_have_one_name() -> None:
    """A name picks one of them."""
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)
