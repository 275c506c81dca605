"""Reports of validations over HTTP: in which format, and as part of a problem where something was refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, render_template, request
from markupsafe import Markup

from khyber.contributions.door import SubmissionRefused
from khyber.sparql.negotiation import not_acceptable, preferred, with_charset
from khyber.validation.findings import Report
from khyber.validation.reports.formats import REPORT_FORMATS, ReportFormat, render, report_format
from khyber.validation.reports.members import members
from khyber.validation.reports.page import as_fragment
from khyber.validation.reports.presentation import Presentation
from khyber.web.about import served
from khyber.web.addresses import link_to
from khyber.web.problems import JSON as PROBLEM
from khyber.web.problems import PAGE

MOST_ON_A_PAGE = 500
"""How many findings a page shows; the other formats have all of them."""


@dataclass(frozen=True)
class Wanted:
    """The format of a report that a request asks for; ``page`` says that it comes within a page of ours."""

    format: ReportFormat
    page: bool


def register(app: Flask) -> None:
    """Let ``app`` answer a refused submission with what was found."""
    app.register_error_handler(SubmissionRefused, _refusal)


def wanted_format() -> Wanted:
    """Give the format that ``?format=`` or else the Accept header asks for; NotAcceptable, UsageError."""
    key = request.values.get("format") if request.mimetype != "" else request.args.get("format")
    if key:
        return Wanted(report_format(key), page=False)
    accept = request.headers.get("Accept")
    offers = {media_type: entry for entry in REPORT_FORMATS for media_type in entry.media_types}
    chosen = preferred(accept, list(offers))
    if chosen is None:
        raise not_acceptable(accept, list(offers))
    return Wanted(offers[chosen], page=chosen == PAGE)


def report_response(report: Report, wanted: Wanted, *, sources: Sequence[str] = (), **facts: Any) -> Response:
    """Write a report in a format; ``facts`` are further members of a report in JSON."""
    if wanted.format.key == "json" and facts:
        body = json.dumps({**members(report), **facts}, ensure_ascii=False, indent=2) + "\n"
        return _written(body.encode(), wanted.format.media_type)
    return _written(render(report, wanted.format.key, sources=sources), wanted.format.media_type)


def fragment(report: Report) -> Markup:
    """Write a report for a page of ours; everything in it is escaped."""
    return Markup(as_fragment(report, Presentation(most=MOST_ON_A_PAGE), link=link_to))  # noqa: S704


def _written(body: bytes, media_type: str) -> Response:
    response = Response(body, content_type=with_charset(media_type))
    response.vary.add("Accept")
    return response


def _refusal(error: SubmissionRefused) -> Response:
    """Tell what keeps a submission out: as problem details with the findings, or as the report itself."""
    g.outcome = error.code
    others = {entry.media_type: entry for entry in REPORT_FORMATS if entry.key != "json"}
    chosen = preferred(request.headers.get("Accept"), [PROBLEM, "application/json", *others]) or PROBLEM
    if chosen == PAGE:
        page = render_template(
            "refused.html", about=served(), problem=error.problem(), findings=fragment(error.report)
        )
        response = _written(page.encode(), PAGE)
    elif chosen in others:
        response = _written(render(error.report, others[chosen].key), chosen)
    else:
        body = json.dumps({**error.problem(), **members(error.report)}, ensure_ascii=False)
        response = _written(body.encode(), chosen)
    response.status_code = error.status
    return response
