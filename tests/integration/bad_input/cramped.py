"""Become another program for which no file has room beyond some size.

The kernel gives the error of a full disk, or of a quota, for root and for anybody else, without
either: a seccomp filter answers writes beyond that size, and stays with the program and its
children.

    python -I -S cramped.py BYTES ERROR PROGRAM [ARGUMENT ...]
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
SECCOMP_RET_ALLOW = 0x7FFF0000
SECCOMP_RET_ERRNO = 0x00050000

LOAD, JUMP_IF_EQUAL, JUMP_IF_NOT_LESS, RETURN = 0x20, 0x15, 0x35, 0x06
"""Instructions of the kernel's packet filter, on words of 32 bits."""
NUMBER_AT, ARGUMENTS_AT = 0, 16
"""Where ``struct seccomp_data`` has the number of the system call, and its arguments."""

CALLS = {
    "x86_64": {"pwrite64": 18, "pwritev": 296, "fallocate": 285},
    "aarch64": {"pwrite64": 68, "pwritev": 70, "fallocate": 47},
}
ARGUMENT = {"pwrite64": 3, "pwritev": 3, "fallocate": 2}
"""Which argument of a call is the offset in the file."""


class Instruction(ctypes.Structure):
    """``struct sock_filter``: with the number of instructions to skip when true, and when not."""

    _fields_ = [
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    ]


class Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = [("length", ctypes.c_uint16), ("first", ctypes.POINTER(Instruction))]


def install(most_bytes: int, error: int) -> None:
    """From here on no file grows beyond ``most_bytes``: writing there fails with ``error``."""
    instructions = []
    for call, number in CALLS[platform.machine()].items():
        instructions += [
            Instruction(LOAD, 0, 0, NUMBER_AT),
            Instruction(JUMP_IF_EQUAL, 0, 3, number),
            Instruction(LOAD, 0, 0, ARGUMENTS_AT + 8 * ARGUMENT[call]),
            Instruction(JUMP_IF_NOT_LESS, 0, 1, most_bytes),
            Instruction(RETURN, 0, 0, SECCOMP_RET_ERRNO | error),
        ]
    instructions.append(Instruction(RETURN, 0, 0, SECCOMP_RET_ALLOW))
    program = Program(len(instructions), (Instruction * len(instructions))(*instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0),
    ):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    install(int(sys.argv[1]), int(sys.argv[2]))
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - that is what it is for
