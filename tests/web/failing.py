"""An engine that fails, for tests of what the application makes of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from khyber.engine.base import Limits, Query, Result, ResultFormat


@dataclass(frozen=True)
class FailingEngine:
    """An engine over nothing, which raises what ``error`` makes of each query with all that came with it."""

    error: Callable[[str], Exception]

    def answer(
        self, query: Query, result_format: ResultFormat, *, limits: Limits | None = None, client: str = ""
    ) -> Result:
        raise self.error(f"{query.text} {result_format} {limits} {client}")

    def size(self) -> int:
        return 0

    def graphs(self) -> Mapping[str, int]:
        return {}

    def version(self) -> str:
        return "1"
