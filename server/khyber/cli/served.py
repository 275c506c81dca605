"""What the server answers from: the Khyber graph, or files; in memory or on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from pyoxigraph import Quad

from khyber.contributions.desk.client import DeskLink
from khyber.contributions.door import Door
from khyber.engine import disk
from khyber.engine.base import Limits
from khyber.engine.isolation.client import IsolatedEngine
from khyber.engine.isolation.holding import Holding, Loader, MemoryHolding
from khyber.engine.memory import MemoryEngine
from khyber.engine.published import APART, load_published, named_graphs
from khyber.errors import FileUnreadable
from khyber.rdf.reading import read_file
from khyber.release.modules import Module
from khyber.release.queries import ExampleQuery

Present = Callable[[], tuple[Sequence[Quad], str]]
"""Gives the quads of the published graph as it is now, and the name of its version."""


@dataclass(frozen=True)
class Served:
    """What the server answers from, and what its pages and its first line say about it."""

    engine: IsolatedEngine
    release: str | None
    title: str
    examples: Sequence[ExampleQuery] = ()
    modules: Sequence[Module] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    """What else the application is told; see khyber.web.app.create_app."""
    admin_token: str | None = None
    token_is_new: bool = False
    door: Door | None = None
    """The way to contribute, if what is served can be contributed to."""
    desk: DeskLink | None = None

    def has_ended(self, within: float = 0.0) -> bool:
        """Say whether the engine or the desk has ended, waiting for that at most so many seconds."""
        return self.engine.has_ended(within) or (self.desk is not None and self.desk.has_ended())

    def last_call(self) -> None:
        """Let nothing begin any more, and stop what runs: whoever asked is told so."""
        self.engine.last_call()
        if self.desk is not None:
            self.desk.last_call()


@dataclass(frozen=True)
class EngineOptions:
    """How queries are run: where the data is, and what they may take."""

    kind: str
    state: Path
    limits: Limits
    slots: int
    max_waiting: int
    writable: bool = False

    def start(self, loader: Loader) -> IsolatedEngine:
        """Start the processes of an engine; this process must not have had threads before."""
        return IsolatedEngine.start(
            loader,
            limits=self.limits,
            slots=self.slots,
            max_waiting=self.max_waiting,
            spool=spool_folder(self.state),
        )


def published_loader(present: Present, options: EngineOptions) -> Loader:
    """Load the Khyber graph as it is at that moment: at the start, and whenever it is loaded again."""

    def load() -> Holding:
        quads, version = present()
        if options.kind == "memory":
            return MemoryHolding(load_published(quads, version))
        return disk.load(
            options.state / "disk" / "published",
            lambda: (quads, named_graphs(quads) - APART),
            writable=True,
            apart=APART,
            version=version,
        )

    return load


def files_loader(paths: Sequence[Path], options: EngineOptions, *, union: bool) -> Loader:
    """Load files, or nothing if there are none."""

    def read() -> tuple[Sequence[Quad], Collection[str]]:
        quads = [quad for path in paths for quad in read_file(path)]
        return quads, named_graphs(quads) if union else ()

    if options.kind == "disk":
        folder = options.state / "disk" / _name_of(paths, union=union)
        return lambda: disk.load(folder, read, writable=options.writable)
    return lambda: MemoryHolding(MemoryEngine.load(*read()))


def _name_of(paths: Sequence[Path], *, union: bool) -> str:
    """Name files as they are now; under the same name, what is on disk is served on, with all writes."""
    facts = [f"union {union}"]
    for path in paths:
        try:
            found = path.stat()
        except OSError as error:
            raise FileUnreadable(f"{path} cannot be read: {(error.strerror or '').lower()}.") from None
        facts.append(f"{path.resolve()} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16] if paths else "empty"


def spool_folder(state: Path) -> Path:
    """Give a folder on a disk, where the state folder is; the one for temporary files may be in memory."""
    folder = state / "spool"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / "probe"
        probe.touch()
        probe.unlink()
    except OSError:
        return Path(gettempdir())
    return folder
