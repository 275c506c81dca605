"""Names in English, Urdu and Pashto, and coordinates, taken over from the linked items: as a proposal.

The proposal is a document for ``khyber contribute``, with Wikidata as its source: it adds names and, where a
place has no coordinates, those of its item. Figures and roles are not taken over: they need a claimant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from khyber.linking.classes import Lookup
from khyber.linking.entities import Entity
from khyber.linking.names import plain
from khyber.linking.nodes import Node
from khyber.rdf.namespaces import PREFIXES, RDFS, SKOS, WIKIDATA_ENTITY, XSD
from khyber.rdf.turtle import write_turtle

TAKEN_OVER = ("en", "ur", "ps")
"""The languages of the names that are taken over."""

_PLACES = {"City", "Province", "Site", "Place"}
_LAT, _LONG = (NamedNode(PREFIXES["wgs84"] + name) for name in ("lat", "long"))
_LABEL, _OTHER_NAME = NamedNode(RDFS + "label"), NamedNode(SKOS + "altLabel")
_DECIMAL = NamedNode(XSD + "decimal")


@dataclass(frozen=True)
class Enrichment:
    """What an item adds to what is said of a node."""

    node: Node
    entity: Entity
    triples: tuple[Triple, ...]


def enrich(nodes: Iterable[Node], data: Iterable[Triple], lookup: Lookup) -> list[Enrichment]:
    """Look up the exact matches of nodes; give what their items add. Raises EndpointFailure."""
    linked = {node: item for node in nodes for relation, item in node.links if relation == "exactMatch"}
    entities = lookup.entities(dict.fromkeys(linked.values()))
    said: dict[str, list[Triple]] = {}
    for triple in data:
        said.setdefault(str(triple.subject), []).append(triple)
    found = []
    for node, item in linked.items():
        entity = entities.get(item)
        if entity is None or entity.is_missing or entity.is_redirect:
            continue
        known = said.get(str(NamedNode(node.iri)), [])
        triples = (*_names(node, entity, known), *_coordinates(node, entity, known))
        if triples:
            found.append(Enrichment(node, entity, triples))
    return found


def proposal(enrichments: Iterable[Enrichment]) -> str:
    """Write what would be added as Turtle, with the items, their revisions and dates in comments above."""
    listed = sorted(enrichments, key=lambda each: each.node.iri)
    head = [
        "# A proposal: names and coordinates from Wikidata (CC0). Look it through, then send it in with",
        "# khyber contribute FILE --title 'Names and coordinates' --source https://www.wikidata.org/",
        "#",
        *(
            f"# {each.node.curie}: {WIKIDATA_ENTITY}{each.entity.id}, "
            f"revision {each.entity.revision or 'unknown'}, read {each.entity.fetched:%Y-%m-%d}"
            for each in listed
        ),
    ]
    return "\n".join(head) + "\n\n" + write_turtle(triple for each in listed for triple in each.triples)


def _names(node: Node, entity: Entity, known: Iterable[Triple]) -> Iterator[Triple]:
    names: set[str] = set()
    labelled: set[str | None] = set()
    for each in known:
        if isinstance(each.object, Literal) and each.predicate in (_LABEL, _OTHER_NAME):
            names.add(plain(each.object.value))
            if each.predicate == _LABEL:
                labelled.add(each.object.language)
    labels: Mapping[str, str] = entity.labels or {}
    for language in TAKEN_OVER:
        name = labels.get(language)
        if name and plain(name) not in names:
            predicate = _OTHER_NAME if language in labelled else _LABEL
            yield Triple(NamedNode(node.iri), predicate, Literal(name, language=language))


def _coordinates(node: Node, entity: Entity, known: Iterable[Triple]) -> Iterator[Triple]:
    has_some = any(each.predicate in (_LAT, _LONG) for each in known)
    if node.kind not in _PLACES or has_some or len(entity.coordinates) != 1:
        return
    for predicate, degrees in zip((_LAT, _LONG), entity.coordinates[0], strict=True):
        text = f"{degrees:.6f}".rstrip("0")
        text += "0" if text.endswith(".") else ""
        yield Triple(NamedNode(node.iri), predicate, Literal(text, datatype=_DECIMAL))
