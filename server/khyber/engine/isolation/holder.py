"""The process that holds the dataset: it forks the children, which share its memory, and reaps them."""

from __future__ import annotations

import os
import selectors
from dataclasses import dataclass
from pathlib import Path

from khyber.engine.isolation.child import serve_queries, serve_update
from khyber.engine.isolation.holding import Holding, Loader
from khyber.engine.isolation.messages import Exited, Fork, Forked, Loaded, NotLoaded, Own, packed
from khyber.engine.isolation.own_memory import give_back
from khyber.engine.isolation.page import checked
from khyber.engine.isolation.processes import (
    forked,
    forked_afresh,
    generations,
    offer_to_the_kernel,
    outlive_parent,
    silence,
)
from khyber.engine.isolation.wire import Channel
from khyber.errors import EngineFailure, KhyberError


@dataclass(frozen=True)
class Child:
    """A child that has not ended: its process identifier, and a descriptor of the process."""

    pid: int
    descriptor: int


def load_and_hold(control: Channel, loader: Loader, spool_folder: Path) -> None:
    """Load the dataset, say so through ``control``, and fork children on request until it is closed."""
    try:
        holding = loader()
        version = checked(holding.version)
    except KhyberError as error:
        control.send(NotLoaded(packed(error)))
        return
    except Exception as error:
        failure = EngineFailure(f"The dataset cannot be loaded: {type(error).__name__}: {error}.")
        control.send(NotLoaded(packed(failure)))
        return
    give_back()  # the children would copy it
    control.send(Loaded(holding.promotes, version))
    generations(lambda: hold(control, holding, spool_folder))


def hold(control: Channel, holding: Holding, spool_folder: Path) -> None:
    """Fork children on request, and tell of those that ended, until ``control`` is closed."""
    with selectors.DefaultSelector() as selector:
        selector.register(control.fileno(), selectors.EVENT_READ, None)
        while True:
            for key, _ in selector.select():
                if isinstance(key.data, Child):
                    selector.unregister(key.data.descriptor)
                    control.send(_reaped(key.data))
                    continue
                for message, _ in control.receive_all():
                    if isinstance(message, Own):
                        holding.own(owned=message.owned)
                    if isinstance(message, Fork):
                        child = _fork(control, holding, spool_folder, writer=message.writer)
                        selector.register(child.descriptor, selectors.EVENT_READ, child)


def _fork(control: Channel, holding: Holding, spool_folder: Path, *, writer: bool) -> Child:
    ours, theirs = Channel.pair()

    def run() -> None:
        silence()
        offer_to_the_kernel()
        if not writer:
            serve_queries(theirs, holding, spool_folder)
        elif published := serve_update(theirs, holding):
            if holding.promotes:
                outlive_parent()
                _take_back_offer()
            theirs.send(published)
            if holding.promotes:
                hold(theirs, holding, spool_folder)

    name, fork = ("khyber-update", forked_afresh) if writer else ("khyber-query", forked)
    pid = fork(name, run, [theirs.fileno()])
    theirs.close()
    descriptor = os.pidfd_open(pid)
    control.send(Forked(pid, writer), [os.dup(ours.fileno()), os.dup(descriptor)])
    ours.close()
    return Child(pid, descriptor)


def _reaped(child: Child) -> Exited:
    os.close(child.descriptor)
    _, status = os.waitpid(child.pid, 0)
    return Exited(child.pid, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)


def _take_back_offer() -> None:
    try:
        Path("/proc/self/oom_score_adj").write_text("0", encoding="ascii")
    except OSError:
        return
