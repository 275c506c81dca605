"""A ledger in each of the two databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from keeping import Time
from khyber.contributions.ledger import Ledger
from postgresql import PostgreSQL, postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSQL]:
    with postgresql() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give where a new ledger can be opened: a folder, or the URL of an empty schema."""
    if request.param == "sqlite":
        return str(tmp_path / "state")
    server: PostgreSQL = request.getfixturevalue("server")
    return server.new_schema()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def ledger(where: str, time: Time) -> Iterator[Ledger]:
    with ExitStack() as stack:
        yield stack.enter_context(Ledger.open(where, clock=time))
