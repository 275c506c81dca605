"""Letting a process work behind others, so that those begin at once and it still gets on."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from contextlib import suppress

NICE = 10
"""A tenth of the share of others where cores are short: behind them, and never without any."""

SLICE = 100_000_000
"""For how many nanoseconds it asks a core at a time, the most that Linux gives.

Since Linux 6.12 a process that wakes up goes before one at work that asks for longer; else it may have to
wait for the next tick, which comes every 4 ms or so.
"""

_SET_SCHEDULER = {"x86_64": 314, "aarch64": 274}.get(platform.machine())
_ATTRIBUTES = struct.Struct("=IIQiIQQQ")  # sched_setattr(2)
_LIBC = ctypes.CDLL(None, use_errno=True)


def step_back(process: int) -> None:
    """Let a process step back for good; without privileges nobody can take that back."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, NICE)
    if _SET_SCHEDULER is not None:  # elsewhere, and where Linux knows no slices, it is the lower share alone
        attributes = _ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, NICE, 0, SLICE, 0, 0)
        _LIBC.syscall(_SET_SCHEDULER, process, attributes, 0)
