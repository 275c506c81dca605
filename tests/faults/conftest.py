"""Servers that something happens to, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contributing import Contributing, contributing
from faults.outcomes import OUTCOMES


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    """Give a server of the published graph with an empty ledger, which is well when all has happened."""
    with contributing(tmp_path_factory.mktemp("faults")) as server:
        yield server
        assert server.server.process.poll() is None
        assert server.fetch("/health").status == 200


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what came of the faults."""
    for line in OUTCOMES:
        terminalreporter.write_line(f"Faults: {line}.")
