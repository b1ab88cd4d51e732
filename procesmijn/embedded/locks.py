"""Files that at most one process holds: the kernel lets go when the last holder ends, however."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Final

POLL_SECONDS: Final = 0.02


def locked(descriptor: int, patience_seconds: float) -> bool:
    """Lock an open file; False when somebody else still holds it after that time."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        else:
            return True


def holders(path: Path) -> list[int]:
    """Find the other processes that have the file open, hence hold it; a pid that was written down
    may belong to somebody else by now."""
    target = path.resolve()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_holder = any(file.readlink() == target for file in (process / "fd").iterdir())
        except OSError:  # it ended meanwhile, or is none of our business
            continue
        if is_holder and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found
