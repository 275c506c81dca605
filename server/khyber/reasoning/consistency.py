"""Contradictions in a closure: what its axioms forbid and it says all the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolution, QuerySolutions, Store, Triple

from khyber.rdf.namespaces import PREFIXES, RDFS, SKOS, XSD
from khyber.rdf.terms import Term
from khyber.reasoning.false_rules import FALSE_RULES, FalseRule

_LABELS = (NamedNode(f"{SKOS}prefLabel"), NamedNode(f"{RDFS}label"))
_LANGUAGES = ("en", None)
"""The languages a label is taken from, the better first; then any."""


@dataclass(frozen=True, order=True)
class Inconsistency:
    """One contradiction: the rule of OWL 2 RL it breaks, the node it is about, and what is wrong in English.

    ``focus`` is an IRI, or ``_:`` and an identifier for a blank node.
    """

    rule: str
    focus: str
    detail: str


def inconsistencies(closure: Iterable[Triple]) -> list[Inconsistency]:
    """Return the contradictions in a graph that holds its inferences (input and inferred triples together).

    Sorted by rule, focus and detail; an empty list means that no OWL 2 RL/RDF rule derives *false*.
    """
    store = Store()
    store.bulk_extend(Quad(triple.subject, triple.predicate, triple.object) for triple in closure)
    return inconsistencies_in(store, FALSE_RULES)


def inconsistencies_in(store: Store, rules: Iterable[FalseRule]) -> list[Inconsistency]:
    """Return the contradictions by some rules, among the triples in the default graph of a store."""
    names = _Names(store)
    found: dict[tuple[str, frozenset[str]], Inconsistency] = {}
    for rule in rules:
        solutions = store.query(rule.query)
        assert isinstance(solutions, QuerySolutions), "a SELECT gives solutions"  # noqa: S101
        variables = _variables(rule)
        for solution in solutions:
            terms = {variable: solution[variable] for variable in variables}
            case = rule.name, frozenset(str(term) for term in terms.values())
            told = _tell(rule, solution, terms, names)
            found[case] = min(told, found.get(case, told))
    return sorted(found.values())


def _variables(rule: FalseRule) -> list[str]:
    """Return the variables that the message of a rule names."""
    return [variable for _, variable, _, _ in Formatter().parse(rule.message) if variable]


def _tell(rule: FalseRule, solution: QuerySolution, terms: dict[str, Any], names: _Names) -> Inconsistency:
    focus = solution[rule.focus]
    iri = focus.value if isinstance(focus, NamedNode) else str(focus)
    named = {variable: names.name(term) for variable, term in terms.items()}
    return Inconsistency(rule.name, iri, rule.message.format(**named))


@dataclass(frozen=True)
class _Name:
    """A name that a message can put an article before: ``{name:a}``."""

    text: str
    is_label: bool

    def __format__(self, spec: str) -> str:
        if spec != "a" or not self.is_label:
            return self.text
        return f"{'an' if self.text[:1].lower() in 'aeiou' else 'a'} {self.text}"


class _Names:
    """What the terms of a graph are called in English."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def name(self, term: Term) -> _Name:
        """Return the label of a term, or its IRI, shortened where a prefix is known."""
        if isinstance(term, Literal):
            return _Name(_value(term), is_label=False)
        if isinstance(term, Triple):
            return _Name(str(term), is_label=False)
        label = self._label(term)
        if label is not None:
            return _Name(label, is_label=True)
        if isinstance(term, BlankNode):
            return _Name(f"{term} (without a name)", is_label=False)
        return _Name(_shortened(term.value), is_label=False)

    def _label(self, term: NamedNode | BlankNode) -> str | None:
        labels = [
            quad.object
            for predicate in _LABELS
            for quad in self._store.quads_for_pattern(term, predicate, None)
            if isinstance(quad.object, Literal)
        ]
        for language in _LANGUAGES:
            for label in sorted(labels, key=str):
                if label.language == language:
                    return label.value
        return min((label.value for label in labels), default=None)


def _value(literal: Literal) -> str:
    if literal.language:
        return f"“{literal.value}”@{literal.language}"
    if literal.datatype.value == f"{XSD}string":
        return f"“{literal.value}”"
    return f"{literal.value} ({_shortened(literal.datatype.value)})"


def _shortened(iri: str) -> str:
    fitting = [(len(space), prefix, space) for prefix, space in PREFIXES.items() if iri.startswith(space)]
    if not fitting:
        return f"<{iri}>"
    _, prefix, space = max(fitting)
    return f"{prefix}:{iri.removeprefix(space)}"
