"""Which state of the dataset holds: its number, its name, and whether loading gives it again."""

from __future__ import annotations

import secrets

from khyber.engine.isolation.page import LendingPage, VersionPage


class Edition:
    """The state of the dataset that holds; each one has a number, ``generation``, and a ``version``.

    Both stand on the shared pages before anybody is told that a write holds.
    """

    def __init__(self, versions: VersionPage, lending: LendingPage) -> None:
        self.generation = 0
        self.writes = 0
        self.loaded = False
        self._name = secrets.token_hex(6)
        self._since = 0
        self._lasting = False
        self._unsaved = False
        self._versions = versions
        self._lending = lending
        self._versions.write(self.version)

    @property
    def version(self) -> str:
        """Name the state: as it was named last, and the number of writes since then."""
        return f"{self._name}.{self._since}" if self._since else self._name

    @property
    def can_be_loaded(self) -> bool:
        """Say whether loading gives this state again: nothing is written that is in memory alone."""
        return not self._unsaved

    def load(self, version: str) -> None:
        """Note that the dataset has been loaded, and is called ``version`` if its loader vouches for it."""
        self.loaded = True
        self._lasting, self._unsaved = bool(version), False
        self.follow(version or secrets.token_hex(6))

    def write(self, version: str, *, in_memory: bool) -> None:
        """Note that a write holds; ``version`` is the name of what it leads to, if that has one."""
        self.writes += 1
        self._unsaved = in_memory and not self._lasting
        self.follow(version)

    def follow(self, name: str = "") -> None:
        """Let another state be the one that holds."""
        self.generation += 1
        self._since = 0 if name else self._since + 1
        self._name = name or self._name
        self._lending.generation = self.generation
        self._versions.write(self.version)
