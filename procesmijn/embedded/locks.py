"""Files that at most one process holds: the kernel lets go when the last holder ends, however."""

from __future__ import annotations

import fcntl
import time

POLL_SECONDS = 0.02


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
