"""What a curator does to nodes: say that two are one, and take one out of use."""

from __future__ import annotations

from collections.abc import Set

from pyoxigraph import Literal, NamedNode, Triple

from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.errors import Conflict, InputError, NotFound
from khyber.rdf.namespaces import DCTERMS, ID, OWL, RDF, RDFS, SKOS, XSD
from khyber.rdf.terms import Term
from khyber.validation.names import short

_TYPE = NamedNode(RDF + "type")
_LABEL = NamedNode(RDFS + "label")
_ALTERNATIVE = NamedNode(SKOS + "altLabel")
_REPLACED = NamedNode(DCTERMS + "isReplacedBy")
_DEPRECATED = NamedNode(OWL + "deprecated")
_NOTE = NamedNode(SKOS + "editorialNote")
_TRUE = Literal("true", datatype=NamedNode(XSD + "boolean"))


def merge(published: Published, node: str, into: str) -> Patch:
    """Say that two nodes are one: each asserted triple that names ``node`` names ``into`` instead.

    ``node`` is left with ``dcterms:isReplacedBy``, so that its address leads on. Its label becomes another
    name (``skos:altLabel``) where ``into`` has one in that language. Whether the result conforms is for the
    judge to say: two dates where one is allowed are for a curator to decide between.

    Raises InputError for one node twice, NotFound for a node that nothing is said of, and Conflict if they
    are not of one kind and class, or one of them is replaced already.
    """
    old, new = _node(node), _node(into)
    if old == new:
        raise InputError(f"{short(node)} is already one with itself.", remedy="Name two nodes.")
    _require_same_kind(published, old, new)
    removed = {quad.triple for quad in published.naming(old)}
    kept = {quad.triple for quad in published.naming(new)}
    labels = {triple.object for triple in kept if triple.subject == new and triple.predicate == _LABEL}
    added = {moved for triple in removed if (moved := _moved(triple, old, new, labels)) not in kept | {None}}
    return Patch.of({*filter(None, added), Triple(old, _REPLACED, new)}, removed)


def retire(published: Published, node: str, reason: str) -> Patch:
    """Mark a node as not to be used any more (``owl:deprecated``), with the reason in an editorial note.

    What is said of it stays. Raises InputError without a reason, NotFound for a node that nothing is said
    of, Conflict if it is retired or replaced already.
    """
    if not reason.strip():
        raise InputError("No reason was given.", remedy="Say why the node is not to be used any more.")
    retired = _node(node)
    _require_in_use(published, retired)
    note = Literal(reason.strip(), language="en")
    return Patch.of([Triple(retired, _DEPRECATED, _TRUE), Triple(retired, _NOTE, note)])


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError:
        raise InputError(f"{iri!r} is no IRI.", remedy=f"Name a node as {ID}KIND/NAME.") from None


def _require_same_kind(published: Published, old: NamedNode, new: NamedNode) -> None:
    kinds = [node.value.removeprefix(ID).partition("/")[0] for node in (old, new)]
    classes = [_require_in_use(published, node) for node in (old, new)]
    if kinds[0] != kinds[1] or classes[0] != classes[1]:
        told = [", ".join(sorted(short(kind.value) for kind in each)) or "no class" for each in classes]
        raise Conflict(
            f"{short(old.value)} ({told[0]}) and {short(new.value)} ({told[1]}) are not of one kind.",
            remedy="Merge only nodes of the same class; correct the class of one of them first.",
        )


def _require_in_use(published: Published, node: NamedNode) -> set[NamedNode]:
    """Give the classes of a node that is in use; raise NotFound or Conflict if it is not."""
    said = [quad.triple for quad in published.naming(node) if quad.subject == node]
    if not said:
        raise NotFound(f"Nothing is asserted about {short(node.value)}.", remedy="Check the node's IRI.")
    for triple in said:
        if triple.predicate == _REPLACED and isinstance(triple.object, NamedNode):
            raise Conflict(
                f"{short(node.value)} is replaced by {short(triple.object.value)}.",
                remedy="Name that node instead.",
            )
        if triple.predicate == _DEPRECATED and triple.object == _TRUE:
            raise Conflict(f"{short(node.value)} is retired.", remedy="Revert that first.")
    kinds = (triple.object for triple in said if triple.predicate == _TYPE)
    return {kind for kind in kinds if isinstance(kind, NamedNode)}


def _moved(triple: Triple, old: NamedNode, new: NamedNode, labels: Set[Term]) -> Triple | None:
    """Give a triple with ``new`` in the place of ``old``; None for a label that says what is said already."""
    subject = new if triple.subject == old else triple.subject
    value = new if triple.object == old else triple.object
    predicate = triple.predicate
    if triple.subject == old and predicate == _LABEL and labels:
        if value in labels:
            return None
        languages = {label.language for label in labels if isinstance(label, Literal)}
        if isinstance(value, Literal) and value.language in languages:
            predicate = _ALTERNATIVE
    return Triple(subject, predicate, value)
