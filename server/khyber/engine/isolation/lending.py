"""Children that the supervisor has lent to processes which ask them directly."""

from __future__ import annotations

import os
from collections import OrderedDict

from khyber.engine.isolation.family import Borrower, Child
from khyber.engine.isolation.messages import Lend
from khyber.engine.isolation.page import CELLS, LendingPage
from khyber.engine.isolation.posting import Post

GRAVES = 256
"""How many ends of lent children are remembered for those who ask why they got no answer."""


class Lending:
    """Who has which child. A borrower has at most ``most_each`` of them, each for one job at a time."""

    def __init__(self, post: Post, page: LendingPage, most_each: int) -> None:
        self._post = post
        self._page = page
        self._most_each = most_each
        self._borrowers: list[Borrower] = []
        self._cells = set(range(CELLS))
        self._graves: OrderedDict[int, int] = OrderedDict()
        self._finished = 0

    @property
    def finished(self) -> int:
        """Give the number of jobs that lent children have done for their borrowers."""
        lent = (child.cell for borrower in self._borrowers for child in borrower.children.values())
        return self._finished + sum(map(self._page.count, lent))

    @property
    def children(self) -> list[Child]:
        """Give the children that are lent."""
        return [child for borrower in self._borrowers for child in borrower.children.values()]

    def add(self, borrower: Borrower) -> None:
        """Lend to a process from now on."""
        self._borrowers.append(borrower)

    def remove(self, borrower: Borrower) -> list[Child]:
        """Forget a process that has gone; give the children that it had, which are lent until they end."""
        self._borrowers.remove(borrower)
        return list(borrower.children.values())

    def wanted(self) -> Borrower | None:
        """Give a process that should have one more child."""
        few = min(self._borrowers, key=lambda borrower: len(borrower.children), default=None)
        return few if few is not None and len(few.children) < self._most_each and self._cells else None

    def lend(self, child: Child, borrower: Borrower) -> None:
        """Lend a child that nobody listens to any more."""
        child.borrower, child.cell = borrower, self._cells.pop()
        borrower.children[child.pid] = child
        lend = Lend(child.pid, child.generation, child.cell)
        self._post.send(borrower.channel, lend, [os.dup(child.channel.fileno())])

    def lent(self, pid: int) -> Child | None:
        """Give the child of a process identifier, if it is lent."""
        return next((b.children[pid] for b in self._borrowers if pid in b.children), None)

    def take_back(self, child: Child) -> None:
        """Note that a child is not lent any more."""
        if child.borrower is None:
            return
        child.borrower.children.pop(child.pid, None)
        child.borrower = None
        self._finished += self._page.count(child.cell)
        self._page.reset(child.cell)
        self._cells.add(child.cell)

    def bury(self, child: Child, number: int) -> None:
        """Remember the signal by which a child ended while it was lent."""
        self.take_back(child)
        self._graves[child.pid] = number
        while len(self._graves) > GRAVES:
            self._graves.popitem(last=False)

    def grave(self, pid: int) -> int:
        """Give the signal by which a lent child ended, once; 0 if it is not known."""
        return self._graves.pop(pid, 0)
