"""Whether the server is well, and what it serves."""

from __future__ import annotations

from typing import Protocol

from flask import Blueprint, Response, current_app, jsonify

from khyber.engine.base import Limits, Query, ResultKind
from khyber.engine.isolation.ending import server_is_ending
from khyber.sparql.answering import answer
from khyber.sparql.formats import BY_KEY
from khyber.web.about import served

READY_SECONDS = 5.0
"""How long the engine may take to answer the question whether there is anything."""

ENDING = "khyber.ending"
"""Under this name the application holds what knows whether the server ends, where something does."""


class Ending(Protocol):
    """Knows whether the server ends."""

    def has_begun(self) -> bool:
        """Say whether it was told to end."""


blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """Give the release and the number of triples in the default graph and in each named graph, as JSON."""
    about = served()
    engine = about.engine
    return _told(status="ok", release=about.release, triples=engine.size(), graphs=dict(engine.graphs()))


@blueprint.get("/health/live")
def live() -> Response:
    """Say that the HTTP process answers, whatever the engine does; where it does not, restart the server."""
    return _told(status="ok")


@blueprint.get("/health/ready")
def ready() -> Response:
    """Say that a query is answered, by asking one; where it is not (5xx), send no requests for a while.

    A server that ends is not ready from the moment at which it is told to.
    """
    ending: Ending | None = current_app.extensions.get(ENDING)
    if ending is not None and ending.has_begun():
        raise server_is_ending()
    question = Query("ASK {}", ResultKind.BOOLEAN)
    limits = Limits(seconds=READY_SECONDS)
    answer(served().engine, question, BY_KEY["json"], limits=limits, client="health").close()
    return _told(status="ok", release=served().release)


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Give the icon where browsers look for it unasked."""
    return current_app.send_static_file("icon.svg")


def _told(**members: object) -> Response:
    response = jsonify(**members)
    response.headers["Cache-Control"] = "no-store"
    return response
