"""Writes to the published graph, by SPARQL Update and the Graph Store Protocol: each is a contribution.

What a request asks for is worked out exactly, in a process that is killed at its limits, and then sent in
like any document. What a curator writes is accepted at once; what a contributor writes waits for review.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from flask import Response, request, url_for
from pyoxigraph import Store

from khyber.contributions.door import Door, Submission
from khyber.contributions.interchange import contribution_members
from khyber.contributions.patch import Patch, patch_bytes
from khyber.contributions.records import Account, Contribution, Status, Upload
from khyber.contributions.roles import Role
from khyber.engine.base import Limits, VersionedEngine
from khyber.errors import InputError, KhyberError, UsageError
from khyber.rdf.delta import MEDIA_TYPE
from khyber.web.about import served
from khyber.web.access import client_key, open_door, required_account
from khyber.web.told import told
from khyber.web.uploads import idempotency_key

PARAMETERS = ("title", "source", "licence")
"""What may be said of a write, as a parameter or as a header: ``title`` is ``Khyber-Title``.

Letters beyond ASCII are percent-encoded in a header, as no other way passes every client and server.
"""

VERSION = "Khyber-Version"
"""The header that names the version of the published graph that an answer made, or is from."""

FAILED = "It could not be published as it was sent."
"""The reason with which a write is taken back that was filed, and then could not be accepted."""


@dataclass(frozen=True)
class Write:
    """A write as it was asked for: what works out its patch, from what, and within which limits.

    ``way`` says how it came, ``name`` what its document is called.
    """

    function: Callable[[Store, Any], Patch]
    argument: object
    limits: Limits
    way: str
    name: str


def writer() -> Account:
    """Give who asks, if they may write to the published graph, and let the body be as long as a document.

    Raises Unauthorized without a token that is known.
    """
    account = required_account(Role.CONTRIBUTOR)
    request.max_content_length = served().max_contribution_bytes
    return account


def contribute(write: Write, said: Mapping[str, Sequence[str]]) -> Response:
    """Send in what a write asks for; ``said`` holds the parameters of the request.

    204 when it is published, or asks for nothing; 202 when it waits for review; both with the address of the
    contribution. Raises SubmissionRefused where the graph would not conform, and what the write raises.
    """
    account, door = writer(), open_door()
    submission = _submission(account, write, said)
    if submission is None:
        return Response(status=204)
    contribution = door.submit(account, submission)
    if account.role < Role.CURATOR or contribution.status is Status.ACCEPTED:
        return _answer(door, contribution)
    return _answer(door, _accepted(door, account, contribution, write.way))


def _submission(account: Account, write: Write, said: Mapping[str, Sequence[str]]) -> Submission | None:
    about = {name: _once(said, name) or _header(name) for name in PARAMETERS}
    engine = cast("VersionedEngine", served().engine)
    patch = engine.run(write.function, write.argument, limits=write.limits, client=client_key())
    if not patch:
        return None
    return Submission(
        uploads=(Upload(patch_bytes(patch), write.name, MEDIA_TYPE),),
        title=about["title"] or write.way,
        source=about["source"] or f"{account.name} (by {write.way}, no source named)",
        licence=about["licence"] or None,
        idempotency_key=idempotency_key(),
    )


def _accepted(door: Door, account: Account, contribution: Contribution, way: str) -> Contribution:
    """Accept what was filed; where that cannot be, take it back, as the client is told that it failed."""
    try:
        door.accept(account, contribution.id, f"Written by a curator ({way}).")
    except KhyberError:
        with suppress(KhyberError):  # it was decided by somebody else, or accepted after all
            door.withdraw(account, contribution.id, FAILED)
        raise
    return door.contribution(contribution.id)


def _answer(door: Door, contribution: Contribution) -> Response:
    if contribution.version is None:
        response = told(contribution_members(contribution), 202)
    else:
        response = Response(status=204)
        response.headers[VERSION] = door.version(contribution.version).name
    response.headers["Location"] = url_for("contributions.contribution", number=contribution.id)
    return response


def _once(said: Mapping[str, Sequence[str]], name: str) -> str:
    values = said.get(name, ())
    if len(values) > 1:
        raise UsageError(f"The parameter {name} must be given once; it was given {len(values)} times.")
    return values[0].strip() if values else ""


def _header(name: str) -> str:
    header = f"Khyber-{name.capitalize()}"
    try:
        return unquote(request.headers.get(header, ""), errors="strict").strip()
    except UnicodeDecodeError:
        raise InputError(
            f"The header {header} is no percent-encoded UTF-8.", remedy=f"Send the parameter {name} instead."
        ) from None
