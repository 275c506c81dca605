"""The dataset on disk: generations that never change once they are published, of which one is the current.

A generation is a folder with an Oxigraph store. The children open the current one for reading only. An
update is applied to a copy of it (hard links, so that takes milliseconds), which becomes the current one
when the file CURRENT names it: that file is replaced in one step, after everything is on the disk. Whatever
is stopped or killed on the way leaves a folder that nobody names, and that is swept away.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep

from pyoxigraph import Quad, Store

from khyber.engine.isolation.holding import Holding, Reading, Writing
from khyber.engine.isolation.messages import NotLoaded, packed, unpacked
from khyber.engine.isolation.processes import forked
from khyber.engine.isolation.wire import Channel
from khyber.engine.memory import MemoryEngine
from khyber.errors import Conflict, EngineFailure, KhyberError

CURRENT = "CURRENT"
_FACTS = "facts.json"
_STORE = "store"
_LOCK = "in-use"
_OWNER = "owner"
TRIES = 20
SECONDS_BETWEEN = 0.05

Source = Callable[[], tuple[Iterable[Quad], Collection[str]]]
"""Reads the quads of a dataset, and says which named graphs its default graph holds."""


class DiskHolding:
    """The current generation in ``folder``; only children have a store open, not the holder of this."""

    promotes = False

    def __init__(self, folder: Path, owner: int) -> None:
        """Read the current generation; ``owner`` is the descriptor that holds the folder's lock."""
        self._folder = folder
        self._owner = owner
        self._lock: int | None = None
        self._next: tuple[Path, Store] | None = None

    def reader(self) -> Reading:
        """Open the current generation for reading, and keep it from being swept away."""
        generation = self._use_current()
        return _engine(generation, Store.read_only(str(generation / _STORE)))

    def writer(self) -> Writing:
        """Open a copy of the current generation for an update."""
        current = self._use_current()
        following = _new_generation(self._folder)
        Store.read_only(str(current / _STORE)).backup(str(following / _STORE))
        shutil.copy(current / _FACTS, following / _FACTS)
        store = Store(str(following / _STORE))
        self._next = (following, store)
        return _engine(following, store)

    def commit(self) -> None:
        """Publish the copy, durably."""
        if self._next is None:
            raise EngineFailure("There is no update to publish.")
        (generation, store), self._next = self._next, None
        store.flush()
        del store
        _publish(self._folder, generation)
        sweep(self._folder)

    def _use_current(self) -> Path:
        """Lock the current generation while this process lives."""
        while True:
            generation = current_generation(self._folder)
            if generation is None:
                raise EngineFailure(f"There is no dataset in {self._folder} any more.")
            with suppress(FileNotFoundError):
                self._lock = os.open(generation / _LOCK, os.O_RDONLY)
                fcntl.flock(self._lock, fcntl.LOCK_SH)
                if current_generation(self._folder) == generation:
                    return generation


def load(folder: Path, source: Source, *, writable: bool = False) -> Holding:
    """Give the dataset in ``folder``; where there is none, fill it from ``source`` first.

    Several servers may read one folder, or one alone if it is ``writable``. Raises what ``source`` raises,
    EngineFailure where the disk does not take it, and Conflict where another server is in the way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    owner = os.open(folder / _OWNER, os.O_CREAT | os.O_RDONLY, 0o600)
    if current_generation(folder) is None:
        fcntl.flock(owner, fcntl.LOCK_EX)
    if current_generation(folder) is None:
        _build_apart(folder, source)
    _own(owner, folder, fcntl.LOCK_EX if writable else fcntl.LOCK_SH)
    sweep(folder)
    return DiskHolding(folder, owner)


def _own(owner: int, folder: Path, kind: int) -> None:
    """Lock a folder; a process that has just been killed may take a moment to let go of it."""
    for _ in range(TRIES):
        with suppress(BlockingIOError):
            return fcntl.flock(owner, kind | fcntl.LOCK_NB)
        sleep(SECONDS_BETWEEN)
    raise Conflict(
        f"Another server writes to the dataset in {folder}, or reads what this one is to write to.",
        remedy="Stop it, or give this one another --state.",
    )


def current_generation(folder: Path) -> Path | None:
    """Give the folder of the current generation, or None where none was ever published."""
    try:
        name = (folder / CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    return folder / name


def sweep(folder: Path) -> None:
    """Take away the generations that nobody reads: old ones, and what a crash has left."""
    current = current_generation(folder)
    for generation in folder.glob("generation-*"):
        if generation == current:
            continue
        try:
            with _locked(generation):
                shutil.rmtree(generation, ignore_errors=True)
        except OSError:
            continue  # somebody reads it still


def _build_apart(folder: Path, source: Source) -> None:
    """Build the first generation in a process of its own: a store open for writing has threads."""
    ours, theirs = Channel.pair()

    def run() -> None:
        try:
            _build(folder, source)
            theirs.send(None)
        except KhyberError as error:
            theirs.send(NotLoaded(packed(error)))
        except Exception as error:
            failure = EngineFailure(f"The dataset cannot be put on disk: {type(error).__name__}: {error}.")
            theirs.send(NotLoaded(packed(failure)))

    pid = forked("khyber-build", run, keep=[theirs.fileno()])
    theirs.close()
    try:
        message, _ = ours.receive()
    except EOFError:
        raise EngineFailure("The process that puts the dataset on disk was ended from outside.") from None
    finally:
        ours.close()
        os.waitpid(pid, 0)
    if isinstance(message, NotLoaded):
        error: KhyberError = unpacked(message.error)
        raise error


def _build(folder: Path, source: Source) -> None:
    quads, default_graph = source()
    generation = _new_generation(folder)
    store = Store(str(generation / _STORE))
    engine = MemoryEngine.load(quads, default_graph, store=store)
    store.flush()
    store.optimize()
    facts = {"default_graph": sorted(engine.merged), "writable": engine.writable}
    (generation / _FACTS).write_text(json.dumps(facts), encoding="utf-8")
    del store, engine
    _publish(folder, generation)


def _engine(generation: Path, store: Store) -> MemoryEngine:
    facts = json.loads((generation / _FACTS).read_text(encoding="utf-8"))
    return MemoryEngine(store, frozenset(facts["default_graph"]), writable=facts["writable"])


def _new_generation(folder: Path) -> Path:
    numbers = [int(path.name.rpartition("-")[2]) for path in folder.glob("generation-*")]
    generation = folder / f"generation-{max(numbers, default=0) + 1:08d}"
    generation.mkdir()
    lock = os.open(generation / _LOCK, os.O_CREAT | os.O_RDONLY, 0o600)
    fcntl.flock(lock, fcntl.LOCK_SH)  # until this process ends
    return generation


def _publish(folder: Path, generation: Path) -> None:
    """Let ``generation`` be the current one, when all of it is on the disk."""
    for path in generation.rglob("*"):
        _sync(path)
    _sync(generation)
    following = folder / (CURRENT + ".next")
    following.write_text(generation.name, encoding="ascii")
    _sync(following)
    following.replace(folder / CURRENT)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(generation: Path) -> Iterator[None]:
    """Have a generation for this process alone; raise OSError where another one reads it."""
    lock = os.open(generation / _LOCK, os.O_CREAT | os.O_RDONLY, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)
