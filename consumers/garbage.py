"""What the garbage collector need not look at, and when it is better at rest."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def freeze() -> None:
    """Modules and rules live as long as the process: no collection need look at them again."""
    gc.collect()
    gc.freeze()


@contextmanager
def at_rest() -> Iterator[None]:
    """A batch makes a hundred thousand objects without a cycle among them, which go by reference
    count when it ends: looking for cycles in between costs a tenth of polling and decoding."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
