"""Opening the published graph: what the curated files and the ledger make of it, and who takes care of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Quad

from khyber.contributions.door import Door
from khyber.contributions.frontdesk import Frontdesk
from khyber.contributions.ledger import Ledger, NewVersion
from khyber.contributions.lock import StateLock
from khyber.contributions.published import Published
from khyber.contributions.publishing import Announce, unannounced
from khyber.contributions.records import Kind, Version
from khyber.contributions.standing import (
    NOTE,
    deltas_after,
    history_of,
    missing_from,
    release_of,
    state_after,
)
from khyber.errors import LedgerCorrupt
from khyber.rdf.delta import Delta, from_rdf_patch, to_rdf_patch
from khyber.release.cache import load_or_compile
from khyber.release.release import Release, ReleaseRefused, release_id

if TYPE_CHECKING:
    from khyber.contributions.office import Office
    from khyber.contributions.upgrades import Obsolete

OnStage = Callable[[str, str], None]
"""Called with the name of a stage and a detail when the stage begins."""

_LISTED = 10


def quiet(_name: str, _detail: str) -> None:
    """Tell nobody about a stage."""


@dataclass(frozen=True)
class Current:
    """The published graph as it is now: its quads, the curated ones that are missing, its version.

    ``warnings`` tell why the curated files are not what is served, if they are not.
    """

    quads: tuple[Quad, ...]
    missing: frozenset[Quad]
    head: Version
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name the version."""
        return self.head.name


def now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


def current_state(
    ledger: Ledger, home: Path, state: Path, *, reasoner: str, on_stage: OnStage = quiet
) -> Current:
    """Find out what is published: the last version, after the curated files have been tried if they changed.

    Files that do not conform, or on which accepted contributions do not stand, leave the last version as it
    is, with warnings. Raises what ``load_or_compile`` raises where there is no version yet, LedgerCorrupt
    where the versions do not add up to what was published.
    """
    head = ledger.head()
    try:
        release = load_or_compile(home, reasoner=reasoner, state=state, on_stage=on_stage)
    except ReleaseRefused as refused:
        if head is None:
            raise
        return _former(ledger, head, (_refused(refused),))
    if head is None:
        return Current(release.quads, frozenset(), ledger.record_base(_first(release)))
    base = _base(ledger)
    if base is not None and release_of(base) == release.id:
        on_stage("replay", head.name)
        return _on(release, base, ledger, head)
    on_stage("upgrade", f"{release.id} under version {head.sequence}")
    return _upgraded(release, ledger, head, reasoner)


def open_office(ledger: Ledger, current: Current, announce: Announce = unannounced) -> Office:
    """Take care of the published graph; ``announce`` is told of each version that is made."""
    from khyber.contributions.office import Office as Opened  # noqa: PLC0415 - brings the validator

    published = Published.of(current.quads, current.head.sequence, current.missing)
    return Opened(ledger, published, history_of(ledger), announce)


def present(place: str | Path, captured: Current) -> tuple[Sequence[Quad], str]:
    """Give the quads and the name of the last version: those captured, and what came after in the ledger."""
    with Ledger.open(place, clock=now, check=False) as ledger:
        head = ledger.head()
        if head is None or head.sequence <= captured.head.sequence:
            return captured.quads, captured.name
        deltas = list(deltas_after(ledger, captured.head.sequence))
        return sorted(state_after(captured.quads, deltas), key=str), head.name


def _say_nothing(_warning: str) -> None:
    """Keep a warning to oneself."""


@contextmanager
def open_door(
    state: Path,
    ledger: str,
    home: Path,
    *,
    reasoner: str,
    on_stage: OnStage = quiet,
    warn: Callable[[str], None] = _say_nothing,
) -> Iterator[Door]:
    """Open the door in this process; ``warn`` is told why the curated files are not what is published.

    Raises StateInUse where another process has the state folder.
    """
    with StateLock.take(state), Ledger.open(ledger or state, clock=now) as opened:
        opened.reserve("a command")
        current = current_state(opened, home, state, reasoner=reasoner, on_stage=on_stage)
        for warning in current.warnings:
            warn(warning)
        office = open_office(opened, current)
        yield door_of(lambda name, *arguments: getattr(office, name)(*arguments))


