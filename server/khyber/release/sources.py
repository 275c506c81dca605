"""Which files make which named graph, and what they state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Triple

from khyber.config import HOME
from khyber.errors import FileUnreadable, InputError, KhyberError, Location
from khyber.rdf.namespaces import BASE, GRAPH, MAPPINGS_GRAPH, PREFIXES
from khyber.rdf.reading import decoded, parse_file, read_bytes, shown
from khyber.release.blank_nodes import blank_nodes_of, with_stable_names
from khyber.release.queries import example_query_files, parse_example_query
from khyber.release.sssom import MappingSet, read_mappings
from khyber.sparql.catalogue import describe_examples, describe_prefixes

ONTOLOGY_GRAPH = GRAPH + "ontology"
SHAPES_GRAPH = GRAPH + "shapes"
CORE_GRAPH = GRAPH + "core"
INFERRED_GRAPH = GRAPH + "inferred"
SERVICE_GRAPH = GRAPH + "service"

ENDPOINT = BASE + "sparql"
"""The IRI under which the published dataset names its SPARQL endpoint."""

FOLDERS = ("ontology", "data", "shapes")
TRIPLES = "data/triples.ttl"
CHECKS = "ontology/checks"
MAPPINGS = "data/mappings/wikidata.sssom.tsv"
REJECTED_MAPPINGS = "data/mappings/wikidata.rejected.sssom.tsv"


@dataclass(frozen=True)
class SourceFile:
    """A file as it was read: its named graph, its place, its name in the graph home and its bytes."""

    graph: str
    path: Path
    name: str
    data: bytes


@dataclass(frozen=True)
class Sources:
    """The files of a graph home, read once, so that what is hashed is what is compiled."""

    home: Path
    files: tuple[SourceFile, ...]
    queries: tuple[SourceFile, ...] = ()

    def digest(self) -> str:
        """Hash the names, graphs and bytes of the files (SHA-256, hexadecimal)."""
        digest = hashlib.sha256()
        for file in (*self.files, *self.queries):
            for part in (file.graph.encode(), file.name.encode(), file.data):
                digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()


def read_sources(home: Path) -> Sources:
    """Read the files of a graph home, sorted by name; raise FileUnreadable if one cannot be read.

    The ontology is ontology/**/*.ttl without ontology/checks, the shapes are shapes/**/*.ttl, the core is
    data/triples.ttl; the example queries are data/queries/*.rq. Hidden files are left out. The mappings are
    MAPPINGS and REJECTED_MAPPINGS, where there are such files.
    """
    _require_folders(home)
    found = [
        *((ONTOLOGY_GRAPH, path) for path in _turtle_files(home / "ontology", home / CHECKS)),
        *((SHAPES_GRAPH, path) for path in _turtle_files(home / "shapes")),
        (CORE_GRAPH, home / TRIPLES),
        *((MAPPINGS_GRAPH, path) for path in mapping_files(home)),
    ]
    queries = ((SERVICE_GRAPH, path) for path in example_query_files(home))
    return Sources(home, _read(found, home), _read(queries, home))


def _read(found: Iterable[tuple[str, Path]], home: Path) -> tuple[SourceFile, ...]:
    files = (
        SourceFile(graph, path, path.relative_to(home).as_posix(), read_bytes(path)) for graph, path in found
    )
    return tuple(sorted(files, key=lambda file: file.name))


def parse_sources(sources: Sources) -> dict[str, list[Triple]]:
    """Give the triples of each named graph, each once and sorted, with stable names for blank nodes.

    Raises the first error of :func:`syntax_errors`.
    """
    names = (ONTOLOGY_GRAPH, SHAPES_GRAPH, CORE_GRAPH, MAPPINGS_GRAPH)
    graphs: dict[str, set[Triple]] = {name: set() for name in names}
    for file in sources.files:
        graphs[file.graph].update(_triples(file))
    for error in _decided_twice(sources):
        raise error
    return {graph: with_stable_names(triples, graph.removeprefix(GRAPH)) for graph, triples in graphs.items()}


def service(sources: Sources) -> list[Triple]:
    """Give the example queries and the prefixes as triples, sorted, for the editors that look for them.

    They name the endpoint by the published IRI of it, so that the release does not depend on where it is
    served. Raises InputError for a query file whose header is not right, QuerySyntaxError for no query.
    """
    examples = [parse_example_query(decoded(file.data, file.path), file.path) for file in sources.queries]
    return sorted((*describe_examples(examples, ENDPOINT), *describe_prefixes(PREFIXES)), key=str)


def syntax_errors(sources: Sources) -> Iterator[KhyberError]:
    """Give the error of each file that is not well-formed, not UTF-8, or data with a blank node."""
    errors = []
    for file in sources.files:
        try:
            _triples(file)
        except KhyberError as error:
            errors.append(error)
    yield from errors or _decided_twice(sources)


def mapping_files(home: Path) -> list[Path]:
    """Give the files of mappings that a graph home has: those that hold, and those that were rejected."""
    return [home / name for name in (MAPPINGS, REJECTED_MAPPINGS) if (home / name).is_file()]


def mappings(file: SourceFile) -> MappingSet:
    """Read a file of mappings.

    Raises InputError for what is not right in it, and for a row that belongs into the other file: what was
    rejected stands in REJECTED_MAPPINGS, and nothing else does.
    """
    found = read_mappings(file.data, file.path)
    is_of_rejected = file.name == REJECTED_MAPPINGS
    for link in found.links:
        if link.is_rejected is not is_of_rejected:
            right = MAPPINGS if is_of_rejected else REJECTED_MAPPINGS
            raise InputError(
                f"The row belongs into {right}.", location=Location(shown(file.path), link.line, 1)
            )
    return found


def _decided_twice(sources: Sources) -> Iterator[InputError]:
    """Give an error for each mapping that is asserted and rejected."""
    files = [file for file in sources.files if file.graph == MAPPINGS_GRAPH]
    asserted: set[tuple[str, str, str]] = set()
    for file in sorted(files, key=lambda file: file.name != MAPPINGS):
        found = mappings(file)
        for link in found.links:
            if not link.is_found:
                continue
            key = found.iri(link.subject), link.relation, found.iri(link.item)
            if link.is_rejected and key in asserted:
                where = Location(shown(file.path), link.line, 1)
                yield InputError(f"The row rejects what {MAPPINGS} asserts. Keep one.", location=where)
            asserted.add(key)


def _triples(file: SourceFile) -> list[Triple]:
    if file.graph == MAPPINGS_GRAPH:
        return list(mappings(file).triples())
    triples = [quad.triple for quad in parse_file(file.data, file.path)]
    nameless = next((triple for triple in triples if blank_nodes_of(triple)), None)
    if file.graph == CORE_GRAPH and nameless:
        raise InputError(
            f"The data holds a blank node, as value or subject of {nameless.predicate.value}.",
            location=Location(shown(file.path)),
            remedy="Give the node an IRI: nobody can refer to a blank node, or review it in a diff.",
        )
    return triples


def _require_folders(home: Path) -> None:
    missing = [f"{name}/" for name in FOLDERS if not (home / name).is_dir()]
    if missing:
        raise FileUnreadable(
            f"The graph home {home} has no {' and no '.join(missing)}."
            if home.is_dir()
            else f"There is no folder {home}.",
            remedy=f"Give {HOME.option} or {HOME.variable} a folder that holds ontology/, data/ and shapes/.",
        )


def _turtle_files(folder: Path, left_out: Path | None = None) -> Iterator[Path]:
    for path in folder.rglob("*.ttl"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and not (left_out and path.is_relative_to(left_out)):
            yield path
