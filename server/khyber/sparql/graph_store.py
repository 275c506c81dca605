"""The SPARQL 1.1 Graph Store HTTP Protocol: which graph a request is about, and what triples it brings."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from pyoxigraph import DefaultGraph, RdfFormat, Triple

from khyber.errors import InputError, Location, UnsupportedMediaType, UsageError
from khyber.rdf.reading import parse
from khyber.sparql.form import by_name, decoded_form
from khyber.sparql.formats import INPUT_FORMATS
from khyber.sparql.protocol import absolute_iri, media_type_of

PATH = "/graphs"
"""Where the graph store stands below the base URL; graphs that are named by their path stand below it."""

MULTIPART = "multipart/form-data"

READERS: dict[str, RdfFormat] = {
    **{entry.media_type: cast("RdfFormat", entry.writer) for entry in INPUT_FORMATS},
    "application/x-turtle": RdfFormat.TURTLE,
}
"""The media types of the documents that are read → their formats."""

_PLAIN_PATH = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*+")
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")


@dataclass(frozen=True)
class Target:
    """The graph that a request is about: its IRI, or None for the default graph."""

    graph: str | None

    def __str__(self) -> str:
        """Name the graph for a person."""
        return "the default graph" if self.graph is None else f"the graph <{self.graph}>"


@dataclass(frozen=True)
class Part:
    """A document in the body of a request: its media type as sent, its bytes, and a name for messages."""

    content_type: str | None
    body: bytes
    name: str = "body"


def target(
    query_string: bytes,
    path: str | None,
    base_url: str,
    *,
    raw_path: str | None = None,
    others: Collection[str] = (),
) -> Target | None:
    """Give the graph that a request names, or None if it names none (it may then create one, by POST).

    ``path`` is what follows /graphs/ in the address, decoded, and None where nothing does: the IRI of such a
    graph is that of the address, below the configured ``base_url`` (Graph Store Protocol, sections 4.1 and
    4.2). ``raw_path`` is the same as it was sent, where the HTTP server tells; ``others`` are parameters that
    may stand beside. Raises UsageError, InputError.
    """
    values = by_name(decoded_form(query_string, "query string"))
    unknown = sorted(values.keys() - {"graph", "default", *others})
    if unknown:
        raise UsageError(
            f"The graph store does not know the parameter {unknown[0]}.", remedy="It knows graph and default."
        )
    named = [name for name in ("graph", "default") if name in values]
    if path is not None:
        if named:
            raise UsageError(
                f"The request names a graph by its path and by the parameter {named[0]}.",
                remedy="Leave one of them out.",
            )
        return Target(_direct(path, raw_path, base_url))
    if not named:
        return None
    if len(named) > 1 or len(values[named[0]]) > 1:
        raise UsageError("A request is about one graph.", remedy="Send graph once, or default, not both.")
    if named == ["default"]:
        return Target(None)
    return Target(absolute_iri(values["graph"][0], "graph"))


def required(found: Target | None, method: str) -> Target:
    """Give the graph that a request names; raise UsageError if it names none."""
    if found is None:
        raise UsageError(
            f"{method} needs to know which graph is meant.",
            remedy=f"Name it as {PATH}?graph=IRI, {PATH}?default or {PATH}/PATH.",
        )
    return found


def triples_of(parts: Sequence[Part], base: str) -> tuple[Triple, ...]:
    """Give the triples of all documents of a request; relative IRIs are resolved against ``base``.

    Raises UnsupportedMediaType, RdfSyntaxError, and InputError for a document that holds named graphs.
    """
    return tuple(triple for part in parts for triple in _triples(part, base))


def _triples(part: Part, base: str) -> list[Triple]:
    media_type = media_type_of(part.content_type)
    rdf_format = READERS.get(media_type)
    if rdf_format is None:
        was = f"has the media type {media_type}" if media_type else "has no Content-Type"
        raise UnsupportedMediaType(f"The {part.name} {was}.", remedy=f"Send one of {', '.join(READERS)}.")
    triples = []
    for quad in parse(part.body, format=rdf_format, source=part.name, base=base):
        if not isinstance(quad.graph_name, DefaultGraph):
            raise InputError(
                f"The document holds the named graph {quad.graph_name}, and what is sent here is one graph.",
                location=Location(part.name),
                remedy="Send each graph by itself.",
            )
        triples.append(quad.triple)
    return triples


def _direct(path: str, raw_path: str | None, base_url: str) -> str:
    """Give the IRI of a graph that is named by its path.

    The path arrives decoded, and ``a%2Fb`` as ``a/b``. So only characters are taken that nobody needs to
    encode; what stands for two addresses is not guessed.
    """
    is_plain = _PLAIN_PATH.fullmatch(path) and not _DOTS.search(path) and "%" not in (raw_path or "")
    if not is_plain:
        raise UsageError(
            "The name of a graph that is named by its path has only letters A to Z, digits and - . _ ~ /, "
            "and nothing percent-encoded.",
            remedy=f"Name it as {PATH}?graph=IRI, with the IRI percent-encoded.",
        )
    return f"{base_url}{PATH}/{path}"
