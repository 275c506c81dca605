"""The seam of reasoning: one method, two implementations, chosen by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from pyoxigraph import Triple

from khyber.errors import UsageError

REASONERS = ("sparql", "owlrl")
"""The names that :func:`reasoner` knows; the first is the default."""


class Reasoner(Protocol):
    """Something that derives what follows from a graph by the OWL 2 RL/RDF rules."""

    def infer(self, triples: Iterable[Triple]) -> set[Triple]:
        """Return what follows from the triples and is not among them.

        What is left out is defined by :func:`khyber.reasoning.comparable.comparable`. Every term of the
        answer is a term of the input or of the RDF, RDFS and OWL vocabularies; literals keep their lexical
        form. The lists and restrictions of the ontology are read from the input, not from what is derived.
        Contradictions raise nothing here: :func:`khyber.reasoning.consistency.inconsistencies` finds them in
        the closure.

        Raises InputError if an RDF list that an axiom names is broken.
        """
        ...


def reasoner(name: str = "sparql") -> Reasoner:
    """Return the reasoner of that name; raises UsageError for an unknown one.

    Only the chosen implementation is imported: rdflib and owlrl take half a second.
    """
    if name == "sparql":
        from khyber.reasoning.seminaive import SparqlReasoner  # noqa: PLC0415

        return SparqlReasoner()
    if name == "owlrl":
        from khyber.reasoning.owlrl_reasoner import OwlrlReasoner  # noqa: PLC0415

        return OwlrlReasoner()
    known = " or ".join(f"'{known}'" for known in REASONERS)
    raise UsageError(f"There is no reasoner called '{name}'.", remedy=f"Use {known}.")
