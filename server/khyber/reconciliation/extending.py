"""Data extension: tables of the values of nodes, and the properties that nodes of a class have."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from khyber.engine.base import Engine
from khyber.errors import InputError, PayloadTooLarge
from khyber.rdf.namespaces import ID, RDF, TERM
from khyber.reconciliation.asking import read_object
from khyber.reconciliation.catalogue import ITEM, Catalogue, Term, entity_id, term_id, term_iri
from khyber.reconciliation.cells import Cell, cell
from khyber.reconciliation.values import Values, property_iri, values_of
from khyber.sparql.resource import labels
from khyber.sparql.selection import number, select, value

MOST_IDS = 500
MOST_PROPERTIES = 50

ITEM_PROPERTY = Term(ITEM, "Wikidata item", "The item of Wikidata that is the same thing.")

SETTINGS: tuple[dict[str, object], ...] = (
    {
        "name": "limit",
        "label": "Limit",
        "type": "number",
        "default": 0,
        "help_text": "How many values at most (0: all of them).",
    },
    {
        "name": "asserted",
        "label": "Only what was said",
        "type": "checkbox",
        "default": False,
        "help_text": "Leave out values that only reasoning over the ontology gives.",
    },
)
"""What can be set of each property; see the manifest."""

_LAST_PART = re.compile(r"[#/:]")
_NOT_PROPOSED = {RDF + "type"}
"""Properties that are not proposed: the class is what was asked by."""


@dataclass(frozen=True)
class Column:
    """A property by the id that was sent, how many values at most (0 for all), all or only asserted ones."""

    told: str
    limit: int = 0
    asserted_only: bool = False

    @property
    def name(self) -> str:
        """Give the id of the property."""
        return term_id(self.told)


@dataclass(frozen=True)
class Extension:
    """The nodes whose values are asked for, by the ids as they were sent, and the columns."""

    ids: tuple[str, ...]
    columns: tuple[Column, ...]


def read_extension(text: str) -> Extension:
    """Read what is asked for; raise InputError if it cannot be read, PayloadTooLarge for too many nodes."""
    told = read_object(text, "extend")
    ids, columns = told.get("ids"), told.get("properties")
    if not isinstance(ids, list) or not all(isinstance(own, str) for own in ids):
        raise InputError("The extension has no ids, or they are not a list of texts.")
    if len(ids) > MOST_IDS:
        raise PayloadTooLarge(f"The extension asks for {len(ids)} nodes; it may ask for {MOST_IDS}.")
    if not isinstance(columns, list) or not all(
        isinstance(column, dict) and isinstance(column.get("id"), str) for column in columns
    ):
        raise InputError("The extension has no properties, or one of them has no id.")
    if len(columns) > MOST_PROPERTIES:
        raise PayloadTooLarge(
            f"The extension asks for {len(columns)} properties; it may ask for {MOST_PROPERTIES}."
        )
    return Extension(tuple(dict.fromkeys(ids)), tuple(_column(column) for column in columns))


def _column(told: Mapping[str, Any]) -> Column:
    settings = told.get("settings") or {}
    if not isinstance(settings, dict):
        raise InputError(f"The settings of the property {told['id']} are not an object.")
    try:
        limit = max(int(settings.get("limit") or 0), 0)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"The limit of the property {told['id']} is not a whole number.") from None
    return Column(told["id"], limit, settings.get("asserted") in (True, "true", "on"))


def extend(engine: Engine, catalogue: Catalogue, asked: Extension) -> dict[str, object]:
    """Give the answer to an extension: what the columns are, and a row for each id as it was asked for.

    Raises InputError for a property that the ontology does not know, and what Engine.answer raises.
    """
    for column in asked.columns:
        _require_known(catalogue, column)
    nodes = {told: found.id if (found := catalogue.entity(told)) else entity_id(told) for told in asked.ids}
    tables = {
        asserted_only: _table(engine, nodes, asked.columns, asserted_only=asserted_only)
        for asserted_only in {column.asserted_only for column in asked.columns}
    }
    called = labels(engine, _our_nodes(tables.values()))

    def cells(node: str, column: Column) -> list[Cell]:
        terms = tables[column.asserted_only].get((node, column.name), ())
        return [cell(term, called) for term in (terms[: column.limit] if column.limit else terms)]

    return {
        "meta": [_meta(catalogue, column) for column in asked.columns],
        "rows": {
            told: {column.told: cells(node, column) for column in asked.columns}
            for told, node in nodes.items()
        },
    }


def _table(
    engine: Engine, nodes: Mapping[str, str], columns: Sequence[Column], *, asserted_only: bool
) -> Values:
    wanted = {column.name for column in columns if column.asserted_only is asserted_only}
    return values_of(engine, set(nodes.values()), wanted, asserted_only=asserted_only)


def _our_nodes(tables: Collection[Values]) -> set[str]:
    terms = (term for table in tables for values in table.values() for term in values)
    return {term.value for term in terms if isinstance(term, NamedNode) and term.value.startswith(ID)}


def _require_known(catalogue: Catalogue, column: Column) -> None:
    is_ours = term_iri(column.name).startswith(TERM)
    # A property of another vocabulary need not be declared to be used.
    if is_ours and column.name != ITEM and column.name not in catalogue.properties:
        raise InputError(
            f"There is no property {column.told!r}.",
            remedy="The address /reconcile/properties lists what there is.",
        )


def _meta(catalogue: Catalogue, column: Column) -> dict[str, object]:
    name = column.name
    term = ITEM_PROPERTY if name == ITEM else _property(catalogue, name)
    meta: dict[str, object] = {"id": column.told, "name": term.label}
    if term.range in catalogue.classes:
        meta["type"] = {"id": term.range, "name": catalogue.class_label(term.range)}
    return meta


def propose(engine: Engine, catalogue: Catalogue, kind: str, limit: int | None) -> Sequence[Term]:
    """Give the properties that nodes of a class have, the most used first; of all classes if none is named.

    All classes are those of the ontology, and codes: not those of the published queries, which are nodes too.
    The Wikidata item comes first where a node has one. Raises what Engine.answer raises.
    """
    name = term_id(kind)
    if name and name not in catalogue.classes:
        return ()
    classes = " ".join(f"<{term_iri(each)}>" for each in ([name] if name else sorted(catalogue.suggestible)))
    node = f"{{ SELECT DISTINCT ?s {{ VALUES ?class {{ {classes} }} ?s a ?class }} }} ?s ?p ?o"
    ours = f'FILTER(STRSTARTS(STR(?s), "{ID}"))'
    query = f"SELECT ?p (COUNT(DISTINCT ?s) AS ?count) {{ {node} {ours} }} GROUP BY ?p"
    counts = {value(row, "p"): number(row, "count") for row in select(engine, query)}
    items = counts.pop(property_iri(ITEM), 0)
    used = sorted(
        (iri for iri in counts if iri not in _NOT_PROPOSED),
        key=lambda iri: (not iri.startswith(TERM), -counts[iri], iri),
    )
    found = [_property(catalogue, term_id(iri)) for iri in used]
    proposed = [ITEM_PROPERTY, *found] if items else found
    return proposed if limit is None else proposed[:limit]


def _property(catalogue: Catalogue, name: str) -> Term:
    """Give a property; one that the ontology does not declare is called by the last part of its name."""
    return catalogue.properties.get(name) or Term(name, _LAST_PART.split(name)[-1] or name)
