"""Asking the engine for the client whose request is answered: its questions wait for their turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from khyber.engine.base import Engine, Limits, Query, Result, ResultFormat
from khyber.web.about import served
from khyber.web.access import client_key


@dataclass(frozen=True)
class OnBehalf:
    """An engine that runs each query as one of a client."""

    engine: Engine
    client: str

    def answer(
        self, query: Query, result_format: ResultFormat, *, limits: Limits | None = None, client: str = ""
    ) -> Result:
        """Give the result of a query; see Engine.answer."""
        return self.engine.answer(query, result_format, limits=limits, client=client or self.client)

    def size(self) -> int:
        """Give the number of triples in the default graph."""
        return self.engine.size()

    def graphs(self) -> Mapping[str, int]:
        """Give the number of triples of each named graph."""
        return self.engine.graphs()

    def version(self) -> str:
        """Name the state of the dataset."""
        return self.engine.version()


def asking(engine: Engine | None = None) -> OnBehalf:
    """Give an engine, by default the one that is served, for the client of the current request."""
    return OnBehalf(engine or served().engine, client_key())
