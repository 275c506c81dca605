"""Contributions: sending them in, and everything that is known about each of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from khyber.contributions.door import Door
from khyber.contributions.interchange import contribution_members, decision_members
from khyber.contributions.records import Contribution, Status, Upload
from khyber.errors import NotFound, Redacted, UsageError
from khyber.web import uploads
from khyber.web.access import open_door, required_account
from khyber.web.difference import shown_difference
from khyber.web.reporting import fragment, report_response, wanted_format
from khyber.web.told import listed, page, patch, prefers_page, told, with_next

PATH = "/contributions"

blueprint = Blueprint("contributions", __name__)


@blueprint.post(PATH)
def submit() -> Response:
    """Send in documents for review, with title and source; 201 with the address of the contribution.

    422 with what was found where the graph would not conform, and then nothing is stored. The same
    Idempotency-Key gives the same contribution again.
    """
    door = open_door()
    account = required_account()
    sent = uploads.submission()
    for name, value in (("title", sent.title), ("source", sent.source)):
        if not value:
            raise UsageError(
                f"A contribution needs a {name}.",
                remedy="Send title and source as fields of the form, or in the query string.",
            )
    contribution = door.submit(account, sent)
    response = told(_members(contribution), 201)
    response.headers["Location"] = _address(contribution.id)
    return response


@blueprint.get(PATH)
def contributions() -> Response:
    """List the contributions, newest first; ``status`` narrows the list, ``limit`` and ``before`` page it."""
    door, status = open_door(), _status()
    found, following = listed(
        lambda limit, before: door.contributions(status, limit=limit, before=before),
        lambda contribution: contribution.id,
    )
    if prefers_page():
        return with_next(
            page(
                "contributions.html",
                contributions=found,
                following=following,
                chosen=status,
                statuses=list(Status),
            ),
            following,
        )
    return with_next(told({"contributions": [_members(each) for each in found]}), following)


@blueprint.get(f"{PATH}/<int:number>")
def contribution(number: int) -> Response:
    """Tell one contribution: who sent what, from which source, and where it stands."""
    door = open_door()
    found = door.contribution(number)
    if prefers_page():
        return _page(door, found)
    return told(_members(found))


@blueprint.get(f"{PATH}/<int:number>/diff")
def diff(number: int) -> Response:
    """Give what a contribution adds and removes, as an RDF Patch."""
    return patch(open_door().diff(number), f"contribution-{number}")


@blueprint.get(f"{PATH}/<int:number>/report")
def report(number: int) -> Response:
    """Give what the validation found when the contribution was sent in."""
    return report_response(open_door().report(number), wanted_format())


@blueprint.get(f"{PATH}/<int:number>/payload")
@blueprint.get(f"{PATH}/<int:number>/payload/<int:part>")
def payload(number: int, part: int = 1) -> Response:
    """Give a document of a contribution as it was sent; ``part`` counts them from 1."""
    found = open_door().payload(number)
    if not 1 <= part <= len(found):
        raise NotFound(f"Contribution {number} has no document {part}.", remedy=f"It has {len(found)}.")
    return _document(found[part - 1])


@blueprint.get(f"{PATH}/<int:number>/decisions")
def decisions(number: int) -> Response:
    """List what was decided about a contribution, by whom, when and why."""
    return told({"decisions": [decision_members(each) for each in open_door().decisions(number)]})


@blueprint.get("/contribution/<int:number>")
def thing(number: int) -> BaseResponse:
    """Lead from the IRI of a contribution to what is known about it."""
    open_door()
    return redirect(_address(number), 303)


def _page(door: Door, found: Contribution) -> Response:
    facts: dict[str, Any] = {"documents": (), "difference": None, "findings": None}
    try:
        facts = {
            "documents": door.payload(found.id),
            "difference": shown_difference(door.diff(found.id)),
            "findings": fragment(door.report(found.id)),
        }
    except Redacted as error:
        facts["gap"] = error.detail
    return page("contribution.html", contribution=found, decisions=list(door.decisions(found.id)), **facts)


def _document(upload: Upload) -> Response:
    """Give a document for saving: what a stranger sent is not shown as a page of ours."""
    response = Response(upload.data, content_type="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=upload.name)
    return response


def _members(contribution: Contribution) -> dict[str, Any]:
    address = _address(contribution.id)
    parts = ("diff", "report", "payload", "decisions")
    links = {"self": address} | {part: f"{address}/{part}" for part in parts}
    return {**contribution_members(contribution), "links": links}


def _address(number: int) -> str:
    return url_for("contributions.contribution", number=number)


def _status() -> Status | None:
    text = request.args.get("status")
    if not text:
        return None
    if text not in list(Status):
        raise UsageError(f"There is no status {text!r}.", remedy=f"The states are {', '.join(Status)}.")
    return Status(text)
