"""What a child gives up before it looks at anything from a stranger (Linux; elsewhere as much as there is).

Memory is capped by `RLIMIT_AS`. The network is closed twice: by a network namespace of its own where the
kernel lets an ordinary process have one, and by a seccomp filter (seccomp(2), SECCOMP_MODE_FILTER) under which
making a socket, an io_uring or a new program fails with EPERM.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import struct

__all__ = ["confine"]

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SECCOMP_MODE_FILTER = 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000

# System calls by number: socket, connect, execve, execveat, io_uring_setup, ptrace, process_vm_readv,
# process_vm_writev, pidfd_getfd, kill (abort() uses another).
_REFUSED = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 425, 101, 310, 311, 438, 62)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 425, 117, 270, 271, 438, 129)),
}


def confine(memory: int) -> list[str]:
    """Limits this process for good and says which walls stand: `memory`, `namespace`, `seccomp`.

    `memory` is in bytes. The process also ends when the thread that started it does, and ignores Ctrl-C,
    which a terminal sends to the whole group.
    """
    walls: list[str] = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        walls.append("memory")
    if platform.system() != "Linux":
        return walls
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getppid()
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # A parent that ended even earlier is noticed at the end of its pipe; number 1 may be the parent, in a container.
    if os.getppid() != parent:
        os._exit(0)
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET
    if libc.unshare(flags) == 0:
        walls.append("namespace")
    with contextlib.suppress(OSError, KeyError):
        _filter_system_calls(libc)
        walls.append("seccomp")
    return walls


def _filter_system_calls(libc: ctypes.CDLL) -> None:
    architecture, refused = _REFUSED[platform.machine()]

    def instruction(code: int, jump_true: int, jump_false: int, value: int) -> bytes:
        return struct.pack("HBBI", code, jump_true, jump_false, value)

    load, jump_equal, jump_greater, give = 0x20, 0x15, 0x35, 0x06
    refuse = instruction(give, 0, 0, _ERRNO | errno.EPERM)
    # Another architecture's numbers, and x32's (above 0x40000000), are refused whole.
    program = [
        instruction(load, 0, 0, 4),
        instruction(jump_equal, 1, 0, architecture),
        refuse,
        instruction(load, 0, 0, 0),
        instruction(jump_greater, 0, 1, 0x40000000),
        refuse,
    ]
    for number in refused:
        program += [instruction(jump_equal, 0, 1, number), refuse]
    program.append(instruction(give, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")
