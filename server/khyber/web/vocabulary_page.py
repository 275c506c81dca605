"""What the pages of the ontology and of the shapes show: each term, in the module that describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from khyber.engine.base import Engine
from khyber.rdf.namespaces import OWL, RDF, RDFS, SH, SKOS
from khyber.rdf.terms import Term
from khyber.release.modules import Module
from khyber.sparql.resource import labels
from khyber.sparql.selection import select, value
from khyber.web.resource_page import Shown, shown_iri, shown_literal

_TYPE, _LABEL = RDF + "type", RDFS + "label"
_DEFINITIONS = (SKOS + "definition", SH + "message", RDFS + "comment")
_EXAMPLE = SKOS + "example"
_LEFT_OUT = frozenset({_TYPE, _LABEL, _EXAMPLE, RDFS + "isDefinedBy", *_DEFINITIONS})
_KINDS = {
    OWL + "Class": "class",
    OWL + "ObjectProperty": "object property",
    OWL + "DatatypeProperty": "datatype property",
    OWL + "AnnotationProperty": "annotation property",
    SH + "NodeShape": "node shape",
    SH + "PropertyShape": "property shape",
}
_ELSEWHERE = "other"


@dataclass(frozen=True)
class TermEntry:
    """A term with what is said about it; ``anchor`` is the fragment of its IRI."""

    anchor: str
    iri: str
    label: str
    kinds: tuple[str, ...]
    definitions: tuple[Shown, ...]
    examples: tuple[Shown, ...]
    rows: tuple[tuple[Shown, tuple[Shown, ...]], ...]


@dataclass(frozen=True)
class Section:
    """A module with its terms."""

    name: str
    description: str
    terms: tuple[TermEntry, ...]


@dataclass(frozen=True)
class Scheme:
    """A code list, and how many codes it has."""

    shown: Shown
    definition: str
    codes: int


Said = dict[str, dict[str, list[Term]]]
"""Subject → property → values."""


def sections(engine: Engine, graph: str, namespace: str, modules: Iterable[Module]) -> list[Section]:
    """Give the terms of a namespace that a graph describes, by module; raises what Engine.answer raises."""
    said = _said(engine, graph, namespace)
    known = labels(engine, {iri for properties in said.values() for iri in _iris(properties)})
    found: list[Section] = []
    for module in modules:
        terms = [said.pop(iri) | {"": [NamedNode(iri)]} for iri in module.terms if iri in said]
        if module.graph == graph and terms:
            found.append(_section(module.name, module.description, terms, namespace, known))
    rest = [properties | {"": [NamedNode(iri)]} for iri, properties in sorted(said.items())]
    return [*found, _section(_ELSEWHERE, "", rest, namespace, known)] if rest else found


def schemes(engine: Engine) -> list[Scheme]:
    """Give the code lists (SKOS concept schemes) with the number of their codes, by label."""
    rows = select(
        engine,
        "SELECT ?scheme (SAMPLE(?l) AS ?label) (SAMPLE(?d) AS ?definition) (COUNT(DISTINCT ?code) AS ?codes) "
        "{ "
        f"?scheme a <{SKOS}ConceptScheme> . OPTIONAL {{ ?scheme <{RDFS}label>|<{SKOS}prefLabel> ?l }} "
        f"OPTIONAL {{ ?scheme <{SKOS}definition> ?d }} OPTIONAL {{ ?code <{SKOS}inScheme> ?scheme }} "
        "} GROUP BY ?scheme ORDER BY ?label",
    )
    return [
        Scheme(
            shown_iri(value(row, "scheme"), value(row, "label") or None),
            value(row, "definition"),
            int(value(row, "codes")),
        )
        for row in rows
    ]


def _said(engine: Engine, graph: str, namespace: str) -> Said:
    query = (
        f"SELECT ?s ?p ?o {{ GRAPH {NamedNode(graph)} {{ ?s ?p ?o }} "
        f"FILTER(isIRI(?s) && STRSTARTS(STR(?s), {Literal(namespace)})) }} ORDER BY ?s ?p ?o"
    )
    said: Said = {}
    for row in select(engine, query):
        if not isinstance(row["o"], BlankNode):
            said.setdefault(value(row, "s"), {}).setdefault(value(row, "p"), []).append(row["o"])
    return said


def _iris(properties: Mapping[str, list[Term]]) -> Iterable[str]:
    yield from properties
    for values in properties.values():
        yield from (term.value for term in values if isinstance(term, NamedNode))


def _section(
    name: str,
    description: str,
    terms: Iterable[Mapping[str, list[Term]]],
    namespace: str,
    known: Mapping[str, str],
) -> Section:
    title = f"{name}: "
    if description.lower().startswith(title):
        description = description[len(title) :][:1].upper() + description[len(title) + 1 :]
    return Section(name, description, tuple(_term(properties, namespace, known) for properties in terms))


def _term(properties: Mapping[str, list[Term]], namespace: str, known: Mapping[str, str]) -> TermEntry:
    iri = str(getattr(properties[""][0], "value", ""))
    anchor = iri.removeprefix(namespace)

    def texts(*wanted: str) -> tuple[Shown, ...]:
        values = (term for name in wanted for term in properties.get(name, ()))
        return tuple(shown_literal(term) for term in values if isinstance(term, Literal))

    types = [str(getattr(term, "value", "")) for term in properties.get(_TYPE, ())]
    return TermEntry(
        anchor=anchor,
        iri=iri,
        label=next((text.text for text in texts(_LABEL)), anchor),
        kinds=tuple(_KINDS.get(kind, shown_iri(kind).text) for kind in types),
        definitions=texts(*_DEFINITIONS),
        examples=texts(_EXAMPLE),
        rows=tuple(
            (shown_iri(name, known.get(name)), tuple(_shown(term, known) for term in values))
            for name, values in properties.items()
            if name and name not in _LEFT_OUT
        ),
    )


def _shown(term: Term, known: Mapping[str, str]) -> Shown:
    if isinstance(term, NamedNode):
        return shown_iri(term.value, known.get(term.value))
    return shown_literal(term) if isinstance(term, Literal) else Shown(str(term))
