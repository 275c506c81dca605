"""What is on record: contributions and their states, decisions, versions, tokens and their holders.

These values pass between the ledger, the office, the command line and the web. All of them are frozen and
can be pickled; every time is in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from khyber.contributions.roles import Role
from khyber.rdf.namespaces import CONTRIBUTION, CONTRIBUTION_GRAPH, VERSION


class Status(StrEnum):
    """Where a contribution stands.

    submitted → accepted | rejected | withdrawn; accepted → reverted | superseded.
    """

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REVERTED = "reverted"
    SUPERSEDED = "superseded"

    @property
    def next(self) -> frozenset[Status]:
        """Give the states that may follow."""
        return _NEXT.get(self, frozenset())


_NEXT = {
    Status.SUBMITTED: frozenset({Status.ACCEPTED, Status.REJECTED, Status.WITHDRAWN}),
    Status.ACCEPTED: frozenset({Status.REVERTED, Status.SUPERSEDED}),
}


class Action(StrEnum):
    """What somebody decided about a contribution."""

    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    REVERT = "revert"
    SUPERSEDE = "supersede"
    REDACT = "redact"

    @property
    def outcome(self) -> Status | None:
        """Give the state that the contribution is in afterwards; None where it stays (a redaction)."""
        return _OUTCOME.get(self)


_OUTCOME = {
    Action.ACCEPT: Status.ACCEPTED,
    Action.REJECT: Status.REJECTED,
    Action.WITHDRAW: Status.WITHDRAWN,
    Action.REVERT: Status.REVERTED,
    Action.SUPERSEDE: Status.SUPERSEDED,
}


class Kind(StrEnum):
    """What made a version."""

    BASE = "base"
    ACCEPT = "accept"
    REVERT = "revert"
    MERGE = "merge"
    RETIRE = "retire"
    REDACT = "redact"


@dataclass(frozen=True)
class Account:
    """Who acts: the token they hold, by its id (never the secret), its name and its role.

    ``query_timeout`` is how long a query of theirs may run, in seconds; None for the server's limit.
    """

    token: str
    name: str
    role: Role
    query_timeout: float | None = field(default=None, compare=False)


@dataclass(frozen=True)
class TokenFacts:
    """A token as an administrator sees it; the secret is shown once, when it is made, and not kept.

    ``query_timeout`` is how long a query of its holder may run, in seconds; None for the server's limit.
    """

    id: str
    name: str
    role: Role
    created: datetime
    revoked: datetime | None = None
    query_timeout: float | None = None

    @property
    def account(self) -> Account:
        """Give the account of its holder."""
        return Account(self.id, self.name, self.role, self.query_timeout)


@dataclass(frozen=True)
class Upload:
    """A document as it was sent; ``removes`` says that its triples are to be removed.

    ``media_type`` None means that the suffix of ``name`` tells it. Of an RDF Patch the rows tell what is
    added and what is removed.
    """

    data: bytes = field(repr=False)
    name: str
    media_type: str | None = None
    removes: bool = False


@dataclass(frozen=True)
class Contribution:
    """One contribution, without its documents.

    ``kind`` is ACCEPT for what was sent in, MERGE or RETIRE for what a curator did to nodes. ``added`` and
    ``removed`` count triples. ``base`` is the sequence of the version that it was judged against when it was
    submitted, ``version`` that of the version that it became part of. ``decided`` is the time of the last
    decision.
    """

    id: int
    status: Status
    title: str
    source: str
    author: Account
    submitted: datetime
    added: int
    removed: int
    base: int
    licence: str | None = None
    kind: Kind = Kind.ACCEPT
    decided: datetime | None = None
    version: int | None = None
    redacted: bool = False

    @property
    def iri(self) -> str:
        """Give the IRI of the contribution as a thing."""
        return f"{CONTRIBUTION}{self.id}"

    @property
    def graph(self) -> str:
        """Give the IRI of the named graph that holds what it added."""
        return f"{CONTRIBUTION_GRAPH}{self.id}"


@dataclass(frozen=True)
class Decision:
    """One decision about a contribution: what, by whom, when and why; ``version`` is the one that it made."""

    contribution: int
    action: Action
    by: Account
    time: datetime
    reason: str
    version: int | None = None


@dataclass(frozen=True)
class Version:
    """One published version.

    ``id`` is the hash of its content (16 hexadecimal digits). ``counts`` gives the number of triples of each
    named graph by its IRI, those of all contributions together as CONTRIBUTION_GRAPH; ``added`` and
    ``removed`` count the quads that changed, conclusions and provenance included. ``author`` is None for a
    version that came with the curated files. ``missing`` counts the quads that redactions took out of what is
    kept of the change; with any missing, the id cannot be computed anew.
    """

    sequence: int
    id: str
    time: datetime
    kind: Kind
    added: int = 0
    removed: int = 0
    contribution: int | None = None
    author: Account | None = None
    note: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    missing: int = 0

    @property
    def name(self) -> str:
        """Give the name by which people and addresses call it: ``12-8c7d1a631d44d2b4``."""
        return f"{self.sequence}-{self.id}"

    @property
    def iri(self) -> str:
        """Give its IRI."""
        return f"{VERSION}{self.sequence}"
