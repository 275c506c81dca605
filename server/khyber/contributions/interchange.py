"""Records as JSON: what the HTTP interface gives, and what the command line reads from it.

Times are in ISO 8601 with their zone. Members that are not known are left out. Of who acted the name and the
role are told; the id of the token is for administrators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from khyber.contributions.records import (
    Account,
    Action,
    Contribution,
    Decision,
    Kind,
    Status,
    TokenFacts,
    Version,
)
from khyber.contributions.roles import Role
from khyber.errors import EndpointFailure

Members = dict[str, Any]
Record = TypeVar("Record")

SENT_IN = "contribution"
"""What the kind of a contribution is called that somebody sent in."""


def contribution_members(contribution: Contribution) -> Members:
    """Tell a contribution."""
    return _known(
        id=contribution.id,
        iri=contribution.iri,
        graph=contribution.graph,
        kind=SENT_IN if contribution.kind is Kind.ACCEPT else contribution.kind.value,
        status=contribution.status.value,
        title=contribution.title,
        source=contribution.source,
        licence=contribution.licence,
        author=account_members(contribution.author),
        submitted=contribution.submitted.isoformat(),
        decided=contribution.decided and contribution.decided.isoformat(),
        added=contribution.added,
        removed=contribution.removed,
        base=contribution.base,
        version=contribution.version,
        redacted=contribution.redacted,
    )


def decision_members(decision: Decision) -> Members:
    """Tell a decision."""
    return _known(
        contribution=decision.contribution,
        decision=decision.action.value,
        by=account_members(decision.by),
        time=decision.time.isoformat(),
        reason=decision.reason,
        version=decision.version,
    )


def version_members(version: Version) -> Members:
    """Tell a version."""
    return _known(
        sequence=version.sequence,
        id=version.id,
        name=version.name,
        iri=version.iri,
        time=version.time.isoformat(),
        kind=version.kind.value,
        contribution=version.contribution,
        author=version.author and account_members(version.author),
        note=version.note,
        added=version.added,
        removed=version.removed,
        counts=dict(version.counts),
    )


def token_members(token: TokenFacts) -> Members:
    """Tell a token, without its secret."""
    return _known(
        id=token.id,
        name=token.name,
        role=token.role.name.lower(),
        created=token.created.isoformat(),
        revoked=token.revoked and token.revoked.isoformat(),
        query_timeout=token.query_timeout,
    )


def account_members(account: Account) -> Members:
    """Tell who acts."""
    return {"name": account.name, "role": account.role.name.lower()}


def contribution_of(members: Mapping[str, Any]) -> Contribution:
    """Read a contribution; raise EndpointFailure where that is no contribution."""
    return _read(_contribution, members)


def decision_of(members: Mapping[str, Any]) -> Decision:
    """Read a decision; raise EndpointFailure where that is none."""
    return _read(_decision, members)


def version_of(members: Mapping[str, Any]) -> Version:
    """Read a version; raise EndpointFailure where that is none."""
    return _read(_version, members)


def token_of(members: Mapping[str, Any]) -> TokenFacts:
    """Read a token; raise EndpointFailure where that is none."""
    return _read(_token, members)


def _contribution(members: Mapping[str, Any]) -> Contribution:
    return Contribution(
        id=int(members["id"]),
        status=Status(members["status"]),
        title=members["title"],
        source=members["source"],
        author=_account(members["author"]),
        submitted=datetime.fromisoformat(members["submitted"]),
        added=int(members["added"]),
        removed=int(members["removed"]),
        base=int(members["base"]),
        licence=members.get("licence"),
        kind=Kind.ACCEPT if members["kind"] == SENT_IN else Kind(members["kind"]),
        decided=_moment(members.get("decided")),
        version=members.get("version"),
        redacted=bool(members["redacted"]),
    )


def _decision(members: Mapping[str, Any]) -> Decision:
    return Decision(
        contribution=int(members["contribution"]),
        action=Action(members["decision"]),
        by=_account(members["by"]),
        time=datetime.fromisoformat(members["time"]),
        reason=members["reason"],
        version=members.get("version"),
    )


def _version(members: Mapping[str, Any]) -> Version:
    author = members.get("author")
    return Version(
        sequence=int(members["sequence"]),
        id=members["id"],
        time=datetime.fromisoformat(members["time"]),
        kind=Kind(members["kind"]),
        added=int(members["added"]),
        removed=int(members["removed"]),
        contribution=members.get("contribution"),
        author=_account(author) if author else None,
        note=members["note"],
        counts=dict(members["counts"]),
    )


def _token(members: Mapping[str, Any]) -> TokenFacts:
    return TokenFacts(
        id=members["id"],
        name=members["name"],
        role=Role[members["role"].upper()],
        created=datetime.fromisoformat(members["created"]),
        revoked=_moment(members.get("revoked")),
        query_timeout=members.get("query_timeout"),
    )


def _account(members: Mapping[str, Any]) -> Account:
    return Account("", members["name"], Role[members["role"].upper()])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _known(**members: Any) -> Members:
    return {name: value for name, value in members.items() if value is not None}


def _read(reader: Callable[[Mapping[str, Any]], Record], members: Mapping[str, Any]) -> Record:
    try:
        return reader(members)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise EndpointFailure(
            "The server's answer is not in the form that this Khyber knows.",
            remedy="Is it a Khyber server of the same version?",
        ) from None
