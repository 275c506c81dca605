"""The server that is asked what nobody should ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzz.raw import TALLY, WITHSTOOD
from running import Server, serving

TOKEN = "fuzz-token-that-may-write"  # noqa: S105 - of the server below


@pytest.fixture(scope="module")
def victim(people: Path) -> Iterator[Server]:
    """Give a server that takes writes, and see that it is well when all has been asked."""
    with serving(
        str(people), "--writable", "--query-timeout", "5", environment={"KHYBER_ADMIN_TOKEN": TOKEN}
    ) as running:
        yield running
        assert running.process.poll() is None
        for path in ("/health/live", "/health/ready", "/health"):
            answer = running.fetch(path)
            assert (answer.status, json.loads(answer.body)["status"]) == (200, "ok")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how often each status was answered, and what else was withstood."""
    counts = ", ".join(f"{status}: {count:,}" for status, count in sorted(TALLY.items()))
    terminalreporter.write_line(f"Fuzzing: {sum(TALLY.values()):,} raw requests; {counts}.")
    for line in WITHSTOOD:
        terminalreporter.write_line(f"Others were answered beside {line}.")
