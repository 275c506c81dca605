"""What counts as an inference: the definition by which two reasoners are equal."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from khyber.rdf.namespaces import OWL, RDF, RDFS, XSD

_VOCABULARIES = (RDF, RDFS, OWL, XSD)
_SAME = NamedNode(f"{OWL}sameAs")
_REFLEXIVE = frozenset(
    (
        _SAME.value,
        f"{OWL}equivalentClass",
        f"{OWL}equivalentProperty",
        f"{RDFS}subClassOf",
        f"{RDFS}subPropertyOf",
    )
)
_CLASSIFYING = frozenset((f"{RDF}type", f"{RDFS}subClassOf", f"{RDFS}domain", f"{RDFS}range"))
_UNIVERSAL = frozenset((f"{OWL}Thing", f"{RDFS}Resource"))


def comparable(triples: Iterable[Triple]) -> set[Triple]:
    """Return the triples that tell a reader something: two reasoners are equal if these are the same.

    Left out, whichever reasoner derives them:

    1. triples about a term of the RDF, RDFS, OWL or XSD vocabularies (axiomatic triples, types of datatypes,
       ``owl:Nothing`` under every class);
    2. triples that relate a term to itself by sameAs, equivalentClass, equivalentProperty, subClassOf or
       subPropertyOf;
    3. that something has the type ``owl:Thing`` or ``rdfs:Resource``, that a class is below it, that a
       property has it as domain or range.

    That something is the same as a literal is neither derived nor believed (:func:`equates_literal`): OWL has
    no sameAs between values, and two values where one is allowed are a contradiction, not an identity.

    Triples whose subject is a literal or whose predicate is a blank node cannot be put in a ``Triple``: they
    are left out before they come here.
    """
    return {triple for triple in triples if _is_telling(triple)}


def equates_literal(triple: Triple) -> bool:
    """Tell whether the triple states that something is the same as a literal."""
    return triple.predicate == _SAME and isinstance(triple.object, Literal)


def _is_telling(triple: Triple) -> bool:
    subject, predicate, thing = triple.subject, triple.predicate, triple.object
    if isinstance(subject, NamedNode) and subject.value.startswith(_VOCABULARIES):
        return False
    if subject == thing and predicate.value in _REFLEXIVE:
        return False
    universal = isinstance(thing, NamedNode) and thing.value in _UNIVERSAL
    return not (universal and predicate.value in _CLASSIFYING)
