"""Matching the bodies of grounded rules in a store, one atom after the other."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Store

from khyber.reasoning.encoding import Encoded, is_literal
from khyber.reasoning.grounding import SAME, Atom, GroundRule, Plan, Slot

Slots = list[NamedNode | None]
"""What each variable of a rule is bound to."""


class Matcher:
    """Looks up atoms in a store whose graphs together are what holds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._has_equality: bool | None = None

    def forget_equality(self) -> None:
        """Look anew whether anything is the same as something: most graphs have no owl:sameAs at all."""
        self._has_equality = None

    def holds(self, triple: Encoded) -> bool:
        """Tell whether a triple stands in any graph of the store."""
        return next(self._store.quads_for_pattern(*triple, None), None) is not None

    def matches(self, plan: Plan, triple: Encoded) -> Iterator[Slots]:
        """Give the bindings under which a rule fires, entered through a triple; copy one to keep it."""
        if plan.rule.body[0][1] == SAME and not self._equality():
            return
        slots: Slots = [None] * plan.rule.variables
        if _unify(plan.entry, triple, slots):
            yield from self._allowed(plan.rule, self._rest(plan.rest, slots))

    def solutions(self, rule: GroundRule) -> Iterator[Slots]:
        """Give every binding under which a rule fires."""
        slots: Slots = [None] * rule.variables
        yield from self._allowed(rule, self._rest(rule.body, slots))

    @staticmethod
    def filled(atom: Atom, slots: Slots) -> Encoded:
        """Put what is bound into an atom."""
        subject, predicate, thing = (_value(slot, slots) for slot in atom)
        assert subject is not None, "every variable of a head stands in the body"  # noqa: S101
        assert predicate is not None, "every variable of a head stands in the body"  # noqa: S101
        assert thing is not None, "every variable of a head stands in the body"  # noqa: S101
        return subject, predicate, thing

    def _equality(self) -> bool:
        if self._has_equality is None:
            found = self._store.quads_for_pattern(None, SAME, None, None)
            self._has_equality = next(found, None) is not None
        return self._has_equality

    def _allowed(self, rule: GroundRule, found: Iterator[Slots]) -> Iterator[Slots]:
        for slots in found:
            if rule.distinct and slots[rule.distinct[0]] == slots[rule.distinct[1]]:
                continue
            if any(is_literal(node) for number in rule.nodes if (node := slots[number]) is not None):
                continue
            yield slots

    def _rest(self, atoms: tuple[Atom, ...], slots: Slots) -> Iterator[Slots]:
        if not atoms:
            yield slots
            return
        atom, rest = atoms[0], atoms[1:]
        subject, predicate, thing = (_value(slot, slots) for slot in atom)
        for quad in self._store.quads_for_pattern(subject, predicate, thing, None):
            bound = [slot for slot in atom if isinstance(slot, int) and slots[slot] is None]
            found = (quad.subject, quad.predicate, quad.object)
            if _unify(atom, found, slots):  # type: ignore[arg-type]  # every term is written as an IRI
                yield from self._rest(rest, slots)
            for slot in bound:
                slots[slot] = None


def _value(slot: Slot, slots: Slots) -> NamedNode | None:
    return slots[slot] if isinstance(slot, int) else slot


def _unify(atom: Atom, triple: Encoded, slots: Slots) -> bool:
    """Bind the variables of an atom to the terms of a triple; False (and some bound) where they differ."""
    for slot, term in zip(atom, triple, strict=True):
        if isinstance(slot, int):
            if slots[slot] is None:
                slots[slot] = term
            elif slots[slot] != term:
                return False
        elif slot != term:
            return False
    return True
