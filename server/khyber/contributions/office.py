"""The office: where contributions are recorded and published, one at a time.

What is recorded is on the disk before anything is published, so what was acknowledged is never lost; what
was recorded and not published, because something ended in between, is published at the next start.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from pyoxigraph import NamedNode

from khyber.contributions.door import Judged, Submission, WayBack
from khyber.contributions.examination import Examiner
from khyber.contributions.history import Accepted
from khyber.contributions.judged import Examined, Moved, Plan
from khyber.contributions.ledger import Ledger, NewContribution
from khyber.contributions.merging import merge, retire
from khyber.contributions.patch import Patch, patch_bytes, patch_from
from khyber.contributions.published import Published
from khyber.contributions.publishing import Announce, Press, unannounced
from khyber.contributions.records import (
    Account,
    Action,
    Contribution,
    Decision,
    Kind,
    Status,
    TokenFacts,
    Upload,
    Version,
)
from khyber.contributions.roles import Role
from khyber.contributions.standing import deltas_after
from khyber.engine.base import Step
from khyber.errors import Conflict, Forbidden, InputError, KhyberError
from khyber.rdf.delta import MEDIA_TYPE, Delta, composed
from khyber.rdf.quads import quad_in
from khyber.validation.findings import Report

ROLES = {
    "submit": Role.CONTRIBUTOR,
    "withdraw": Role.CONTRIBUTOR,
    "accept": Role.CURATOR,
    "reject": Role.CURATOR,
    "revert": Role.CURATOR,
    "merge": Role.CURATOR,
    "retire": Role.CURATOR,
    "redact": Role.ADMIN,
    "tokens": Role.ADMIN,
}
"""The least role that each needs."""


class Office:
    """Keeps the ledger and the published graph in step; its questions are those of the Frontdesk."""

    def __init__(
        self,
        ledger: Ledger,
        published: Published,
        history: dict[int, Accepted],
        announce: Announce = unannounced,
    ) -> None:
        """Take an open ledger, the dataset at its last version, and what was accepted so far."""
        self._ledger = ledger
        self._published = published
        self._examiner = Examiner(published)
        self._press = Press(ledger, published, history, announce=announce, follow=self._examiner.follow)

    @property
    def edition(self) -> str:
        """Name what is judged against: the version of the published graph."""
        return self._published.name

    def warm_up(self) -> None:
        """Prepare what judging needs, for an office that is asked more than once."""
        self._examiner.warm_up()

    # Asked apart: these change nothing

    def examine(self, submission: Submission) -> Examined:
        """Read and judge documents."""
        return self._examiner.examine(submission)

    def judge(self, plan: Plan) -> Judged:
        """Judge what a decision would do."""
        return self._examiner.judge(plan)

    # Asked in turn

    def account_of(self, secret: str) -> Account | None:
        """Give who holds a token."""
        token = self._ledger.find(secret)
        return token.account if token else None

    def submitted_before(self, account: Account, submission: Submission) -> Contribution | None:
        """Give what came with the same idempotency key before; raise Conflict if it was something else."""
        _require(account, "submit")
        _require_told(submission)
        return self._ledger.repeated(account, submission.idempotency_key, submission.uploads)

    def file(self, account: Account, submission: Submission, examined: Examined) -> Contribution:
        """Keep a submission that was judged and conforms."""
        _require(account, "submit")
        if not (examined.judged.added or examined.judged.removed):
            raise InputError(
                "The documents ask for nothing: they hold no statement.", remedy="Send at least one triple."
            )
        return self._ledger.submit(
            NewContribution(
                author=account,
                uploads=submission.uploads,
                patch=examined.patch,
                report=examined.judged.report,
                title=submission.title,
                source=submission.source,
                base=self._published.sequence,
                added=examined.judged.added,
                removed=examined.judged.removed,
                licence=submission.licence,
                idempotency_key=submission.idempotency_key,
            )
        )

    def plan_accept(self, account: Account, number: int, _reason: str) -> Plan:
        """Say what accepting a contribution would do."""
        _require(account, "accept")
        self._require_status(number, Status.SUBMITTED, "accepted")
        return Plan(self._ledger.patch(number))

    def accept(self, account: Account, number: int, reason: str, judged: Judged) -> Decision:
        """Publish a contribution that was judged against this very version."""
        _require(account, "accept")
        self._require_unmoved(judged)
        return self._press.accept(account, self._ledger.contribution(number), reason)

    def publish(
        self, account: Account, submission: Submission, examined: Examined, reason: str
    ) -> Contribution:
        """Keep a submission that was judged against this very version and conforms, and publish it."""
        _require(account, "accept")
        self._require_unmoved(examined.judged)
        filed = self.file(account, submission, examined)
        try:
            self._press.accept(account, filed, reason)
        except KhyberError:
            with suppress(KhyberError):  # it was recorded after all
                self._ledger.decide(filed.id, Action.WITHDRAW, account, "It could not be published.")
            raise
        return self._ledger.contribution(filed.id)

    def plan_revert(self, account: Account, number: int, _reason: str) -> Plan:
        """Say what reverting a contribution would do; raise Conflict where others build on it."""
        _require(account, "revert")
        return Plan(patch_bytes(self._press.undo(number).patch))

    def revert(self, account: Account, number: int, reason: str, judged: Judged) -> Decision:
        """Make a version that undoes an accepted contribution."""
        _require(account, "revert")
        self._require_unmoved(judged)
        return self._press.revert(account, number, reason)

    def reject(self, account: Account, number: int, reason: str) -> Decision:
        """Turn a contribution down."""
        _require(account, "reject")
        return self._ledger.decide(number, Action.REJECT, account, reason)

    def withdraw(self, account: Account, number: int, reason: str) -> Decision:
        """Take a contribution back."""
        _require(account, "withdraw")
        author = self._ledger.contribution(number).author
        if account.role < Role.CURATOR and author.token != account.token:
            raise Forbidden(f"Contribution {number} is not yours.", remedy="Ask a curator to reject it.")
        return self._ledger.decide(number, Action.WITHDRAW, account, reason)

    def plan_merge(self, account: Account, node: str, into: str, _reason: str) -> Plan:
        """Say what merging two nodes would do."""
        _require(account, "merge")
        return Plan(patch_bytes(merge(self._published, node, into)))

    def merge(self, account: Account, node: str, into: str, reason: str, judged: Judged) -> Decision:
        """Publish that two nodes are one, as a contribution of its own."""
        _require(account, "merge")
        self._require_unmoved(judged)
        patch = merge(self._published, node, into)
        made = self._file(account, Kind.MERGE, patch, f"Merge {node} into {into}", judged)
        return self._press.accept(account, made, reason)

    def plan_retire(self, account: Account, node: str, reason: str) -> Plan:
        """Say what retiring a node would do."""
        _require(account, "retire")
        return Plan(patch_bytes(retire(self._published, node, reason)))

    def retire(self, account: Account, node: str, reason: str, judged: Judged) -> Decision:
        """Publish that a node is not to be used any more, as a contribution of its own."""
        _require(account, "retire")
        self._require_unmoved(judged)
        made = self._file(
            account, Kind.RETIRE, retire(self._published, node, reason), f"Retire {node}", judged
        )
        return self._press.accept(account, made, reason)

    def plan_redact(self, account: Account, number: int, _reason: str) -> Plan:
        """Say what taking a contribution out would change in the published graph."""
        _require(account, "redact")
        return Plan(patch_bytes(self._press.erasure(number).patch))

    def redact(self, account: Account, number: int, reason: str, judged: Judged) -> Decision:
        """Take what a contribution says out of the ledger and of every version."""
        _require(account, "redact")
        self._require_unmoved(judged)
        return self._press.redact(account, number, reason)

    def contributions(self, status: Status | None, limit: int, before: int | None) -> Sequence[Contribution]:
        """List contributions, newest first."""
        return self._ledger.contributions(status, limit=limit, before=before)

    def contribution(self, number: int) -> Contribution:
        """Give one contribution."""
        return self._ledger.contribution(number)

    def payload(self, number: int) -> tuple[Upload, ...]:
        """Give the documents as they were sent."""
        return self._ledger.payload(number)

    def diff(self, number: int) -> Delta:
        """Give what a contribution adds, in its graph, and removes, from where it stands or stood."""
        contribution = self._ledger.contribution(number)
        self._ledger.report(number)  # raises Redacted
        patch = patch_from(self._ledger.patch(number))
        graph = NamedNode(contribution.graph)
        added = [quad_in(triple, graph) for triple in patch.added]
        if contribution.version is not None:
            made = composed(self._deltas(contribution.version - 1, contribution.version))
            gone = set(patch.removed)
            return Delta.of(added, (quad for quad in made.removed if quad.triple in gone))
        removed = (
            quad_in(triple, NamedNode(holder))
            for triple in patch.removed
            for holder in self._published.asserting(triple)
        )
        return Delta.of(added, removed)

    def report(self, number: int) -> Report:
        """Give what the validation of a contribution found when it was submitted."""
        return self._ledger.report(number)

    def decisions(self, number: int) -> Sequence[Decision]:
        """List the decisions about a contribution."""
        return self._ledger.decisions(number)

    def versions(self, limit: int, before: int | None) -> Sequence[Version]:
        """List versions, newest first."""
        return self._ledger.versions(limit=limit, before=before)

    def version(self, sequence: int) -> Version:
        """Give one version."""
        return self._ledger.version(sequence)

    def delta_between(self, earlier: int, later: int) -> Delta:
        """Give what leads from one version to another, in either direction."""
        for sequence in (earlier, later):
            self._ledger.version(sequence)  # raises NotFound
        if earlier > later:
            return self.delta_between(later, earlier).inverse
        return composed(self._deltas(earlier, later))

    def way_back(self, sequence: int) -> WayBack:
        """Give what leads a store from the version of now to an older one."""
        delta = self.delta_between(self._published.sequence, sequence)
        step = Step(self._published.stored(delta), self._ledger.version(sequence).name)
        return WayBack(self._published.name, step)

    def create_token(
        self, account: Account, name: str, role: Role, query_timeout: float | None = None
    ) -> tuple[TokenFacts, str]:
        """Make a token."""
        _require(account, "tokens")
        return self._ledger.create_token(name, role, query_timeout=query_timeout)

    def tokens(self, account: Account) -> Sequence[TokenFacts]:
        """List the tokens."""
        _require(account, "tokens")
        return self._ledger.tokens()

    def revoke_token(self, account: Account, token: str) -> TokenFacts:
        """Let a token open nothing any more."""
        _require(account, "tokens")
        return self._ledger.revoke_token(token)

    # Within

    def _file(self, account: Account, kind: Kind, patch: Patch, title: str, judged: Judged) -> Contribution:
        data = patch_bytes(patch)
        return self._ledger.submit(
            NewContribution(
                author=account,
                uploads=(Upload(data, f"{kind.value}.rdfp", MEDIA_TYPE),),
                patch=data,
                report=judged.report,
                title=title,
                source="",
                base=self._published.sequence,
                added=len(patch.added),
                removed=len(patch.removed),
                kind=kind,
            )
        )

    def _deltas(self, earlier: int, later: int) -> list[Delta]:
        found = deltas_after(self._ledger, earlier)
        return [delta for delta, _ in zip(found, range(later - earlier), strict=False)]

    def _require_status(self, number: int, status: Status, done: str) -> None:
        found = self._ledger.contribution(number).status
        if found is not status:
            raise Conflict(
                f"Contribution {number} is {found.value}, so it cannot be {done}.",
                remedy=f"Only one that is {status.value} can.",
            )

    def _require_unmoved(self, judged: Judged) -> None:
        if judged.version != self._published.name:
            raise Moved(
                f"The published graph is at version {self._published.name} by now; this was judged against "
                f"{judged.version}.",
                remedy="Ask again.",
            )


def _require(account: Account, what: str) -> None:
    if account.role < ROLES[what]:
        raise Forbidden(
            f"The token's role is {account.role.name.lower()}, and this needs the role "
            f"{ROLES[what].name.lower()}."
        )


def _require_told(submission: Submission) -> None:
    for name, value in (("title", submission.title), ("source", submission.source)):
        if not value.strip():
            raise InputError(
                f"The contribution has no {name}.",
                remedy="Give a title, and the source that it is from (an IRI or a text).",
            )
