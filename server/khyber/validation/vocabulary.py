"""The closed vocabulary: every property, class and code that a graph uses must be declared by the ontology.

RDF accepts any IRI, so that a misspelt property is silently a new one. Here it is a violation that says what
was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from pyoxigraph import NamedNode, Triple

from khyber.rdf.namespaces import BASE, CODE_LISTS, ID, KINDS, OWL, PREFIXES, RDF, RDFS, SKOS, TERM
from khyber.validation.findings import Finding
from khyber.validation.names import short, text_of

_TYPE = RDF + "type"
_CLASSES = {OWL + "Class", RDFS + "Class"}
_PROPERTIES = {RDF + "Property"} | {
    f"{OWL}{kind}Property"
    for kind in ("Object", "Datatype", "Annotation", "Symmetric", "Transitive", "Functional")
}
_BUILT_IN = {_TYPE, *(RDFS + name for name in ("label", "comment", "seeAlso", "isDefinedBy"))} | {
    OWL + name
    for name in ("deprecated", "versionInfo", "priorVersion", "backwardCompatibleWith", "incompatibleWith")
}
"""rdf:type and the annotation properties of OWL 2 (Structural Specification §5.5): nobody declares them."""


@dataclass(frozen=True)
class Vocabulary:
    """What an ontology declares, as IRIs: ``codes`` are the SKOS concepts of its code lists."""

    properties: frozenset[str]
    classes: frozenset[str]
    codes: frozenset[str]

    @classmethod
    def of(cls, ontology: Iterable[Triple]) -> Vocabulary:
        """Read the declarations of an ontology."""
        kinds: dict[str, set[str]] = {}
        for triple in ontology:
            if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode):
                if triple.predicate.value == _TYPE:
                    kinds.setdefault(triple.object.value, set()).add(triple.subject.value)
                elif triple.predicate.value == SKOS + "inScheme":
                    kinds.setdefault(SKOS + "Concept", set()).add(triple.subject.value)

        def of_kind(names: Iterable[str]) -> frozenset[str]:
            return frozenset(term for name in names for term in kinds.get(name, ()))

        return cls(
            properties=of_kind(_PROPERTIES) | _BUILT_IN,
            classes=of_kind(_CLASSES),
            codes=of_kind((SKOS + "Concept", SKOS + "ConceptScheme", SKOS + "Collection")),
        )


def unknown_terms(triples: Iterable[Triple], ontology: Iterable[Triple]) -> list[Finding]:
    """List what the triples use and nothing declares, each once a node, in the order of a report.

    That is: properties; classes (objects of rdf:type); codes (IRIs in the code lists' namespaces); other IRIs
    of the project that name nothing; and nodes that stand as subjects outside the id/ namespace, or inside it
    under a kind that there is not. Each finding is a Violation; its ``path`` is the property, its ``value``
    the unknown IRI.
    """
    wording = Wording(Vocabulary.of(ontology))
    findings = {finding for triple in triples for finding in wording.findings(triple)}
    return sorted(findings, key=lambda finding: finding.order)


class _Memory(dict[str, str | None]):
    """What is wrong with an IRI, or None, asked for once each."""

    def __init__(self, judge: Callable[[str], str | None]) -> None:
        super().__init__()
        self._judge = judge

    def __missing__(self, iri: str) -> str | None:
        about = self[iri] = self._judge(iri)
        return about


class Wording:
    """What is wrong with subjects, properties, classes and values, kept for when they are met again."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._subjects = _Memory(about_subject)
        self._properties = _Memory(lambda iri: _about_property(iri, vocabulary))
        self._classes = _Memory(lambda iri: _about_class(iri, vocabulary))
        self._values = _Memory(lambda iri: _about_value(iri, vocabulary))

    def findings(self, triple: Triple) -> Iterator[Finding]:
        """Yield what is wrong with a triple."""
        subject = triple.subject
        misplaced = self._subjects[subject.value] if isinstance(subject, NamedNode) else None
        if misplaced:
            yield Finding("Violation", misplaced, text_of(subject))
        yield from self.unknown(triple)

    def unknown(self, triple: Triple) -> Iterator[Finding]:
        """Yield what a triple uses as property, class or value and nothing declares."""
        subject, path, thing = triple.subject, triple.predicate.value, triple.object
        about_property = self._properties[path]
        if about_property:
            yield Finding("Violation", about_property, text_of(subject), path, path)
        if isinstance(thing, NamedNode):
            value = thing.value
            about_value = (self._classes if path == _TYPE else self._values)[value]
            if about_value:
                yield Finding("Violation", about_value, text_of(subject), path, value)


def about_subject(iri: str) -> str | None:
    """Say what is wrong with the IRI of a node that something is stated about, or None."""
    kind, _, slug = iri.removeprefix(ID).partition("/")
    if not iri.startswith(ID):
        return (
            f"The node {short(iri)} lies outside {ID}, where the nodes of this graph live. "
            f"Name it {ID}KIND/SLUG, where KIND is one of: {', '.join(KINDS)}."
        )
    if kind in CODE_LISTS:
        return (
            f"The node {short(iri)} lies in a code list, which belongs to the ontology. "
            "Propose the code in ontology/vocabularies; data only refers to it."
        )
    if kind not in KINDS:
        hint = _did_you_mean(kind, {name: name for name in KINDS}) or f"Use one of: {', '.join(KINDS)}."
        return f"The node {iri} has the kind {kind!r}, which there is not. {hint}"
    if not slug:
        return f"The node {iri} has no name after its kind. Name it {ID}{kind}/SLUG."
    return None


def _about_property(iri: str, vocabulary: Vocabulary) -> str | None:
    return None if iri in vocabulary.properties else _about_term("property", iri, vocabulary.properties)


def _about_class(iri: str, vocabulary: Vocabulary) -> str | None:
    return None if iri in vocabulary.classes else _about_term("class", iri, vocabulary.classes)


def _about_value(iri: str, vocabulary: Vocabulary) -> str | None:
    """Say what is wrong with an IRI of this project that stands as a value; the shapes judge other IRIs."""
    if not iri.startswith(BASE):
        return None
    if iri.startswith(TERM):
        declared = vocabulary.classes | vocabulary.properties
        return None if iri in declared else _about_term("term", iri, declared)
    kind = iri.removeprefix(ID).partition("/")[0]
    if iri.startswith(ID) and kind in CODE_LISTS:
        in_list = {code for code in vocabulary.codes if code.startswith(f"{ID}{kind}/")}
        return None if iri in vocabulary.codes else _about_code(iri, kind, in_list)
    if iri.startswith(ID) and kind not in KINDS:
        return about_subject(iri)
    return None


def _about_term(what: str, iri: str, declared: Iterable[str]) -> str:
    hint = _did_you_mean(_local(iri), {_local(term): short(term) for term in sorted(declared)})
    if iri.startswith(TERM):
        return f"The ontology declares no {what} {short(iri)}. {hint or 'Look the term up in the ontology.'}"
    known = any(iri.startswith(namespace) for namespace in PREFIXES.values())
    reason = "is not used in this graph" if known else "comes from a vocabulary that this graph does not use"
    return f"The {what} {short(iri)} {reason}. {hint or 'Use a term that the ontology declares.'}"


def _about_code(iri: str, kind: str, in_list: set[str]) -> str:
    hint = _did_you_mean(_local(iri), {_local(code): short(code) for code in sorted(in_list)})
    listed = f"Use one of: {', '.join(sorted(map(short, in_list)))}." if in_list else "Declare it first."
    return f"The code list {kind!r} has no {short(iri)}. {hint or listed}"


def _did_you_mean(name: str, candidates: dict[str, str]) -> str | None:
    """Ask for the candidate (name → how to show it) whose name is nearest, if one is near."""
    by_lower = {candidate.lower(): shown for candidate, shown in candidates.items()}
    near = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.7)
    return f"Did you mean {by_lower[near[0]]}?" if near else None


def _local(iri: str) -> str:
    return iri.replace("#", "/").rstrip("/").rpartition("/")[2]
