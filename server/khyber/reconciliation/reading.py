"""Reading the catalogue of names from the published graph, by a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pyoxigraph import Literal

from khyber.engine.base import Engine
from khyber.rdf.namespaces import CODE_LISTS, DCTERMS, ID, KINDS, OWL, RDFS, SKOS, TERM, WIKIDATA_ENTITY
from khyber.reconciliation.catalogue import Catalogue, Entity, Name, Term, above, entity_id, term_id
from khyber.sparql.selection import Row, select, value

LABELS = (RDFS + "label", SKOS + "prefLabel", DCTERMS + "title")
ALIASES = (SKOS + "altLabel", SKOS + "hiddenLabel")
NOTES = (SKOS + "definition", SKOS + "note", DCTERMS + "description", TERM + "description")
SAME = SKOS + "exactMatch"
DEPRECATED = OWL + "deprecated"
REPLACED = DCTERMS + "isReplacedBy"

NOT_NAMED = frozenset({"assertion"})
"""The kinds whose labels are sentences, not names: nobody looks for them by a name."""

LONGEST_NOTE = 160

_FIRST_PROPERTIES = (*LABELS, *ALIASES, *NOTES, SAME, DEPRECATED, REPLACED)


def read_catalogue(engine: Engine) -> Catalogue:
    """Read the names, classes and properties that are published now; raise what Engine.answer raises."""
    classes = _terms(engine, ("owl:Class",))
    classes = {name: _just_below(term, classes) for name, term in classes.items()}
    properties = _terms(engine, ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty"))
    depths = {name: len(above(name, classes)) for name in classes}
    types: dict[str, list[str]] = {}
    for row in select(engine, _TYPES):
        types.setdefault(value(row, "node"), []).append(term_id(value(row, "type")))
    said: dict[str, list[Row]] = {}
    for row in select(engine, _SAID):
        said.setdefault(value(row, "node"), []).append(row)
    entities: dict[str, Entity] = {}
    replaced: dict[str, str] = {}
    for iri in sorted(said):
        about = dict(_by_property(said[iri]))
        own = entity_id(iri)
        if REPLACED in about:
            replaced[own] = entity_id(min(value(row, "value") for row in about[REPLACED]))
        elif not any(value(row, "value") == "true" for row in about.get(DEPRECATED, ())):
            names = _names(about)
            if names:
                ordered = sorted(types.get(iri, ()), key=lambda name: (-depths.get(name, 0), name))
                entities[own] = Entity(own, names, tuple(ordered), _note(about), _item(about))
    return Catalogue(entities, classes, properties, replaced)


def _listed(iris: Iterable[str]) -> str:
    return " ".join(f"<{iri}>" for iri in iris)


_NODES = " || ".join(
    f'STRSTARTS(STR(?node), "{ID}{kind}/")' for kind in sorted({*KINDS, *CODE_LISTS, "code"} - NOT_NAMED)
)
_SAID = f"""
SELECT ?node ?property ?value {{
  VALUES ?property {{ {_listed(_FIRST_PROPERTIES)} }}
  ?node ?property ?value FILTER({_NODES})
}}"""
_TYPES = f"""
SELECT ?node ?type {{
  ?node a ?type FILTER(({_NODES}) && (STRSTARTS(STR(?type), "{TERM}") || ?type = <{SKOS}Concept>))
}}"""


def _terms(engine: Engine, kinds: Iterable[str]) -> dict[str, Term]:
    query = f"""
PREFIX owl: <{OWL}> PREFIX rdfs: <{RDFS}> PREFIX skos: <{SKOS}>
SELECT ?term ?property ?value {{
  VALUES ?kind {{ {" ".join(kinds)} }}
  VALUES ?property {{ rdfs:label skos:definition rdfs:subClassOf rdfs:range }}
  ?term a ?kind ; ?property ?value FILTER(isIRI(?term) && !isBlank(?value))
}}"""
    said: dict[str, list[Row]] = {}
    for row in select(engine, query):
        said.setdefault(value(row, "term"), []).append(row)
    return {term_id(iri): _term(iri, dict(_by_property(said[iri]))) for iri in sorted(said)}


def _term(iri: str, about: Mapping[str, list[Row]]) -> Term:
    own = term_id(iri)
    broader = {term_id(value(row, "value")) for row in about.get(RDFS + "subClassOf", ())}
    ranges = sorted(
        value(row, "value") for row in about.get(RDFS + "range", ()) if value(row, "value").startswith(TERM)
    )
    return Term(
        own,
        _first(about, (RDFS + "label",)) or own.rpartition(":")[2],
        _first(about, (SKOS + "definition",)),
        tuple(sorted(name for name in broader - {own} if ":" not in name)),
        term_id(ranges[0]) if ranges else "",
    )


def _by_property(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(value(row, "property"), []).append(row)
    yield from grouped.items()


def _literals(about: Mapping[str, list[Row]], properties: Iterable[str]) -> list[Literal]:
    rows = (row for wanted in properties for row in about.get(wanted, ()))
    found = {row["value"] for row in rows}
    # English first, then names of no language, then the others by their tags.
    return sorted(
        (literal for literal in found if isinstance(literal, Literal) and literal.value.strip()),
        key=lambda literal: (literal.language != "en", literal.language or "", literal.value),
    )


def _first(about: Mapping[str, list[Row]], properties: Iterable[str]) -> str:
    return next((found[0].value for wanted in properties if (found := _literals(about, (wanted,)))), "")


def _names(about: Mapping[str, list[Row]]) -> tuple[Name, ...]:
    labels = _literals(about, LABELS)
    names = [Name(literal.value, literal.language or "") for literal in labels]
    aliases = _literals(about, ALIASES)
    return (*names, *(Name(literal.value, literal.language or "", is_alias=True) for literal in aliases))


def _note(about: Mapping[str, list[Row]]) -> str:
    note = " ".join(_first(about, NOTES).split())
    return note if len(note) <= LONGEST_NOTE else f"{note[:LONGEST_NOTE].rpartition(' ')[0]} …"


def _item(about: Mapping[str, list[Row]]) -> str:
    items = (value(row, "value") for row in about.get(SAME, ()))
    linked = (item for item in items if item.startswith(WIKIDATA_ENTITY))
    return min((item.removeprefix(WIKIDATA_ENTITY) for item in linked), default="")


def _just_below(term: Term, classes: Mapping[str, Term]) -> Term:
    """Leave of the classes above a class those just above it; reasoning says all of them."""
    further = {name for broader in term.broader for name in above(broader, classes)}
    return replace(term, broader=tuple(name for name in term.broader if name not in further))
