"""Where properties belong: a node has a class, and each property stands on a node of its domain.

A rule of the shapes sees only nodes of the class that it targets. A ``khyber:host`` on a node of another
class, or of none, would pass them all, while the reasoner takes the class from rdfs:domain and draws edges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from khyber.rdf.namespaces import DCTERMS, RDF, RDFS
from khyber.validation.findings import Finding
from khyber.validation.names import short, text_of
from khyber.validation.vocabulary import Vocabulary

_TYPE = RDF + "type"
_REPLACED = DCTERMS + "isReplacedBy"

_Relation = Mapping[str, Collection[str]]
"""Node → nodes, as IRIs (a blank node as ``_:label``)."""


@dataclass(frozen=True)
class Domains:
    """What an ontology says: property → domains; class → itself and those above; node → classes."""

    domains: _Relation
    wider: _Relation
    kinds: _Relation

    @classmethod
    def of(cls, ontology: Collection[Triple]) -> Domains:
        """Read the domains and the classes of an ontology."""
        superclasses = _related(ontology, RDFS + "subClassOf")
        classes = Vocabulary.of(ontology).classes
        wider = {kind: _reached(kind, superclasses) for kind in classes}
        return cls(_related(ontology, RDFS + "domain"), wider, _related(ontology, _TYPE))

    def misplaced(self, node: str, triples: Collection[Triple]) -> Iterator[Finding]:
        """Yield what is wrong with a node of which ``triples`` are all that is asserted, at least one."""
        kinds = _related(triples, _TYPE).get(node, set())
        used = sorted({triple.predicate.value for triple in triples})
        yield from _misplaced(node, used, kinds.union(self.kinds.get(node, ())), self)

    def know(self, kinds: Collection[str]) -> bool:
        """Tell whether all classes are declared."""
        return all(kind in self.wider for kind in kinds)

    def are_within(self, kinds: Collection[str], domain: str) -> bool:
        """Tell whether any of the classes is, or is below, the domain."""
        return any(domain in self.wider[kind] for kind in kinds)


def misplaced_properties(triples: Iterable[Triple], ontology: Iterable[Triple]) -> list[Finding]:
    """List nodes without a class and properties on nodes of the wrong class, in the order of a report.

    A node has the classes that ``triples`` or ``ontology`` assert of it, and those above them. A node of a
    class that the ontology does not declare is left to
    :func:`khyber.validation.vocabulary.unknown_terms`. Each finding is a Violation; its ``path`` is the
    misplaced property.
    """
    declared = Domains.of(list(ontology))
    about: dict[str, list[Triple]] = {}
    for triple in triples:
        about.setdefault(text_of(triple.subject), []).append(triple)
    findings = {finding for node, each in about.items() for finding in declared.misplaced(node, each)}
    return sorted(findings, key=lambda finding: finding.order)


def _misplaced(node: str, used: list[str], kinds: Collection[str], declared: Domains) -> Iterator[Finding]:
    wanted = [(name, domain) for name in used for domain in declared.domains.get(name, ())]
    if not kinds:
        if used == [_REPLACED]:  # nothing but a sign that leads on to another node
            return
        yield Finding("Violation", f"{short(node)} has no class. {_class_to_give(wanted)}", node)
    elif declared.know(kinds):
        for name, domain in wanted:
            if not declared.are_within(kinds, domain):
                yield Finding("Violation", _about_property(name, domain, node, kinds), node, name)


def _class_to_give(wanted: list[tuple[str, str]]) -> str:
    if not wanted:
        return "Say with rdf:type what it is, such as a khyber:State or a khyber:Attack."
    name, domain = wanted[0]
    return f"Say with rdf:type what it is; {short(name)} belongs on {_a(domain)}."


def _about_property(name: str, domain: str, node: str, kinds: Collection[str]) -> str:
    listed = " and ".join(_a(kind) for kind in sorted(kinds))
    return (
        f"{short(name)} belongs on {_a(domain)}; {short(node)} is {listed}. "
        "Give it that class, or take the property out."
    )


def _a(kind: str) -> str:
    name = short(kind)
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _related(triples: Iterable[Triple], predicate: str) -> dict[str, set[str]]:
    """Gather subject → objects of one predicate, without objects that have no IRI (class expressions)."""
    found: dict[str, set[str]] = {}
    for triple in triples:
        if triple.predicate.value == predicate and isinstance(triple.object, NamedNode):
            found.setdefault(text_of(triple.subject), set()).add(triple.object.value)
    return found


def _reached(start: str, edges: _Relation) -> frozenset[str]:
    reached = {start}
    level = [start]
    while level:
        level = [after for node in level for after in edges.get(node, ()) if after not in reached]
        reached.update(level)
    return frozenset(reached)
