"""Whether the server is well, and what it serves."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from khyber.web.about import served

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """Give the release and the number of triples in the default graph and in each named graph, as JSON."""
    about = served()
    return jsonify(status="ok", release=about.release, triples=about.size, graphs=dict(about.graphs))


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Give the icon where browsers look for it unasked."""
    return current_app.send_static_file("icon.svg")
