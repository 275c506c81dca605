"""The application factory."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from khyber.engine.base import Engine
from khyber.web import headers, health, problems, sparql_endpoint
from khyber.web.about import About, Example


def create_app(
    engine: Engine,
    *,
    release: str | None = None,
    title: str = "SPARQL endpoint",
    examples: Sequence[Example] = (),
    max_request_bytes: int = 1_048_576,
) -> Flask:
    """Make the application that answers from ``engine``.

    ``release`` names the version of what is served if it has one, ``title`` says on the pages what it is,
    ``examples`` are the queries that the page offers. A body of more than ``max_request_bytes`` is answered
    413.
    """
    app = Flask(__name__)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.config["MAX_CONTENT_LENGTH"] = max_request_bytes
    app.extensions["khyber"] = About(
        engine=engine,
        release=release,
        title=title,
        examples=tuple(examples),
        max_request_bytes=max_request_bytes,
        size=engine.size(),
        graphs=engine.graphs(),
    )
    app.register_blueprint(sparql_endpoint.blueprint)
    app.register_blueprint(health.blueprint)
    problems.register(app)
    headers.register(app)
    return app
