"""A line for each stage of the compile, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

STAGES = {
    "load": "Loading the compiled release",
    "prepare": "Getting ready",
    "read": "Reading the files",
    "validate": "Validating",
    "reason": "Drawing conclusions",
    "consistency": "Looking for contradictions",
    "count": "Counting",
    "replay": "Adding what was contributed",
    "upgrade": "Trying the changed files under what was contributed",
}
"""The stages of a compile as a person reads them."""

OnStage = Callable[[str, str], None]


@contextmanager
def stage_lines() -> Iterator[OnStage]:
    """Lend a callback for the beginning of each stage; on a terminal it draws, else it is silent.

    Draws on standard error, so that standard output holds results only.
    """
    if not sys.stderr.isatty():
        yield lambda _name, _detail: None
        return
    from rich.console import Console  # noqa: PLC0415 - costs start-up time, and only a terminal needs it

    lines = _StageLines(Console(stderr=True, highlight=False))
    try:
        yield lines.begin
    except BaseException:
        lines.end("[red]✗[/red]")
        raise
    lines.end("[green]✓[/green]")


class _StageLines:
    """The line of the stage that runs now, and a line left behind for each stage before it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("")
        self._text = ""
        self._started = 0.0

    def begin(self, name: str, detail: str) -> None:
        self.end("[green]✓[/green]")
        label = STAGES.get(name, name)
        self._text = f"{label} [dim]{detail}[/dim]" if detail else label
        self._started = perf_counter()
        self._status.update(f"{self._text} …")
        self._status.start()

    def end(self, mark: str) -> None:
        if self._text:
            self._status.stop()
            self._console.print(f"{mark} {self._text} [dim]{perf_counter() - self._started:.2f} s[/dim]")
            self._text = ""
