"""A topic, a database and a worker between the two, as for bad input."""

from __future__ import annotations

import pytest

from tests.integration.bad_input.conftest import (
    MakeLine,
    applier,
    database_template,
    keys,
    make_line,
    persons,
    store,
)
from tests.integration.bad_input.line import Line

__all__ = ["applier", "database_template", "keys", "make_line", "persons", "store"]


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    """One of the test's own."""
    return make_line()
