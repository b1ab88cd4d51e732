"""Become another program that dies with the process that started it, even by kill -9.

A script of its own rather than a ``preexec_fn``, which may deadlock in a process with threads. The
order matters: the kernel forgets the parent-death signal when the user changes, so it is asked for
last; and a parent that died before that is noticed by its pid.

    python -I -S leash.py PARENT SIGNAL USER PROGRAM [ARGUMENT ...]

``USER`` is the user to become, as uid:gid, or - to stay who we are.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


class Header(ctypes.Structure):
    """Whose capabilities (``struct __user_cap_header_struct``)."""

    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class Data(ctypes.Structure):
    """Which capabilities, 32 at a time (``struct __user_cap_data_struct``)."""

    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def checked(result: int) -> None:
    """Turn a failed system call into the OSError that it is."""
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def become(uid: int, gid: int) -> None:
    """Give up root for good, but for one right: to look into folders that are closed to others.

    The virtual environment and the home may well lie below ``/root``, which only root may enter.
    Containers often grant ``CAP_DAC_OVERRIDE`` alone, which includes that right.
    """
    capabilities = (Data * 2)()
    header = Header(CAPABILITY_VERSION_3, 0)
    checked(libc.capget(ctypes.byref(header), capabilities))
    held = capabilities[0].permitted
    kept = next((c for c in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if held & 1 << c), None)

    # Rights survive the change of user, and access(2) counts them, which PostgreSQL asks.
    checked(libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    mask = 0 if kept is None else 1 << kept
    capabilities = (Data * 2)(Data(mask, mask, mask))
    checked(libc.capset(ctypes.byref(header), capabilities))
    if kept is not None:
        checked(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0))


def main(parent: str, signal_number: str, user: str, *command: str) -> None:
    """Change user, tie the knot, and become ``command``."""
    if user != "-":
        uid, gid = user.split(":")
        become(int(uid), int(gid))
    checked(libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0))
    if os.getppid() != int(parent):
        sys.exit("the process that wanted this server is gone")
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(*sys.argv[1:])
