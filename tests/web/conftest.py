"""Fixtures of the tests of the web: the curated graph, served and compiled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khyber.config import STATE, graph_home
from khyber.release.cache import load_or_compile
from khyber.release.release import Release
from running import Server, serving


@pytest.fixture(scope="module")
def khyber() -> Iterator[Server]:
    """Give a running server of the curated graph."""
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def release() -> Release:
    """Give the release that such a server serves."""
    return load_or_compile(graph_home(), reasoner="sparql", state=STATE.default_value())
