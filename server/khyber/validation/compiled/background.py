"""What shapes need of an ontology: the same as :mod:`khyber.validation.shacl` takes, without rdflib."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Triple

from khyber.rdf.namespaces import OWL, RDF, RDFS, SKOS
from khyber.validation.compiled.columns import SUBCLASS, TYPE, Node, node_of

_DECLARATIONS = {OWL + "Class", RDFS + "Class", RDFS + "Datatype", RDF + "Property"} | {
    f"{OWL}{kind}Property" for kind in ("Object", "Datatype", "Annotation")
}
_CODE_LIST_CLASSES = {SKOS + "Concept", SKOS + "ConceptScheme", SKOS + "Collection"}


@dataclass(frozen=True)
class Background:
    """The hierarchy of named classes, the declarations and the code lists of an ontology.

    ``terms`` are the ontology's own subjects except the code lists: shapes spare them where the data says
    nothing about them.
    """

    triples: tuple[Triple, ...]
    terms: frozenset[Node]

    @classmethod
    def of(cls, ontology: Iterable[Triple]) -> Background:
        """Choose from an ontology what shapes need."""
        triples = list(ontology)
        lists = {triple.subject for triple in triples if _is_of_code_list(triple)}
        chosen = tuple(triple for triple in triples if triple.subject in lists or _is_needed(triple))
        terms = {triple.subject for triple in triples} - lists
        return cls(chosen, frozenset(map(node_of, terms)))


def _is_of_code_list(triple: Triple) -> bool:
    predicate = triple.predicate.value
    return predicate == SKOS + "inScheme" or (predicate == TYPE and _iri(triple.object) in _CODE_LIST_CLASSES)


def _is_needed(triple: Triple) -> bool:
    if isinstance(triple.subject, BlankNode):
        return False
    predicate = triple.predicate.value
    if predicate == SUBCLASS:
        return not isinstance(triple.object, BlankNode)
    return predicate == TYPE and _iri(triple.object) in _DECLARATIONS


def _iri(term: object) -> str | None:
    return term.value if isinstance(term, NamedNode) else None
