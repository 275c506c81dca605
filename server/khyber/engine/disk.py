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
from functools import partial
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

from pyoxigraph import Quad, Store

from khyber.engine.durability import sync
from khyber.engine.isolation.holding import Holding, Reading, Writing
from khyber.engine.isolation.messages import NotLoaded, packed, unpacked
from khyber.engine.isolation.processes import forked
from khyber.engine.isolation.wire import Channel
from khyber.engine.memory import MemoryEngine
from khyber.engine.wholeness import is_whole, write_digests
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

    def __init__(self, folder: Path, owner: _Owner, version: str) -> None:
        """Read the current generation, which its loader calls ``version``; ``owner`` locks the folder."""
        self._folder = folder
        self._owner = owner
        self._version = version
        self._lock: int | None = None
        self._next: tuple[Path, MemoryEngine] | None = None

    @property
    def version(self) -> str:
        """Give the version that the dataset was loaded as."""
        return self._version

    def reader(self) -> Reading:
        """Open the current generation for reading, and keep it from being swept away."""
        generation = self._use_current()
        return _engine(generation, Store.read_only(str(generation / _STORE)))

    def writer(self) -> Writing:
        """Open a copy of the current generation, which becomes the next one if it is published."""
        sweep(self._folder)
        current = self._use_current()
        following = _new_generation(self._folder)
        Store.read_only(str(current / _STORE)).backup(str(following / _STORE))
        shutil.copy(current / _FACTS, following / _FACTS)
        engine = _engine(following, Store(str(following / _STORE)))
        self._next = (following, engine)
        return engine

    def commit(self) -> None:
        """Publish the copy, durably."""
        if self._next is None:
            raise EngineFailure("There is no update to publish.")
        (generation, engine), self._next = self._next, None
        engine.store.flush()
        _write_facts(generation, engine)
        del engine
        _publish(self._folder, generation)
        sweep(self._folder)

    def discard(self) -> None:
        """Take the copy away."""
        if self._next is not None:
            generation, self._next = self._next[0], None
            shutil.rmtree(generation, ignore_errors=True)

    def own(self, *, owned: bool) -> None:
        """Unlock the folder for the next holder, or lock it again."""
        self._owner.lock() if owned else self._owner.unlock()

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


def load(
    folder: Path,
    source: Source,
    *,
    writable: bool = False,
    apart: Collection[str] | None = None,
    version: str = "",
) -> Holding:
    """Give the dataset in ``folder``; where there is none, or another version, fill it from ``source`` first.

    Without a ``version``, what was written to the folder is served on. ``apart`` are the named graphs that a
    default graph leaves out which holds all others (see MemoryEngine.load). Several servers may read one
    folder, or one alone if it is ``writable``. Raises what ``source`` raises, EngineFailure where the disk
    does not take it, and Conflict where another server is in the way.
    """
    folder.mkdir(parents=True, exist_ok=True)
    owner = _Owner(folder, fcntl.LOCK_EX if writable else fcntl.LOCK_SH)
    if current_generation(folder) is None:
        owner.wait()
    if not _is_there(folder, version):
        owner.lock(fcntl.LOCK_EX)
        _build_apart(partial(_build, folder, source, apart, version))
    owner.lock()
    sweep(folder)
    return DiskHolding(folder, owner, version)


class _Owner:
    """The lock of a folder: which servers use it, and whether one has it alone."""

    def __init__(self, folder: Path, kind: int) -> None:
        self._folder = folder
        self._kind = kind
        self._file = os.open(folder / _OWNER, os.O_CREAT | os.O_RDONLY, 0o600)

    def wait(self) -> None:
        """Have the folder alone as soon as nobody else has it."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def lock(self, kind: int | None = None) -> None:
        """Lock it; a process that has just been killed may take a moment to let go of it."""
        for _ in range(TRIES):
            with suppress(BlockingIOError):
                return fcntl.flock(self._file, (kind or self._kind) | fcntl.LOCK_NB)
            sleep(SECONDS_BETWEEN)
        raise Conflict(
            f"Another server writes to the dataset in {self._folder}, or reads what this one is to write to.",
            remedy="Stop it, or give this one another --state.",
        )

    def unlock(self) -> None:
        """Let others have it."""
        fcntl.flock(self._file, fcntl.LOCK_UN)


def _is_there(folder: Path, version: str) -> bool:
    generation = current_generation(folder)
    if generation is None or not version:
        return generation is not None
    # What is kept elsewhere, version by version, is filled anew where the disk has not kept it whole.
    return is_whole(generation) and bool(_facts(generation).get("version") == version)


def current_generation(folder: Path) -> Path | None:
    """Give the folder of the current generation, or None where none was ever published."""
    try:
        name = (folder / CURRENT).read_text(encoding="ascii", errors="replace").strip()
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


def _build_apart(build: Callable[[], None]) -> None:
    """Build the first generation in a process of its own: a store open for writing has threads."""
    ours, theirs = Channel.pair()

    def run() -> None:
        try:
            build()
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


def _build(folder: Path, source: Source, apart: Collection[str] | None, version: str) -> None:
    quads, default_graph = source()
    generation = _new_generation(folder)
    store = Store(str(generation / _STORE))
    engine = MemoryEngine.load(quads, default_graph, store, apart=apart, version=version)
    store.flush()
    store.optimize()
    _write_facts(generation, engine)
    del store, engine
    _publish(folder, generation)


def _engine(generation: Path, store: Store) -> MemoryEngine:
    facts = _facts(generation)
    apart = facts.get("apart")
    return MemoryEngine(
        store,
        frozenset(facts["default_graph"]),
        writable=facts["writable"],
        apart=None if apart is None else frozenset(apart),
        version=facts.get("version", ""),
    )


def _facts(generation: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((generation / _FACTS).read_text(encoding="utf-8"))
    return facts


def _write_facts(generation: Path, engine: MemoryEngine) -> None:
    """Write down what the store does not say: how its default graph came about, and what it is called."""
    facts = {
        "default_graph": sorted(engine.merged),
        "writable": engine.writable,
        "apart": None if engine.apart is None else sorted(engine.apart),
        "version": engine.name,
    }
    (generation / _FACTS).write_text(json.dumps(facts), encoding="utf-8")


def _new_generation(folder: Path) -> Path:
    numbers = [int(path.name.rpartition("-")[2]) for path in folder.glob("generation-*")]
    for number in count(max(numbers, default=0) + 1):
        generation = folder / f"generation-{number:08d}"
        with suppress(FileExistsError, FileNotFoundError):  # another child made it, or swept it away
            generation.mkdir()
            lock = os.open(generation / _LOCK, os.O_CREAT | os.O_RDONLY, 0o600)
            fcntl.flock(lock, fcntl.LOCK_SH)  # until this process ends
            if (generation / _LOCK).exists():
                break
    return generation


def _publish(folder: Path, generation: Path) -> None:
    """Let ``generation`` be the current one, when all of it is on the disk."""
    write_digests(generation, current_generation(folder))
    for path in generation.rglob("*"):
        sync(path)
    sync(generation)
    following = folder / (CURRENT + ".next")
    following.write_text(generation.name, encoding="ascii")
    sync(following)
    following.replace(folder / CURRENT)
    sync(folder)


@contextmanager
def _locked(generation: Path) -> Iterator[None]:
    """Have a generation for this process alone; raise OSError where another one reads it."""
    lock = os.open(generation / _LOCK, os.O_CREAT | os.O_RDONLY, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)
