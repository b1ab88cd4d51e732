"""A ground on which objects leave two at a time."""

from __future__ import annotations

import pytest

from procesmijn import retire as retiring
from tests.integration.exactness.conftest import MakeGround
from tests.integration.exactness.ground import Ground
from tests.integration.exactness.histories import PLAIN


@pytest.fixture(scope="module")
def one_ground(make_ground: MakeGround) -> Ground:
    return make_ground(2)


@pytest.fixture
def ground(one_ground: Ground) -> Ground:
    one_ground.clear()
    one_ground.activate(PLAIN)
    return one_ground


@pytest.fixture(autouse=True)
def chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two objects at a time leave."""
    monkeypatch.setattr(retiring, "OBJECTS_AT_ONCE", 2)
