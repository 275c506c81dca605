"""SPARQL Update and Graph Store writes on the published graph, as patches.

The functions run in a child of the engine, on a store of their own, in which each operation of an update
takes effect before the next one looks. The rules:

- WHERE sees the default graph of the published dataset (unless USING or WITH names another).
- An insertion goes to the graph of the contribution that comes of it: without GRAPH, or into
  ``…/graph/contribution/new``. Into any other graph it is Forbidden. What is asserted already is not added.
- A deletion without GRAPH removes an asserted triple from every graph of data that asserts it. With GRAPH it
  removes it there; Conflict if another graph of data asserts it too, because a patch names no graph.
- The ontology, the shapes and the records of contributions are Forbidden.
- An inferred triple cannot be deleted: NotAsserted, naming premises, unless these are deleted as well.
- What is not there is not deleted, and nobody is told, as SPARQL has it.
- Conclusions stay as they were until the patch is published: a later operation sees those of before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    Store,
    Triple,
)

from khyber.contributions.patch import Patch
from khyber.contributions.updates_syntax import Operation, Solution, operations, selecting
from khyber.engine.base import GraphChange, Update
from khyber.engine.published import APART
from khyber.errors import Conflict, Forbidden, InputError, NotAsserted, QueryRefused
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH
from khyber.rdf.quads import quad_in
from khyber.reasoning.explanation import INFERRED, Explanation
from khyber.validation.asserted import is_asserted
from khyber.validation.names import short, text_of

NEW = NamedNode(CONTRIBUTION_GRAPH + "new")
"""The graph that a writer may name for what is inserted: that of the contribution that comes of it."""

_SHOWN = 3

Write = tuple[Triple, NamedNode | None]
"""A triple and the graph that is named for it, None for the default graph."""


def patch_of_update(store: Store, update: Update) -> Patch:
    """Give what an update asks for; ``store`` is the published dataset, and is changed.

    Raises QuerySyntaxError, QueryRefused, Forbidden, NotAsserted, Conflict, and InputError for blank nodes.
    """
    change = _Change(store)
    for operation in operations(update):
        solutions = list(_solutions(store, operation))
        change.apply(
            (write for solution in solutions for write in operation.delete.filled(solution)),
            (write for solution in solutions for write in operation.insert.filled(solution)),
            operation.graph,
        )
    return change.patch()


def patch_of_graph_change(store: Store, change: GraphChange) -> Patch:
    """Give what a Graph Store request asks for; ``store`` is the published dataset, and is changed.

    POST to the default graph or to ``…/graph/contribution/new``, and PUT of the latter, add triples. Raises
    Forbidden for every other, InputError for blank nodes.
    """
    is_new = change.graph == NEW.value
    if change.kind == "drop" or (change.kind == "replace" and not is_new):
        method = {"drop": "DELETE", "replace": "PUT"}[change.kind]
        where = short(change.graph) if change.graph else "the default graph"
        raise Forbidden(
            f"{method} changes the whole of {where}, and the published graph is changed triple by triple.",
            remedy="Add triples by POST, and remove them by DELETE DATA in an update.",
        )
    graph = NamedNode(change.graph) if change.graph else None
    changed = _Change(store)
    changed.apply((), ((triple, graph) for triple in change.triples), None)
    return changed.patch()


def _solutions(store: Store, operation: Operation) -> Iterator[Solution]:
    if operation.query is None:
        yield {}
        return
    variables = operation.delete.variables | operation.insert.variables
    text = selecting(operation.query, variables)
    try:
        found = _results(store, operation, text)
    except SyntaxError as error:
        raise QueryRefused(
            f"The WHERE clause of the update cannot be read: {error}",
            remedy="Put white space around its operators.",
        ) from None
    if isinstance(found, QueryBoolean):
        if found:
            yield {}
        return
    for row in found:
        values = ((name, row[name]) for name in variables)
        yield {name: value for name, value in values if value is not None}


def _results(store: Store, operation: Operation, text: str) -> QuerySolutions | QueryBoolean:
    if operation.using is not None:
        found = store.query(
            text, default_graph=list(operation.using), named_graphs=list(operation.using_named or ())
        )
    elif operation.graph is not None:
        found = store.query(text, default_graph=[operation.graph])
    else:
        found = store.query(text)
    return cast("QuerySolutions | QueryBoolean", found)


class _Change:
    """What is added and removed so far, with the store as it is thereby."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._scratch = Store()
        self._added: dict[Triple, Triple] = {}
        self._removed: set[Triple] = set()

    def patch(self) -> Patch:
        """Give all of it; a triple that was removed and put back stays as it was.

        What is added is as it was written, what is removed as the store has it: a store rewrites literals.
        """
        added = (written for form, written in self._added.items() if form not in self._removed)
        return Patch.of(added, self._removed - self._added.keys())

    def apply(self, deleted: Iterable[Write], inserted: Iterable[Write], graph: NamedNode | None) -> None:
        """Delete, then insert; ``graph`` is that of writes that name none."""
        inferred = [triple for triple, name in deleted if self._delete(triple, name or graph)]
        self._require_gone(inferred)
        for triple, name in inserted:
            self._insert(triple, name or graph)

    def _delete(self, triple: Triple, graph: NamedNode | None) -> bool:
        """Delete a triple; give True if it is only inferred, and so cannot be deleted by itself."""
        triple = self._form(triple)
        graphs = self._graphs(triple)
        if graph is not None:
            return graph in graphs and self._delete_there(triple, graph, graphs)
        data = {name for name in graphs if is_asserted(name.value)}
        if data:
            self._remove(triple, data)
            return False
        visible = {name for name in graphs if name.value not in APART}
        if visible - {INFERRED}:
            raise _is_fixed(triple, next(iter(visible - {INFERRED})))
        return bool(visible)

    def _delete_there(self, triple: Triple, graph: NamedNode, graphs: set[NamedNode]) -> bool:
        if graph == INFERRED:
            return True
        if not is_asserted(graph.value):
            raise _is_fixed(triple, graph)
        others = sorted(short(name.value) for name in graphs - {graph} if is_asserted(name.value))
        if others:
            raise Conflict(
                f"{_sentence(triple)} stands in {short(graph.value)} and in {' and '.join(others)}.",
                remedy="Leave GRAPH out: a contribution removes it from every graph that asserts it.",
            )
        self._remove(triple, {graph})
        return False

    def _remove(self, triple: Triple, graphs: set[NamedNode]) -> None:
        for graph in graphs:
            self._store.remove(quad_in(triple, graph))
        if graphs - {NEW}:
            self._removed.add(triple)
        self._added.pop(triple, None)
        if not any(name.value not in APART for name in self._graphs(triple)):
            self._store.remove(quad_in(triple, DefaultGraph()))

    def _insert(self, triple: Triple, graph: NamedNode | None) -> None:
        if graph not in {None, NEW}:
            raise Forbidden(
                f"{_sentence(triple)} cannot be inserted into {short(graph.value if graph else '')}.",
                remedy=f"Leave GRAPH out, or name {NEW.value}: what is inserted is a new contribution.",
            )
        if any(isinstance(term, BlankNode) for term in triple):
            raise InputError(
                f"{_sentence(triple)} has a blank node, and a node that others speak of needs a name.",
                remedy="Give it an IRI under https://w3id.org/khyber/id/.",
            )
        form = self._form(triple)
        if any(name != INFERRED and name.value not in APART for name in self._graphs(form)):
            return
        self._added[form] = triple
        self._store.add(quad_in(form, NEW))
        self._store.add(quad_in(form, DefaultGraph()))

    def _require_gone(self, inferred: list[Triple]) -> None:
        """Raise NotAsserted for an inferred triple that still follows from what is left."""
        if not inferred:
            return
        explanation = Explanation(self._store)
        for triple in inferred:
            premises = explanation.premises(triple)
            if premises is not None:
                listed = " and ".join(_sentence(each) for each in premises.triples[:_SHOWN])
                raise NotAsserted(
                    f"{_sentence(triple)} is inferred, not asserted. It follows from: {listed}.",
                    remedy="Delete what is wrong among these instead.",
                )
            if explanation.is_of_ontology(triple):
                raise NotAsserted(
                    f"{_sentence(triple)} is inferred from the ontology.",
                    remedy="Propose the change in the files of ontology/.",
                )

    def _form(self, triple: Triple) -> Triple:
        """Give a triple as a store writes it."""
        if not isinstance(triple.object, Literal):
            return triple
        self._scratch.add(quad_in(triple, DefaultGraph()))
        (quad,) = self._scratch
        self._scratch.remove(quad)
        form: Triple = quad.triple
        return form

    def _graphs(self, triple: Triple) -> set[NamedNode]:
        found = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        return {quad.graph_name for quad in found if isinstance(quad.graph_name, NamedNode)}


def _is_fixed(triple: Triple, graph: NamedNode) -> Forbidden:
    return Forbidden(
        f"{_sentence(triple)} stands in {short(graph.value)}, which contributions do not change.",
        remedy="Propose a change of the ontology or the shapes in their files.",
    )


def _sentence(triple: Triple) -> str:
    return " ".join(short(text_of(term)) for term in triple)
