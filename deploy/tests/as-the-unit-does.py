#!/usr/bin/env python3
"""Runs a program as its unit does where systemd's filter matters most: without new privileges, and without the system calls that
systemd's `@system-service` leaves out or the units take away. They are refused with EPERM, as SystemCallErrorNumber= says.

usage: as-the-unit-does.py PROGRAM [ARGUMENT...]
"""
import ctypes
import os
import struct
import sys

# setrlimit, sched_setscheduler, setpriority, sched_setaffinity, ptrace, process_vm_readv
REFUSED = {
    "x86_64": (160, 144, 141, 203, 101, 310),
    "aarch64": (164, 119, 140, 122, 117, 270),
}[os.uname().machine]
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_NUMBER, IS_EQUAL, ANSWER = 0x20, 0x15, 0x06
ALLOW, REFUSE_WITH_EPERM = 0x7FFF0000, 0x00050001


def instruction(code: int, value: int, on_true: int = 0, on_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, on_true, on_false, value)


program = instruction(LOAD_NUMBER, 0)
for number in REFUSED:
    program += instruction(IS_EQUAL, number, 0, 1) + instruction(ANSWER, REFUSE_WITH_EPERM)
program += instruction(ANSWER, ALLOW)
memory = ctypes.create_string_buffer(program)
header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(memory)))

libc = ctypes.CDLL(None, use_errno=True)
for option, mode, argument in (
    (PR_SET_NO_NEW_PRIVS, 1, ctypes.c_void_p(0)),
    (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header),
):
    if libc.prctl(option, mode, argument, 0, 0) != 0:
        sys.exit(f"prctl({option}): {os.strerror(ctypes.get_errno())}")
# It works: what is refused must be, or nothing would have been shown.
libc.syscall.restype = ctypes.c_long
if libc.syscall(REFUSED[0], 4, None) != -1 or ctypes.get_errno() != 1:
    sys.exit("the filter does not filter")
os.execvp(sys.argv[1], sys.argv[1:])
