"""The children that wait for work: here, or lent to processes that give it to them directly."""

from __future__ import annotations

import selectors
from collections.abc import Callable

from khyber.engine.isolation.family import Borrower, Child
from khyber.engine.isolation.lending import Lending
from khyber.engine.isolation.posting import Reaction


class Pool:
    """Children without a job; ``reaction`` gives what happens when the one that it is asked about speaks."""

    def __init__(
        self, selector: selectors.BaseSelector, lending: Lending, reaction: Callable[[Child], Reaction]
    ) -> None:
        self._selector = selector
        self._lending = lending
        self._reaction = reaction
        self._idle: list[Child] = []

    def __len__(self) -> int:
        """Give the number of those that are here."""
        return len(self._idle)

    def listen(self, child: Child) -> None:
        """Hear what a child says."""
        self._selector.register(child.channel, selectors.EVENT_READ, self._reaction(child))

    def put(self, child: Child) -> None:
        """Keep a child for the next job."""
        self._idle.append(child)

    def take(self) -> Child:
        """Give a child for a job; raise IndexError if none is here."""
        return self._idle.pop()

    def lend(self) -> None:
        """Lend children to those who want some."""
        while self._idle and (borrower := self._lending.wanted()) is not None:
            child = self._idle.pop()
            self._selector.unregister(child.channel)
            self._lending.lend(child, borrower)

    def take_back(self, child: Child) -> None:
        """Hear again what a child says that was lent."""
        self._lending.take_back(child)
        self.listen(child)

    def forget(self, borrower: Borrower) -> None:
        """End what a process that has gone had borrowed: it may be at work."""
        for child in self._lending.remove(borrower):
            self.kill(child)

    def drop(self, generation: int) -> None:
        """End those whose dataset is not of this generation; who asks one just now asks again."""
        for child in [*self._idle, *self._lending.children]:
            if child.generation != generation:
                self.kill(child)

    def kill(self, child: Child) -> None:
        """End a child at once, whatever it does."""
        child.kill()
        self.let_go(child)

    def let_go(self, child: Child) -> None:
        """Give a child no more work, and do not listen any more: it has ended, or does so."""
        if child in self._idle:
            self._idle.remove(child)
        if not child.ended:
            child.ended = True
            if child.borrower is None:
                self._selector.unregister(child.channel)
            child.channel.close()
