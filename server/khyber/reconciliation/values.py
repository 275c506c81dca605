"""The values of nodes' properties, as they are published now: asked of the engine, not kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from khyber.engine.base import Engine
from khyber.rdf.namespaces import ID, SKOS, WIKIDATA_ENTITY
from khyber.rdf.terms import Term
from khyber.reconciliation.catalogue import ITEM, term_iri
from khyber.release.sources import INFERRED_GRAPH
from khyber.sparql.selection import select, value

Values = Mapping[tuple[str, str], tuple[Term, ...]]
"""The id of a node and the id of a property → the values, sorted."""


@dataclass(frozen=True)
class Having:
    """Values that a property is wanted with: nodes by their IRIs, and texts."""

    iris: tuple[str, ...]
    texts: tuple[str, ...]


def values_of(
    engine: Engine, nodes: Collection[str], properties: Collection[str], *, asserted_only: bool = False
) -> Values:
    """Give the values of these properties for these nodes, by the ids that were given.

    ``asserted_only`` leaves out what only reasoning says. Ids that make no IRI have no values. Raises what
    Engine.answer raises.
    """
    subjects = {iri: node for node in nodes if (iri := _node(ID + node))}
    predicates: dict[str, list[str]] = {}
    for name in properties:
        iri = _node(property_iri(name))
        if iri:
            predicates.setdefault(iri, []).append(name)
    if not subjects or not predicates:
        return {}
    asserted = f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{INFERRED_GRAPH}>)"
    query = (
        f"SELECT DISTINCT ?s ?p ?o {{ VALUES ?s {{ {' '.join(subjects)} }} "
        f"VALUES ?p {{ {' '.join(predicates)} }} ?s ?p ?o "
        f"{f'FILTER EXISTS {{ {asserted} }}' if asserted_only else ''} }}"
    )
    found: dict[tuple[str, str], list[Term]] = {}
    for row in select(engine, query):
        for name in predicates[f"<{value(row, 'p')}>"]:
            if name != ITEM or value(row, "o").startswith(WIKIDATA_ENTITY):
                found.setdefault((subjects[f"<{value(row, 's')}>"], name), []).append(row["o"])
    return {key: tuple(sorted(terms, key=_order)) for key, terms in found.items()}


def property_iri(name: str) -> str:
    """Give the IRI of a property from its id."""
    return SKOS + "exactMatch" if name == ITEM else term_iri(name)


def _order(term: Term) -> tuple[bool, bool, str]:
    english = isinstance(term, Literal) and term.language == "en"
    return not isinstance(term, NamedNode), not english, str(term)


def _node(iri: str) -> str:
    try:
        return str(NamedNode(iri))
    except ValueError:
        return ""


def having(engine: Engine, wanted: Mapping[str, Having], *, limit: int) -> tuple[str, ...]:
    """Give the ids of nodes that have, for one of these properties at least, one of the values wanted."""
    parts = []
    for name, values in sorted(wanted.items()):
        predicate = _node(property_iri(name))
        nodes = sorted(filter(None, map(_node, values.iris)))
        texts = sorted({str(Literal(text.lower())) for text in values.texts})
        tests = []
        if nodes:
            tests.append(f"?o IN ({', '.join(nodes)})")
        if texts:
            tests.append(f"(isLiteral(?o) && LCASE(STR(?o)) IN ({', '.join(texts)}))")
        if predicate and tests:
            parts.append(f"{{ ?s {predicate} ?o FILTER({' || '.join(tests)}) }}")
    if not parts:
        return ()
    query = (
        f"SELECT DISTINCT ?s {{ {' UNION '.join(parts)} "
        f'FILTER(STRSTARTS(STR(?s), "{ID}")) }} ORDER BY ?s LIMIT {limit}'
    )
    return tuple(value(row, "s").removeprefix(ID) for row in select(engine, query))