def door_of(call: Callable[..., object]) -> Door:
    """Give the door to an office that is in this process."""

    def ask(name: str, *arguments: object, apart: bool = False, client: str = "") -> object:  # noqa: ARG001
        return call(name, *arguments)

    return Frontdesk(ask)


def _first(release: Release) -> NewVersion:
    delta = to_rdf_patch(Delta(release.quads))
    counts = {graph: each.triples for graph, each in release.counts.items()}
    return NewVersion(
        1, release.id, Kind.BASE, delta, added=len(release.quads), counts=counts, note=NOTE + release.id
    )


def _base(ledger: Ledger) -> Version | None:
    return next(iter(ledger.versions(limit=1, kind=Kind.BASE)), None)


def _on(release: Release, base: Version, ledger: Ledger, head: Version) -> Current:
    """Give the last version, which stands on this release, of which ``base`` was made."""
    if base.sequence == head.sequence and base.id == release.id:
        return Current(release.quads, frozenset(), head)
    state = _composed(ledger, head)
    return Current(tuple(sorted(state, key=str)), frozenset(missing_from(release.quads, state)), head)


def _former(ledger: Ledger, head: Version, warnings: tuple[str, ...]) -> Current:
    """Give the last version, whatever the files hold now."""
    state = _composed(ledger, head)
    curated: set[Quad] = set()
    for version, data in ledger.deltas():
        if version.kind is Kind.BASE:
            curated.update(from_rdf_patch(data, f"version {version.sequence}").added)
    return Current(tuple(sorted(state, key=str)), frozenset(missing_from(curated, state)), head, warnings)


def _composed(ledger: Ledger, head: Version) -> set[Quad]:
    state = state_after((), deltas_after(ledger, 0))
    found = release_id(state)
    if found != head.id and not any(each.missing for each in ledger.versions(limit=None)):
        raise LedgerCorrupt(
            f"The versions in {ledger.name} add up to {found}, and version {head.sequence} was {head.id}.",
            remedy="Restore a backup; nothing was changed.",
        )
    return state


def _upgraded(release: Release, ledger: Ledger, head: Version, reasoner: str) -> Current:
    from khyber.contributions.upgrades import upgrade  # noqa: PLC0415 - brings the validator
    from khyber.reasoning.base import reasoner as reasoner_named  # noqa: PLC0415 - as above

    history = history_of(ledger)
    sequence = head.sequence + 1
    tried = upgrade(release.quads, tuple(history.values()), reasoner_named(reasoner), sequence)
    if not tried.conforms:
        numbers = {each.graph: number for number, each in history.items()}
        return _former(ledger, head, tuple(_told(tried.obsolete, numbers, head)))
    quads = tuple(tried.published.quads())
    delta = Delta.of(quads, _composed(ledger, head))
    version = NewVersion(
        sequence,
        tried.published.id,
        Kind.BASE,
        to_rdf_patch(delta),
        len(delta.added),
        len(delta.removed),
        tried.published.totals(),
        note=NOTE + release.id,
    )
    return Current(quads, tried.published.missing, ledger.record_base(version))


def _told(obsolete: Sequence[Obsolete], numbers: dict[str, int], head: Version) -> Iterator[str]:
    yield (
        f"The curated files changed, and {len(obsolete)} accepted contributions do not conform with them; "
        f"version {head.name} goes on being served. Revert or replace these, then start again:"
    )
    for each in obsolete[:_LISTED]:
        first = next(found for found in each.report.findings if found.severity == "Violation")
        yield f"  contribution {numbers[each.accepted.graph]}: {first.message} ({first.focus})"
    if len(obsolete) > _LISTED:
        yield f"  and {len(obsolete) - _LISTED} more"


def _refused(refused: ReleaseRefused) -> str:
    first = next(found for found in refused.report.findings if found.severity == "Violation")
    return (
        f"{refused.detail} The last version goes on being served; khyber build gives the whole report. "
        f"First: {first.message} ({first.focus})"
    )
