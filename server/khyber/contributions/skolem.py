"""IRIs for blank nodes (RDF 1.1 Concepts §3.5), so that what they describe can be referred to."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.contributions.document import Document
from khyber.contributions.templates import Templates
from khyber.rdf.namespaces import ID, RDF, SKOLEM

_TYPE = RDF + "type"
_DIGITS = 24

_Term = NamedNode | BlankNode | Literal | Triple


def skolemised(document: Document, data: bytes, templates: Templates | None) -> Document:
    """Give each blank node that is described an IRI made of the document's bytes and of its order in it.

    A node of a class that has a template lies where nodes of the class do: ``id/event/genid-0a1b…``; others
    lie under id/genid/. Blank nodes in removals stay: what is removed is named as it stands.
    """
    kinds = _kinds(document, templates)
    digest = hashlib.sha256(data).hexdigest()
    names: dict[BlankNode, NamedNode] = {}

    def named(term: _Term) -> _Term:
        if not isinstance(term, BlankNode):
            return term
        if term not in names:
            code = hashlib.sha256(f"{digest} {len(names)}".encode()).hexdigest()[:_DIGITS]
            kind = kinds.get(term)
            names[term] = NamedNode(f"{ID}{kind}/genid-{code}" if kind else SKOLEM + code)
        return names[term]

    triples = tuple(
        Triple(named(each.subject), each.predicate, named(each.object))  # type: ignore[arg-type]
        for each in document.triples
    )
    return replace(document, triples=triples) if names else document


def _kinds(document: Document, templates: Templates | None) -> dict[BlankNode, str]:
    """Tell under which kind each blank node belongs whose class has a template."""
    kinds: dict[BlankNode, str] = {}
    for triple in document.triples:
        node, kind = triple.subject, triple.object
        if triple.predicate.value == _TYPE and isinstance(node, BlankNode) and isinstance(kind, NamedNode):
            template = templates.find(kind.value) if templates else None
            if template:
                kinds.setdefault(node, template.kind)
    return kinds
