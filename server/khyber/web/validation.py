"""Validation: what would come of a contribution, without anything being kept."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from khyber.contributions.media import MEDIA, Syntax
from khyber.sparql.negotiation import with_charset
from khyber.validation.reports.formats import REPORT_FORMATS
from khyber.web import uploads
from khyber.web.about import served
from khyber.web.access import client_key, open_door
from khyber.web.problems import PAGE
from khyber.web.reporting import fragment, report_response, wanted_format

SYNTAXES = {medium.media_type: medium.name for medium in MEDIA if medium.syntax is not Syntax.WORKBOOK}
"""The media types of what may be typed into the form → their names."""

blueprint = Blueprint("validation", __name__)


@blueprint.get("/validate")
def form() -> Response:
    """Show the form with which a document is validated in a browser."""
    open_door()
    return _page()


@blueprint.post("/validate")
def validate() -> Response:
    """Judge documents against the published graph and keep nothing.

    The report is given with 200 whether they conform or not; it says so. A document that cannot be read is a
    problem with its line and column.
    """
    door = open_door()
    sent = uploads.submission()
    wanted = wanted_format()
    judged = door.validate(sent, client_key())
    names = [upload.name for upload in sent.uploads]
    if wanted.page:
        return _page(judged=judged, findings=fragment(judged.report), name=", ".join(names))
    return report_response(
        judged.report,
        wanted,
        sources=names,
        added=judged.added,
        removed=judged.removed,
        version=judged.version,
    )


def _page(**result: object) -> Response:
    body = render_template(
        "validate.html",
        about=served(),
        syntaxes=SYNTAXES,
        formats=REPORT_FORMATS,
        typed=request.form.get(uploads.TEXT, "") if request.method == "POST" else "",
        **result,
    )
    response = Response(body, content_type=with_charset(PAGE))
    response.vary.add("Accept")
    return response
