"""What a process keeps of the memory of a batch, and when the garbage collector is at rest."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_ARENA_MAX: Final = -8
"""Of glibc's ``mallopt``."""


def share_memory() -> None:
    """Let all threads take memory from one place; to be said before there are any.

    glibc has a place for each, which keeps what was freed there: 30 MB of a worker, whose threads
    take turns anyway. Other libraries are left as they are.
    """
    if set_option := getattr(ctypes.CDLL(None), "mallopt", None):
        set_option(_ARENA_MAX, 1)


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
