"""Validation of a change of a published graph: only the nodes that it touches, in the graph around them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pyoxigraph import NamedNode, Triple

from khyber.rdf.terms import Term
from khyber.validation.asserted import Asserted, AssertedGraph
from khyber.validation.findings import Report
from khyber.validation.focus import Reach
from khyber.validation.shacl import Validator
from khyber.validation.terms import to_rdflib


class ChangeValidator:
    """Shapes compiled once, for many changes, one at a time; raises InputError for a shape it cannot use.

    The verdict is that of a validation of the whole graph after the change
    (:meth:`khyber.validation.shacl.Validator.validate`), if the graph conforms before it: its findings are
    all those that the change can have brought about.
    """

    def __init__(self, ontology: Iterable[Triple], shapes: Iterable[Triple]) -> None:
        ontology, shapes = list(ontology), list(shapes)
        self.reach = Reach(shapes, ontology)
        self._validator = Validator(ontology, shapes)
        self._neighbourhood = self._validator.neighbourhood()

    def validate(
        self, graph: AssertedGraph, added: Collection[Triple], removed: Collection[Triple]
    ) -> Report:
        """Judge what becomes of the asserted triples by a change that is not made in ``graph`` yet.

        ``added`` are not asserted yet; ``removed`` are, and are named as the store writes them.
        """
        after = Asserted(graph, added, removed)
        focus = {
            to_rdflib(shape): [to_rdflib(node) for node in nodes if self._is_judged(node, after)]
            for shape, nodes in self.reach.focus(graph, added, removed).items()
        }
        with self._neighbourhood.around(after) as around:
            return self._validator.validate_shapes(around, focus)

    def _is_judged(self, node: Term, after: Asserted) -> bool:
        is_term = isinstance(node, NamedNode) and self._validator.is_term(to_rdflib(node))
        return not is_term or next(after.about(node), None) is not None
