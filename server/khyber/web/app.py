"""The application factory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import gettempdir

from flask import Blueprint, Flask

from khyber.contributions.door import Door
from khyber.engine.base import Engine, Limits
from khyber.engine.outbound import NOTHING, Outbound
from khyber.release.modules import Module
from khyber.sparql.catalogue import Example
from khyber.web import (
    access,
    contributions,
    deciding,
    description,
    edge,
    export,
    graph_store,
    headers,
    health,
    intake,
    linked_data,
    observation,
    openapi,
    problems,
    proxies,
    reconcile,
    reconcile_pages,
    reporting,
    representation,
    sparql_endpoint,
    tokens,
    update_endpoint,
    validation,
    versions,
    wellknown,
)
from khyber.web.about import About
from khyber.web.access_log import access_log
from khyber.web.caching import ResultCache
from khyber.web.past import Past
from khyber.web.shipment import Shipping

BLUEPRINTS: tuple[Blueprint, ...] = (
    sparql_endpoint.blueprint,
    update_endpoint.blueprint,
    graph_store.blueprint,
    health.blueprint,
    openapi.blueprint,
    wellknown.blueprint,
    linked_data.blueprint,
    export.blueprint,
    reconcile.blueprint,
    reconcile_pages.blueprint,
    validation.blueprint,
    contributions.blueprint,
    deciding.blueprint,
    versions.blueprint,
    tokens.blueprint,
)
"""What is at which address, one part a line."""


def create_app(
    engine: Engine,
    *,
    release: str | Callable[[], str] | None = None,
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
    door: Door | None = None,
    max_contribution_bytes: int = 16_777_216,
    versions_asked: int = 50,
    spool: Path | None = None,
    short_way: bool = True,
    trusted_proxies: Sequence[str] = (),
) -> Flask:
    """Make the application that answers from ``engine``.

    ``release`` names the version of what is served if it has one, or is asked for it; ``title`` says on the
    pages what it is, ``examples`` are the queries that the page offers. A body of more than
    ``max_request_bytes`` is answered 413. Results are kept up to ``cache_size`` bytes; a long one that is
    coded is put down in the folder ``spool``. ``access_log_to`` is the setting of that name. Without the
    ``short_way``, Flask answers all. ``trusted_proxies`` say whom they ask for.
    ``limits`` are those of the engine, ``outbound`` says what queries may call. If it is ``writable``
    (then the engine is a WritableEngine), who sends the ``admin_token`` may write, with bodies up to
    ``max_upload_bytes``. Through the ``door`` the published graph is contributed to, with
    documents up to ``max_contribution_bytes``, and queries may go ``versions_asked`` versions back.
    """
    app = Flask(__name__)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.config["MAX_CONTENT_LENGTH"] = max_request_bytes
    app.extensions["khyber"] = About(
        engine=engine,
        named=release,
        title=title,
        examples=tuple(examples),
        max_request_bytes=max_request_bytes,
        base_url=base_url,
        union=union,
        modules=tuple(modules),
        limits=limits,
        outbound=outbound,
        shipping=Shipping(
            ResultCache(cache_size),
            spool or Path(gettempdir()),
            limits.result_bytes,
            counts_rows=bool(access_log_to),
        ),
        door=door,
        past=Past(door, versions_asked) if door is not None else None,
        max_contribution_bytes=max_contribution_bytes,
    )
    known = access.tokens_of(admin_token, door)
    access.register(app, engine, known, max_upload_bytes, writable=writable)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    problems.register(app)
    reporting.register(app)
    description.register(app)
    # Flask runs these for an answer from the last to the first: it is finished, then headed, then observed.
    observation.register(app, access_log(access_log_to))
    headers.register(app)
    representation.register(app)
    # Who asks on the short way reads bodies in the same places as all others, so the intake stands before it.
    if short_way:
        edge.register(app)
    intake.register(app)
    proxies.register(app, trusted_proxies)
    return app
