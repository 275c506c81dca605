"""Fixtures that several test modules share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from running import Server, serving

PEOPLE = """\
PREFIX ex: <http://example.org/>
ex:ann ex:knows ex:bob ; ex:name "Ann" , "Änne"@de .
GRAPH ex:one { ex:ann ex:knows ex:bob . ex:bob ex:knows ex:cid }
GRAPH ex:two { ex:ann ex:knows ex:bob . ex:cid ex:note "100%" , "<script>alert(1)</script>" }
"""
"""A dataset in TriG; ``ex:ann ex:knows ex:bob`` stands in the default graph and in both named graphs."""


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a TriG file."""
    file = tmp_path_factory.mktemp("data") / "people.trig"
    file.write_text(PEOPLE, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def server(people: Path) -> Iterator[Server]:
    """Give a running server of the TriG file."""
    with serving(str(people)) as running:
        yield running
