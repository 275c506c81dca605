"""What the application serves: the engine, and what the pages say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from khyber.engine.base import Engine, Limits
from khyber.engine.outbound import NOTHING, Outbound
from khyber.release.modules import Module
from khyber.sparql.catalogue import Example
from khyber.web.caching import ResultCache


@dataclass(frozen=True)
class About:
    """What is served."""

    engine: Engine
    release: str | None
    title: str
    examples: tuple[Example, ...]
    max_request_bytes: int
    base_url: str = "http://localhost"
    union: bool = False
    modules: tuple[Module, ...] = ()
    limits: Limits = field(default_factory=Limits)
    outbound: Outbound = NOTHING
    cache: ResultCache = field(default_factory=lambda: ResultCache(0))

    @property
    def size(self) -> int:
        """Count the triples of the default graph, as it is now."""
        return self.engine.size()

    @property
    def graphs(self) -> Mapping[str, int]:
        """Count the triples of each named graph, as it is now."""
        return self.engine.graphs()


def served() -> About:
    """Give what the application of the current request serves."""
    return cast("About", current_app.extensions["khyber"])
