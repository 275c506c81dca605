"""Stand-ins: what the rules work on in place of blank nodes and literals."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from khyber.rdf.terms import Term

Node = NamedNode | BlankNode


class StandIns:
    """A one-to-one map from the terms of one graph to IRIs and blank nodes.

    An IRI stands for itself, a new IRI for a blank node, a new blank node for a literal (or a triple term).
    So the store cannot rewrite a literal ("01" to "1"), a literal may be a subject while rules run, as the
    rules assume, a blank node may be a property, as an unnamed inverse is, and ``isBlank`` tells literals
    from resources. The new names are random, so that none is in the graph already.
    """

    def __init__(self) -> None:
        self._nodes: dict[Term, Node] = {}
        self._terms: dict[Term, Term] = {}

    def node(self, term: Term) -> Node:
        """Return what stands for the term."""
        if isinstance(term, NamedNode):
            return term
        node: Node | None = self._nodes.get(term)
        if node is None:
            node = BlankNode()
            if isinstance(term, BlankNode):
                node = NamedNode(f"urn:khyber:blank:{node.value}")
            self._nodes[term] = node
            self._terms[node] = term
        return node

    def resource(self, term: NamedNode | BlankNode) -> NamedNode:
        """Return the IRI that stands for a term that is not a literal."""
        node = self.node(term)
        assert isinstance(node, NamedNode), "an IRI stands for every resource"  # noqa: S101
        return node

    def quad(self, triple: Triple) -> Quad:
        """Return the stand-in of a triple, in the default graph."""
        subject, predicate, thing = triple.subject, triple.predicate, triple.object
        return Quad(self.node(subject), predicate, self.node(thing))

    def term(self, node: Term) -> Term:
        """Return the term that something stands for."""
        return self._terms.get(node, node)

    def triple(self, quad: Quad) -> Triple | None:
        """Return the triple a quad stands for; None if its subject is a literal or its predicate blank."""
        subject, predicate = self.term(quad.subject), self.term(quad.predicate)
        if isinstance(subject, Literal | Triple) or not isinstance(predicate, NamedNode):
            return None
        return Triple(subject, predicate, self.term(quad.object))
