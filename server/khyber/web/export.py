"""The whole dataset as one document."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import cast

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode, RdfFormat

from khyber.engine.base import Engine, Query, Result, ResultKind
from khyber.errors import TooBusy, UsageError
from khyber.sparql.formats import BY_KEY, DUMPS, Format, formats_for
from khyber.sparql.negotiation import not_acceptable, preferred, with_charset
from khyber.web.about import About, served
from khyber.web.asking import asking
from khyber.web.delivery import deliver
from khyber.web.past import asked
from khyber.web.shipment import IMMUTABLE, REVALIDATE, spooled

TRIES = 3

_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_OWN = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"

blueprint = Blueprint("export", __name__)


@blueprint.get("/export")
def export() -> Response:
    """Give the dataset as TriG or N-Quads, or its default graph in a format for one graph.

    A parameter ``version`` names the state of the dataset that is wanted: its export never changes. What
    the default graph holds of the named ones is left out of TriG and N-Quads.
    """
    about, chosen = served(), _format()
    version = asked(request.args.get("version"), however_far=True)
    name = version.name if version else about.release or about.engine.version()
    engine = (version or about).engine
    key = hashlib.sha256(f"export {engine.version()} {chosen.key}".encode()).digest()
    # The address without a version will give another document after the next change.
    lasting = IMMUTABLE if version else REVALIDATE
    response = deliver(
        key, with_charset(chosen.media_type), lambda: _spooled(about, engine, chosen), cache_control=lasting
    )
    file = f"{'khyber' if about.release else 'dataset'}-{name}.{chosen.suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _format() -> Format:
    offered = [*DUMPS, *(entry for entry in formats_for(ResultKind.GRAPH) if entry not in DUMPS)]
    key = request.args.get("format")
    if key is not None:
        if key not in {entry.key for entry in offered}:
            raise UsageError(
                f"There is no export in the format {key!r}.",
                remedy=f"The formats are {', '.join(entry.key for entry in offered)}.",
            )
        return BY_KEY[key]
    accept = request.headers.get("Accept")
    offers = {media_type: entry for entry in reversed(offered) for media_type in entry.media_types}
    chosen = preferred(accept, [entry.media_type for entry in offered] + list(offers))
    if chosen is None:
        raise not_acceptable(accept, [entry.media_type for entry in offered])
    return offers[chosen]


def _spooled(about: About, engine: Engine, chosen: Format) -> Result:
    """Write the export whole, of one version of the dataset, before anything of it is sent."""
    for _ in range(TRIES):
        version = engine.version()
        result = spooled(_pieces(about, asking(engine), chosen), about.shipping.spool)
        if engine.version() == version:
            return result
        result.close()
    raise TooBusy("The dataset was changed again and again while it was exported.", remedy="Try again.")


def _pieces(about: About, engine: Engine, chosen: Format) -> Iterator[bytes]:
    if chosen not in DUMPS:
        yield from _graph(engine, _ALL, cast("RdfFormat", chosen.writer))
        return
    as_block = _trig_block if chosen.writer == RdfFormat.TRIG else _nquads_block
    yield from as_block(engine, _OWN if about.release or about.union else _ALL, None)
    for iri in engine.graphs():
        node = NamedNode(iri)
        yield from as_block(engine, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {node} {{ ?s ?p ?o }} }}", node)


def _nquads_block(engine: Engine, query: str, graph: NamedNode | None) -> Iterator[bytes]:
    """Give the statements of a graph: a quad is its triple with the graph before the full stop."""
    end = f" {graph} .\n".encode() if graph else b" .\n"
    for line in _lines(_graph(engine, query, RdfFormat.N_TRIPLES)):
        yield line.removesuffix(b" .") + end


def _trig_block(engine: Engine, query: str, graph: NamedNode | None) -> Iterator[bytes]:
    """Give the statements of a graph in Turtle, in braces behind the prefixes that it declares."""
    in_header = True
    for line in _lines(_graph(engine, query, RdfFormat.TURTLE)):
        if in_header and not line.startswith(b"@prefix "):
            in_header = False
            yield f"{graph} {{\n".encode() if graph else b""
        yield line + b"\n"
    yield b"" if in_header or graph is None else b"}\n"


def _graph(engine: Engine, query: str, writer: RdfFormat) -> Iterator[bytes]:
    result = engine.answer(Query(query, ResultKind.GRAPH), writer)
    try:
        yield from result.chunks()
    finally:
        result.close()


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Give the lines of a document that comes in pieces, without their ends."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest
