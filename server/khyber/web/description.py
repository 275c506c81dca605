"""What the server tells about itself: the site as descriptions need it, counted once for each version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, cast

from flask import Flask, Response, current_app, request

from khyber.engine.base import Engine, ResultKind
from khyber.engine.graphs import write_graph
from khyber.engine.published import APART
from khyber.errors import MemoryLimitReached, ResultTooLarge, TimeLimitReached, TooBusy
from khyber.sparql.description import PREFIXES, Site, describe_service
from khyber.sparql.metadata import Metadata, metadata_of_ontology
from khyber.sparql.negotiation import choose
from khyber.sparql.selection import select
from khyber.sparql.void import facts
from khyber.web.about import About, served
from khyber.web.access import writing
from khyber.web.asking import asking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyoxigraph import RdfFormat, Triple

DETAILED_UP_TO = 200_000
"""The most triples of a dataset that the description of the service counts in detail; VoID always tries."""

WAITING = 2.0
"""How many seconds a request waits for counts that another has taken in hand."""


@dataclass
class Sites:
    """The site for the newest version of the dataset, without and with its counts in detail."""

    lock: Lock = field(default_factory=Lock)
    counting: Lock = field(default_factory=Lock)
    plain: dict[str, Site] = field(default_factory=dict)
    detailed: dict[str, Site] = field(default_factory=dict)
    documents: dict[tuple[str, str, str], bytes] = field(default_factory=dict)


def register(app: Flask) -> None:
    """Keep what is counted with ``app``."""
    app.extensions["khyber.sites"] = Sites()


def site(*, detailed: bool) -> Site:
    """Describe what is served now; ``detailed`` with counts, as far as the engine's limits allow them."""
    sites, about = cast("Sites", current_app.extensions["khyber.sites"]), served()
    version = about.engine.version()
    with sites.lock:
        if version not in sites.plain:
            sites.plain, sites.documents = {version: _plain(about)}, {}
        plain = sites.plain[version]
    if not detailed:
        return plain
    if version not in sites.detailed:
        _count(sites, version, plain)
    return sites.detailed.get(version, plain)


def _count(sites: Sites, version: str, plain: Site) -> None:
    """Take the counts in detail; who asks meanwhile waits a little and no longer, or all threads would."""
    if not sites.counting.acquire(timeout=WAITING):
        raise TooBusy(
            "The dataset is being counted for its description.",
            remedy="Ask again in a few seconds.",
            retry_after=5,
        )
    try:
        if version not in sites.detailed:
            sites.detailed = {version: _detailed(plain)}
    finally:
        sites.counting.release()


def service_description() -> Response:
    """Answer with the description of the service, in the RDF format that the client prefers."""
    plain = site(detailed=False)
    small = plain.size + sum(plain.graphs.values()) <= DETAILED_UP_TO
    return rdf_response("service", lambda: describe_service(site(detailed=True) if small else plain))


def rdf_response(name: str, triples: Callable[[], Iterable[Triple]]) -> Response:
    """Answer with a description in the format that the client prefers; raises NotAcceptable.

    It is kept under ``name`` until the dataset changes: a large one takes longer to write than many queries.
    """
    choice = choose(request.headers.get("Accept"), ResultKind.GRAPH)
    sites = cast("Sites", current_app.extensions["khyber.sites"])
    key = served().engine.version(), name, choice.format.key
    body = sites.documents.get(key)
    if body is None:
        body = write_graph(triples(), cast("RdfFormat", choice.format.writer), PREFIXES)
        sites.documents[key] = body
    response = Response(body, content_type=choice.content_type)
    response.vary.add("Accept")
    return response


def _plain(about: About) -> Site:
    engine = asking()
    graphs = engine.graphs()
    return Site(
        base_url=about.base_url,
        metadata=metadata_of_ontology(engine, about.release) if about.release else Metadata(about.title),
        size=engine.size(),
        graphs=graphs,
        held=frozenset(graphs) - APART if about.release else frozenset(graphs if about.union else ()),
        union=about.union and not _has_own_triples(engine),
        writable=writing().engine is not None or about.door is not None,
        federated=about.outbound.forwarder is not None,
    )


def _has_own_triples(engine: Engine) -> bool:
    """Say whether the default graph holds more than the named graphs do, or may for all that can be told."""
    own = "SELECT ?s { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?graph { ?s ?p ?o } } } LIMIT 1"
    try:
        return any(True for _ in select(engine, own))
    except (TimeLimitReached, MemoryLimitReached):
        return True


def _detailed(plain: Site) -> Site:
    try:
        return replace(plain, facts=facts(asking()))
    except (TimeLimitReached, MemoryLimitReached, ResultTooLarge):
        return plain
