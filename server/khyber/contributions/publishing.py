"""The press: makes versions, one at a time. First a version is recorded, then everybody sees it.

What is recorded is on the disk before it is published, so what was acknowledged is never lost; what was
recorded and not published, because something ended in between, is published at the next start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import khyber
from khyber.contributions.history import Accepted
from khyber.contributions.ledger import Ledger, NewVersion
from khyber.contributions.patch import patch_from
from khyber.contributions.provenance import (
    Ruling,
    Validation,
    provenance_of_acceptance,
    provenance_of_reversal,
)
from khyber.contributions.published import Published
from khyber.contributions.records import Account, Action, Contribution, Decision, Kind, Status
from khyber.contributions.redacting import Erasure, erasure
from khyber.contributions.undo import Undo, revert
from khyber.errors import Conflict
from khyber.rdf.delta import Delta, to_rdf_patch
from khyber.rdf.quads import graph_of
from khyber.release.sources import SHAPES_GRAPH

Announce = Callable[[Delta, str], None]
"""Told of each new version after it is recorded: what it changes in a store, and its name."""


def unannounced(_delta: Delta, _name: str) -> None:
    """Tell nobody of a version."""


class Press:
    """Keeps the published dataset in step with the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        published: Published,
        history: dict[int, Accepted],
        *,
        announce: Announce,
        follow: Callable[[Delta], None],
    ) -> None:
        """Take an open ledger, the dataset at its last version, and what was accepted so far, in order.

        ``announce`` and ``follow`` are told of each version: everybody, and who judges the next change.
        """
        self._ledger = ledger
        self._published = published
        self._history = history
        self._announce = announce
        self._follow = follow

    def accept(self, account: Account, contribution: Contribution, reason: str) -> Decision:
        """Publish a contribution; ones of which nothing is left then are superseded by it."""
        number, patch = contribution.id, patch_from(self._ledger.patch(contribution.id))
        validation = Validation(khyber.__version__, self._published.graph_id(SHAPES_GRAPH))
        ruling = self._ruling(account, reason)
        told = provenance_of_acceptance(contribution, ruling, validation, patch.removed)
        delta = self._published.delta(patch, contribution.graph, told)
        superseded = self._emptied_by(delta)

        def record(version: NewVersion) -> Decision:
            return self._ledger.decide(number, Action.ACCEPT, account, reason, version, superseded=superseded)

        decision = self._publish(delta, contribution.kind, ruling, record)
        self._history[number] = Accepted(contribution.graph, patch, tuple(told))
        return decision

    def undo(self, number: int) -> Undo:
        """Work out what reverting a contribution changes. Raises NotFound; Conflict; BuiltUpon."""
        self._ledger.contribution(number)  # raises NotFound
        if number not in self._history:
            raise Conflict(
                f"Contribution {number} was never accepted.", remedy="Reject it, or withdraw it, instead."
            )
        return revert(self._published, tuple(self._history.values()), self._history[number].graph)

    def revert(self, account: Account, number: int, reason: str) -> Decision:
        """Publish a version that undoes an accepted contribution."""
        contribution, undo = self._ledger.contribution(number), self.undo(number)
        ruling = self._ruling(account, reason)
        told = provenance_of_reversal(contribution, ruling)

        def record(version: NewVersion) -> Decision:
            return self._ledger.decide(number, Action.REVERT, account, reason, version)

        delta = self._published.complete(undo.asserted, told)
        decision = self._publish(delta, Kind.REVERT, ruling, record)
        self._history[number] = self._history[number].reverted(told)
        return decision

    def erasure(self, number: int) -> Erasure:
        """Work out what taking a contribution out changes. Raises NotFound; BuiltUpon."""
        return erasure(self._published, self._ledger.contribution(number), self._history.get(number))

    def redact(self, account: Account, number: int, reason: str) -> Decision:
        """Take out what a contribution says, of the ledger and of every version."""
        erased = self.erasure(number)
        if erased.delta:
            triples = erased.triples

            def record(version: NewVersion) -> Decision:
                return self._ledger.redact(number, account, reason, triples=triples, version=version)

            decision = self._publish(erased.delta, Kind.REDACT, self._ruling(account, reason), record)
        else:
            decision = self._ledger.redact(number, account, reason)
        if number in self._history:
            left = patch_from(self._ledger.patch(number))
            self._history[number] = replace(self._history[number], patch=left)
        return decision

    def _publish(
        self, delta: Delta, kind: Kind, ruling: Ruling, record: Callable[[NewVersion], Decision]
    ) -> Decision:
        stored = self._published.stored(delta)
        with self._published.changing(delta, ruling.version):
            decision = record(
                NewVersion(
                    ruling.version,
                    self._published.id,
                    kind,
                    to_rdf_patch(delta),
                    len(delta.added),
                    len(delta.removed),
                    self._published.totals(),
                    time=ruling.time,
                )
            )
        self._follow(delta)
        self._announce(stored, self._published.name)
        return decision

    def _emptied_by(self, delta: Delta) -> list[int]:
        """Name the accepted contributions of which nothing is left: this one has taken their place."""
        gone: dict[str, int] = {}
        for quad in delta.removed:
            name = graph_of(quad)
            gone[name] = gone.get(name, 0) + 1
        counts = self._published.counts()
        return [
            number
            for number, each in self._history.items()
            if each.graph in gone
            and gone[each.graph] == counts.get(each.graph)
            and self._ledger.contribution(number).status is Status.ACCEPTED
        ]

    def _ruling(self, account: Account, reason: str) -> Ruling:
        return Ruling(account, self._ledger.now, reason, self._published.sequence + 1)
