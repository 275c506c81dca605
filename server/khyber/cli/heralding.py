"""Telling the engine of each version that was recorded."""

from __future__ import annotations

import sys
from typing import Protocol

from khyber.errors import KhyberError
from khyber.rdf.delta import Delta


class Follower(Protocol):
    """What a herald needs of an engine; see khyber.engine.base.VersionedEngine."""

    def apply(self, delta: Delta, version: str) -> None:
        """Be at ``version``, to which ``delta`` leads."""

    def reload(self) -> None:
        """Be at the newest version."""


class Herald:
    """Keeps an engine in step with the ledger.

    By the time it is called a version is in the ledger for good, so a failure of the engine is told on
    standard error and does not undo what was decided: queries go on being answered from the version before
    until the engine has loaded the newest, with the next version or at the next start.
    """

    def __init__(self, engine: Follower) -> None:
        """Take an engine that is at the last version."""
        self._engine = engine
        self._is_behind = False

    def __call__(self, delta: Delta, name: str) -> None:
        """Let the engine be at the version ``name``, to which ``delta`` leads from the one before."""
        if not self._is_behind:
            try:
                return self._engine.apply(delta, name)
            except KhyberError as error:
                _tell(f"Version {name} is loaded anew: {error}")
        self._is_behind = True
        try:
            self._engine.reload()
        except KhyberError as error:
            return _tell(f"Version {name} is not served yet: {error}")
        self._is_behind = False
        return None


def _tell(line: str) -> None:
    print(f"khyber: {line}", file=sys.stderr, flush=True)  # noqa: T201
