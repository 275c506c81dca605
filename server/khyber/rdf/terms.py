"""What stands in the place of a subject, predicate or object."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Term = NamedNode | BlankNode | Literal | Triple
"""An RDF 1.2 term."""
