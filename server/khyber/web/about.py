"""What the application serves: the engine, and what the pages say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from flask import current_app

from khyber.engine.base import Engine


class Example(Protocol):
    """An example query, as the page shows it."""

    @property
    def name(self) -> str:
        """Its name, by which addresses and the command line know it."""

    @property
    def title(self) -> str:
        """What it asks, in a few words."""

    @property
    def description(self) -> str:
        """What it asks, in a sentence or two."""

    @property
    def text(self) -> str:
        """The query."""


@dataclass(frozen=True)
class About:
    """What is served; ``size`` and ``graphs`` count the triples of the default and of the named graphs."""

    engine: Engine
    release: str | None
    title: str
    examples: tuple[Example, ...]
    max_request_bytes: int
    size: int
    graphs: Mapping[str, int]


def served() -> About:
    """Give what the application of the current request serves."""
    return cast("About", current_app.extensions["khyber"])
