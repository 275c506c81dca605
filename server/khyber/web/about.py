"""What the application serves: the engine, and what the pages say about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app

from khyber.contributions.door import Door
from khyber.engine.base import Engine, Limits
from khyber.engine.outbound import NOTHING, Outbound
from khyber.release.modules import Module
from khyber.sparql.catalogue import Example
from khyber.web.caching import ResultCache
from khyber.web.shipment import Shipping

if TYPE_CHECKING:
    from khyber.web.past import Past


@dataclass(frozen=True)
class About:
    """What is served."""

    engine: Engine
    named: str | Callable[[], str] | None
    title: str
    examples: tuple[Example, ...]
    max_request_bytes: int
    base_url: str = "http://localhost"
    union: bool = False
    modules: tuple[Module, ...] = ()
    limits: Limits = field(default_factory=Limits)
    outbound: Outbound = NOTHING
    shipping: Shipping = field(default_factory=lambda: Shipping(ResultCache(0)))
    door: Door | None = None
    past: Past | None = None
    max_contribution_bytes: int = 16_777_216

    @property
    def release(self) -> str | None:
        """Name the version of what is served, as it is now; None for what has no versions."""
        return self.named() if callable(self.named) else self.named

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
