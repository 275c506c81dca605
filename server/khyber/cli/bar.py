"""A bar that shows on a terminal how far a command is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Bar(Protocol):
    """Shows how many steps are done, and what is being done."""

    def step(self, text: str) -> None:
        """Begin the next step."""

    def say(self, text: str) -> None:
        """Say what is being done within a step."""


class _Silent:
    def step(self, text: str) -> None:
        """Draw nothing."""

    def say(self, text: str) -> None:
        """Draw nothing."""


@contextmanager
def progress_bar(steps: int) -> Iterator[Bar]:
    """Lend a bar of so many steps; it draws on standard error, if that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console  # noqa: PLC0415 - costs start-up time, and only a terminal needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        task = progress.add_task("", total=steps)

        class Drawn:
            _done = -1

            def step(self, text: str) -> None:
                self._done += 1
                progress.update(task, completed=self._done, description=text)

            def say(self, text: str) -> None:
                progress.update(task, description=text)

        yield Drawn()
