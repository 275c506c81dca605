"""The application factory."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask

from khyber.engine.base import Engine, Limits
from khyber.engine.outbound import NOTHING, Outbound
from khyber.release.modules import Module
from khyber.sparql.catalogue import Example
from khyber.web import (
    access,
    description,
    export,
    graph_store,
    headers,
    health,
    intake,
    linked_data,
    observation,
    openapi,
    problems,
    representation,
    sparql_endpoint,
    update_endpoint,
    wellknown,
)
from khyber.web.about import About
from khyber.web.access_log import access_log
from khyber.web.caching import ResultCache

BLUEPRINTS: tuple[Blueprint, ...] = (
    sparql_endpoint.blueprint,
    update_endpoint.blueprint,
    graph_store.blueprint,
    health.blueprint,
    openapi.blueprint,
    wellknown.blueprint,
    linked_data.blueprint,
    export.blueprint,
)
"""What is at which address, one part a line."""


def create_app(
    engine: Engine,
    *,
    release: str | None = None,
    title: str = "SPARQL endpoint",
    examples: Sequence[Example] = (),
    max_request_bytes: int = 1_048_576,
    base_url: str = "http://localhost",
    union: bool = False,
    modules: Sequence[Module] = (),
    cache_size: int = 0,
    access_log_to: str = "",
    limits: Limits = Limits(),  # noqa: B008 - a value that cannot change
    outbound: Outbound = NOTHING,
    writable: bool = False,
    admin_token: str | None = None,
    max_upload_bytes: int = 268_435_456,
) -> Flask:
    """Make the application that answers from ``engine``.

    ``release`` names the version of what is served if it has one, ``title`` says on the pages what it is,
    ``examples`` are the queries that the page offers. A body of more than ``max_request_bytes`` is answered
    413. Results are kept up to ``cache_size`` bytes. ``access_log_to`` is the setting of that name.
    ``limits`` are those of the engine, ``outbound`` says what queries may call. If it is ``writable``
    (then the engine is a WritableEngine), who sends the ``admin_token`` may write, with bodies up to
    ``max_upload_bytes``.
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
        base_url=base_url,
        union=union,
        modules=tuple(modules),
        limits=limits,
        outbound=outbound,
        cache=ResultCache(cache_size),
    )
    tokens = access.AdminToken(admin_token) if admin_token else access.NoTokens()
    access.register(app, engine, tokens, max_upload_bytes, writable=writable)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    problems.register(app)
    intake.register(app)
    description.register(app, writable=writable, federated=outbound.forwarder is not None)
    # Flask runs these for an answer from the last to the first: it is finished, then headed, then observed.
    observation.register(app, access_log(access_log_to))
    headers.register(app)
    representation.register(app)
    return app
