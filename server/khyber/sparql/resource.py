"""What a dataset says about one resource, and what refers to it: a symmetric concise description.

What is said about it is given whole. What refers to it is bounded, with its count, since a source or a class
may be referred to from everywhere. An assertion comes with what is said about its proposition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Triple

from khyber.engine.base import Engine
from khyber.rdf.namespaces import DCTERMS, RDFS, SKOS, TERM
from khyber.rdf.terms import Term
from khyber.sparql.selection import Row, number, select, value

MOST_REFERENCES = 200
"""How many references to a resource its description holds."""

PROPOSITIONS = tuple(TERM + name for name in ("alleges", "contests", "predicts"))
"""The properties that lead from an assertion to what it says."""

ATTRIBUTION = tuple(
    TERM + name for name in ("claimant", "stance", "source", "sentence", "earliestDate", "latestDate")
)
"""The properties that tell on whose word something is said, and where."""

_LABELS = (RDFS + "label", SKOS + "prefLabel", DCTERMS + "title")


@dataclass(frozen=True)
class Statement:
    """A triple of a resource: its property, the node at the other end, and the graphs that hold it."""

    property: str
    node: Term
    graphs: frozenset[str]


@dataclass(frozen=True)
class Resource:
    """A resource as it is described.

    ``outgoing`` is what is said about it, ``incoming`` the first of the ``references`` to it, both sorted.
    ``propositions`` holds what is said about the propositions of an assertion, by their IRI.
    """

    iri: str
    outgoing: tuple[Statement, ...]
    incoming: tuple[Statement, ...]
    references: int
    propositions: Mapping[str, tuple[Statement, ...]]

    def triples(self) -> Iterator[Triple]:
        """Give the description as triples, some more than once."""
        node = NamedNode(self.iri)
        for statement in self.outgoing:
            yield Triple(node, NamedNode(statement.property), statement.node)
        for statement in self.incoming:
            if isinstance(statement.node, NamedNode):
                yield Triple(statement.node, NamedNode(statement.property), node)
        for iri, statements in self.propositions.items():
            for statement in statements:
                yield Triple(NamedNode(iri), NamedNode(statement.property), statement.node)


def resource(engine: Engine, iri: str) -> Resource | None:
    """Describe the resource with an IRI, or give None if no graph speaks of it.

    Raises ValueError for what is no IRI, and what Engine.answer raises.
    """
    node = str(NamedNode(iri))
    outgoing = _outgoing(engine, [node]).get(iri, ())
    references = _references(engine, node)
    if not outgoing and not references:
        return None
    said = [s.node for s in outgoing if s.property in PROPOSITIONS and isinstance(s.node, NamedNode)]
    return Resource(
        iri=iri,
        outgoing=outgoing,
        incoming=_incoming(engine, node) if references else (),
        references=references,
        propositions=_outgoing(engine, sorted({str(node) for node in said})) if said else {},
    )


def labels(engine: Engine, iris: Collection[str]) -> dict[str, str]:
    """Give the English label of each resource that has one, else its label in any language."""
    wanted = set(iris) - {""}
    if not wanted:
        return {}
    query = (
        f"SELECT ?node ?label {{ VALUES ?node {{ {_listed(wanted)} }} "
        f"VALUES ?property {{ {_listed(_LABELS)} }} "
        f"GRAPH ?graph {{ ?node ?property ?label }} }}"
    )
    rows = sorted(select(engine, query), key=lambda row: (_is_english(row), value(row, "label")))
    return {value(row, "node"): value(row, "label") for row in rows}


def attributions(engine: Engine, iris: Collection[str]) -> dict[str, dict[str, Term]]:
    """Give for each resource that is an assertion its claimant, stance, source, sentence and dates."""
    found: dict[str, dict[str, Term]] = {}
    if not iris:
        return found
    query = (
        f"SELECT ?node ?p ?o {{ VALUES ?node {{ {_listed(iris)} }} VALUES ?p {{ {_listed(ATTRIBUTION)} }} "
        f"?node ?p ?o }} ORDER BY ?node ?p ?o"
    )
    for row in select(engine, query):
        found.setdefault(value(row, "node"), {}).setdefault(value(row, "p").removeprefix(TERM), row["o"])
    return {node: said for node, said in found.items() if "claimant" in said}


def _outgoing(engine: Engine, nodes: Collection[str]) -> dict[str, tuple[Statement, ...]]:
    query = f"SELECT ?s ?p ?o ?graph {{ VALUES ?s {{ {' '.join(nodes)} }} GRAPH ?graph {{ ?s ?p ?o }} }}"
    graphs: dict[tuple[str, str, Term], set[str]] = {}
    for row in select(engine, query):
        if not isinstance(row["o"], BlankNode):
            key = value(row, "s"), value(row, "p"), row["o"]
            graphs.setdefault(key, set()).add(value(row, "graph"))
    found: dict[str, list[Statement]] = {}
    for subject, predicate, node in sorted(graphs, key=lambda key: (key[0], key[1], str(key[2]))):
        held = frozenset(graphs[(subject, predicate, node)])
        found.setdefault(subject, []).append(Statement(predicate, node, held))
    return {subject: tuple(statements) for subject, statements in found.items()}


def _references(engine: Engine, node: str) -> int:
    distinct = f"SELECT DISTINCT ?s ?p {{ GRAPH ?graph {{ ?s ?p {node} }} FILTER(isIRI(?s)) }}"
    return number(next(select(engine, f"SELECT (COUNT(*) AS ?count) {{ {{ {distinct} }} }}")), "count")


def _incoming(engine: Engine, node: str) -> tuple[Statement, ...]:
    query = (
        "SELECT ?s ?p (GROUP_CONCAT(STR(?graph); SEPARATOR=' ') AS ?graphs) "
        f"{{ GRAPH ?graph {{ ?s ?p {node} }} FILTER(isIRI(?s)) }} "
        f"GROUP BY ?s ?p ORDER BY ?p ?s LIMIT {MOST_REFERENCES}"
    )
    return tuple(
        Statement(value(row, "p"), row["s"], frozenset(value(row, "graphs").split()))
        for row in select(engine, query)
    )


def _is_english(row: Row) -> bool:
    return getattr(row["label"], "language", None) == "en"


def _listed(iris: Collection[str]) -> str:
    return " ".join(str(NamedNode(iri)) for iri in sorted(iris))
