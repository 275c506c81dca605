"""The versions of the published graph, and how they differ."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from khyber.contributions.interchange import version_members
from khyber.contributions.records import Version
from khyber.web.access import open_door
from khyber.web.told import listed, page, patch, prefers_page, told, with_next

PATH = "/versions"

blueprint = Blueprint("versions", __name__)


@blueprint.get(PATH)
def versions() -> Response:
    """List the versions, newest first: when, by whom, why, and how much each holds."""
    door = open_door()
    found, following = listed(
        lambda limit, before: door.versions(limit=limit, before=before), lambda version: version.sequence
    )
    if prefers_page():
        return with_next(page("versions.html", versions=found, following=following), following)
    return with_next(told({"versions": [_members(version) for version in found]}), following)


@blueprint.get(f"{PATH}/<int:sequence>")
def version(sequence: int) -> Response:
    """Tell one version."""
    found = open_door().version(sequence)
    if prefers_page():
        return page("version.html", version=found)
    return told(_members(found))


@blueprint.get(f"{PATH}/<int:earlier>/diff/<int:later>")
def difference(earlier: int, later: int) -> Response:
    """Give what leads from one version to another, conclusions and provenance too, as an RDF Patch."""
    return patch(open_door().delta_between(earlier, later), f"versions-{earlier}-{later}")


@blueprint.get("/version/<int:sequence>")
def thing(sequence: int) -> BaseResponse:
    """Lead from the IRI of a version to what is known about it."""
    open_door()
    return redirect(url_for("versions.version", sequence=sequence), 303)


def _members(version: Version) -> dict[str, object]:
    address = url_for("versions.version", sequence=version.sequence)
    links = {"self": address}
    if version.sequence > 1:
        links["diff"] = url_for("versions.difference", earlier=version.sequence - 1, later=version.sequence)
    return {**version_members(version), "links": links}
