"""What the child process takes away from itself before it opens a file.

Memory, processor time, sizes and handles are limited, new privileges are given up, the network is
cut (twice where the system allows it: an empty network namespace, and a filter that refuses
sockets), and the child dies with its parent. This module imports nothing but the standard library,
so that the limits hold before anything else is loaded.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SECCOMP_MODE_FILTER = 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13  # EACCES
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_AF_UNIX = 1
_IO_URING_SETUP = 425
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Per machine: its number in the kernel's audit table and that of the system call ``socket``."""

FILE_BYTES = 64 << 20
HANDLES = 64


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def limit_this_process(cpu_s: int, memory_bytes: int) -> bool:
    """Take everything away that reading a file does not need; tells whether the network is cut."""
    os.umask(0o077)
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 2),
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_FSIZE, FILE_BYTES, FILE_BYTES),
        (resource.RLIMIT_NOFILE, HANDLES, HANDLES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, most = resource.getrlimit(kind)
        ceiling = hard if most == resource.RLIM_INFINITY else min(hard, most)
        resource.setrlimit(kind, (min(soft, ceiling), ceiling))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    is_alone = _leave_network(libc)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    is_filtered = _refuse_sockets(libc)
    return is_alone or is_filtered


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Move into an empty network namespace, as root or through a user namespace of one's own."""
    if libc.unshare(_CLONE_NEWNET) == 0:
        return True
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    for name, line in (
        ("uid_map", f"{user} {user} 1"),
        ("setgroups", "deny"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(line)
    return True


def _refuse_sockets(libc: ctypes.CDLL) -> bool:
    """Answer every attempt to make a socket that is not local with EACCES."""
    if platform.machine() not in _MACHINES or sys.byteorder != "little":
        return False
    machine, socket_call = _MACHINES[platform.machine()]
    steps = (
        (_LOAD, 0, 0, 4),
        (_JUMP_EQUAL, 0, 7, machine),
        (_LOAD, 0, 0, 0),
        (_JUMP_AT_LEAST, 5, 0, 0x40000000),
        (_JUMP_EQUAL, 4, 0, _IO_URING_SETUP),
        (_JUMP_EQUAL, 0, 2, socket_call),
        (_LOAD, 0, 0, 16),
        (_JUMP_EQUAL, 0, 1, _AF_UNIX),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    packed = b"".join(struct.pack("<HBBI", *step) for step in steps)
    program = _Program(len(steps), packed)
    return libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0
