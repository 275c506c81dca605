"""The door through which the published graph changes, as the command line and the web see it.

The office (``khyber.contributions.office``) is the door in a process that holds the state folder; a server
has it in a process of its own. What passes through is frozen and can be pickled. Whether an account may do
what it asks for is for the door to say; who the account is, for who opens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from khyber.contributions.records import (
    Account,
    Contribution,
    Decision,
    Status,
    TokenFacts,
    Upload,
    Version,
)
from khyber.contributions.roles import Role
from khyber.engine.base import Step
from khyber.errors import DoesNotConform
from khyber.rdf.delta import Delta
from khyber.validation.findings import Report


@dataclass(frozen=True)
class Submission:
    """What somebody sends in: documents, judged together as one change, and what is to be known of them.

    ``source`` is an IRI or a text. ``title`` and ``source`` may be empty where the documents are only to be
    validated. ``skolemise`` gives blank nodes IRIs instead of refusing them.
    """

    uploads: tuple[Upload, ...]
    title: str = ""
    source: str = ""
    licence: str | None = None
    idempotency_key: str | None = None
    skolemise: bool = False


@dataclass(frozen=True)
class Judged:
    """What came of a validation: the report, and how many triples would be added and removed.

    ``version`` names the version of the published graph that was judged against.
    """

    report: Report
    added: int
    removed: int
    version: str


@dataclass(frozen=True)
class WayBack:
    """What leads a store, which rewrites literals, from the newest version, ``head``, to an older one."""

    head: str
    step: Step


class SubmissionRefused(DoesNotConform):
    """With what was sent in, the graph would violate its shapes or contradict itself; nothing is stored."""

    def __init__(self, report: Report) -> None:
        self.report = report
        count = sum(finding.severity == "Violation" for finding in report.findings)
        super().__init__(
            f"The published graph would not conform: {count} {'thing' if count == 1 else 'things'} to mend.",
            remedy="Nothing was stored; the findings say what to mend, and where.",
        )

    def __reduce__(self) -> tuple[type[SubmissionRefused], tuple[Report]]:
        """Pickle the report, from which everything else follows."""
        return type(self), (self.report,)


class Door(Protocol):
    """What can be asked of the published graph's office; each call happens as a whole or not at all.

    Raises, beside what each call names: NotFound for a contribution, a version or a token that is not there,
    Forbidden where the account's role does not allow it, Conflict where the state does not (any more).
    """

    def account_of(self, secret: str) -> Account | None:
        """Give who holds a token; None if it is not known or was revoked. Takes as long for any secret."""

    def validate(self, submission: Submission, client: str = "") -> Judged:
        """Judge documents against the published graph of now, and keep nothing.

        Raises InputError and its kind for what cannot be read, with the place; LimitReached; Overload.
        """

    def submit(self, account: Account, submission: Submission) -> Contribution:
        """Judge documents and keep them for review; give the same contribution for the same idempotency key.

        Raises SubmissionRefused with the report where they violate, Conflict where the key came with
        something else before, and what ``validate`` raises.
        """

    def accept(self, account: Account, contribution: int, reason: str) -> Decision:
        """Judge again, publish, and give the decision with its version, which the next query sees.

        Raises SubmissionRefused where the graph has moved so that it would violate now.
        """

    def publish(self, account: Account, submission: Submission, reason: str, version: str) -> Contribution:
        """Submit and accept in one, if ``version`` is the published one; else raise Moved, with nothing kept.

        Raises what ``submit`` raises. What came with the same idempotency key before is given as it is.
        """

    def reject(self, account: Account, contribution: int, reason: str) -> Decision:
        """Turn a contribution down."""

    def withdraw(self, account: Account, contribution: int, reason: str) -> Decision:
        """Take a contribution back; for who submitted it, and for curators."""

    def revert(self, account: Account, contribution: int, reason: str) -> Decision:
        """Make a version that undoes an accepted contribution; Conflict names the ones that build on it."""

    def redact(self, account: Account, contribution: int, reason: str) -> Decision:
        """Take what a contribution says out of the ledger and out of every version, leaving a marked gap."""

    def merge(self, account: Account, node: str, into: str, reason: str) -> Decision:
        """Say that two nodes are one: what is said of ``node`` is said of ``into``; the first redirects."""

    def retire(self, account: Account, node: str, reason: str) -> Decision:
        """Mark a node as not to be used any more."""

    def contributions(
        self, status: Status | None = None, *, limit: int = 50, before: int | None = None
    ) -> Sequence[Contribution]:
        """List contributions, newest first; ``before`` leaves out this id and those above it."""

    def contribution(self, contribution: int) -> Contribution:
        """Give one contribution."""

    def payload(self, contribution: int) -> tuple[Upload, ...]:
        """Give the documents as they were sent. Raises Redacted where they were taken out."""

    def diff(self, contribution: int) -> Delta:
        """Give what it adds, in its graph, and what it removes, from where; not the conclusions.

        Raises Redacted.
        """

    def report(self, contribution: int) -> Report:
        """Give what its validation found when it was submitted. Raises Redacted."""

    def decisions(self, contribution: int) -> Sequence[Decision]:
        """List the decisions about it, in their order."""

    def versions(self, *, limit: int = 50, before: int | None = None) -> Sequence[Version]:
        """List versions, newest first; ``before`` leaves out this sequence and those above it."""

    def version(self, sequence: int) -> Version:
        """Give one version."""

    def delta_between(self, earlier: int, later: int) -> Delta:
        """Give what leads from one version to another, in either direction, conclusions and all."""

    def way_back(self, sequence: int) -> WayBack:
        """Give what leads a store from the version of now to an older one."""

    def create_token(
        self, account: Account, name: str, role: Role, query_timeout: float | None = None
    ) -> tuple[TokenFacts, str]:
        """Make a token; give its facts and its secret, which is not kept.

        ``query_timeout`` is how many seconds a query of its holder may ask for; None for the server's limit.
        """

    def tokens(self, account: Account) -> Sequence[TokenFacts]:
        """List the tokens, revoked ones too."""

    def revoke_token(self, account: Account, token: str) -> TokenFacts:
        """Let a token open nothing any more."""
