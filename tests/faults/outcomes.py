"""What came of the faults, for the lines at the end of a run that docs/reliability.md quotes."""

from __future__ import annotations

from pathlib import Path

from isolated import descendants

OUTCOMES: list[str] = []
"""A line for each figure."""

MIB = 1024 * 1024


def came(line: str) -> None:
    """Tell a figure."""
    OUTCOMES.append(line)


def peaks(process: int) -> dict[int, int]:
    """Give the most memory that a process and each one below it had at any time, in bytes."""
    found = {}
    for each in [process, *descendants(process)]:
        try:
            lines = Path(f"/proc/{each}/status").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        values = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
        found[each] = 1024 * int(values[0]) if values else 0
    return found
