"""Writes to the published graph, by SPARQL Update and the Graph Store Protocol: each is a contribution.

What a request asks for is worked out exactly, in a process that is killed at its limits, and then sent in
like any document. What a curator writes is accepted at once; what a contributor writes waits for review.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from flask import Response, request, url_for
from pyoxigraph import Store

from khyber.contributions.door import Door, Submission
from khyber.contributions.interchange import contribution_members
from khyber.contributions.judged import Moved
from khyber.contributions.patch import Patch, patch_bytes
from khyber.contributions.records import Account, Contribution, Upload
from khyber.contributions.roles import Role
from khyber.engine.base import Limits, VersionedEngine
from khyber.errors import InputError, TooBusy, UsageError
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

ATTEMPTS = 10
"""How often a write is worked out again because somebody else published meanwhile."""


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
    account = required_account()
    request.max_content_length = served().max_contribution_bytes
    return account


def contribute(write: Write, said: Mapping[str, Sequence[str]]) -> Response:
    """Send in what a write asks for; ``said`` holds the parameters of the request.

    204 when it is published, or asks for nothing; 202 when it waits for review; both with the address of the
    contribution. Raises SubmissionRefused where the graph would not conform, and what the write raises.
    """
    account, door = writer(), open_door()
    engine = cast("VersionedEngine", served().engine)
    told_of = {name: _once(said, name) or _header(name) for name in PARAMETERS}
    for _ in range(ATTEMPTS):
        version = engine.version()
        patch = engine.run(write.function, write.argument, limits=write.limits, client=client_key())
        if engine.version() != version:
            continue
        if not patch:
            return Response(status=204)
        submission = Submission(
            uploads=(Upload(patch_bytes(patch), write.name, MEDIA_TYPE),),
            title=told_of["title"] or write.way,
            source=told_of["source"] or f"{account.name} (by {write.way}, no source named)",
            licence=told_of["licence"] or None,
            idempotency_key=idempotency_key(),
        )
        if account.role < Role.CURATOR:
            return _answer(door, door.submit(account, submission))
        try:
            reason = f"Written by a curator ({write.way})."
            return _answer(door, door.publish(account, submission, reason, version))
        except Moved:
            continue
    raise TooBusy(
        f"Others published {ATTEMPTS} versions while this was worked out.",
        remedy="Send it again.",
        retry_after=1,
    )


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
