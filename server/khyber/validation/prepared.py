"""A graph that parses each SPARQL text once.

pySHACL asks the text of an ``sh:sparql`` rule anew for every focus node; parsing it takes 95 % of a
validation's time.
"""

from __future__ import annotations

from typing import Any

from rdflib import Graph
from rdflib.namespace import NamespaceManager
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from khyber.errors import InputError


class FullNames(NamespaceManager):
    """Names of nodes in full.

    pySHACL writes every result out as a text, those of nested shapes too, which nobody reads; shortening the
    names in them takes a tenth of the time of judging a few nodes.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph, bind_namespaces="none")

    def bind(self, *_args: Any, **_options: Any) -> None:
        """Bind nothing."""

    def normalizeUri(self, rdfTerm: str) -> str:  # noqa: N802, N803 - rdflib's names
        """Write an IRI in full."""
        return f"<{rdfTerm}>"


class PreparedGraph(Graph):
    """An rdflib graph in memory that keeps the prepared form of each query it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.namespace_manager = FullNames(self)
        self._prepared: dict[str, Query] = {}

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:
        """Answer a query as :meth:`rdflib.Graph.query` does, from the prepared form of its text."""
        if isinstance(query_object, str):
            query_object = self._prepare(query_object)
        return super().query(query_object, *args, **kwargs)

    def _prepare(self, text: str) -> Query:
        if text not in self._prepared:
            try:
                self._prepared[text] = prepareQuery(text, initNs=dict(self.namespaces()))
            except Exception as error:  # rdflib raises what its parser raises, and plain Exceptions besides
                raise InputError(
                    f"The query of an sh:sparql rule cannot be parsed: {error}", remedy=f"Mend it:\n{text}"
                ) from error
        return self._prepared[text]
