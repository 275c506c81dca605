"""Words in a name that say what kind of thing is meant: Kandahar Province is not the city of Kandahar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from khyber.reconciliation.catalogue import Term, above
from khyber.reconciliation.spelling import words

_ROOTS = frozenset(("Actor", "Place", "Event", "Situation", "Person", "PeopleGroup", "Office", "Side"))

_OTHERS = {
    "airport": (),
    "agency": (),
    "caliphate": (),
    "district": (),
    "emirate": ("Government",),
    "forces": ("ArmedForce",),
    "group": ("ArmedGroup",),
    "kingdom": ("State",),
    "military": ("ArmedForce",),
    "movement": ("ArmedGroup",),
    "republic": ("State",),
    "river": (),
    "town": ("City",),
    "valley": (),
    "village": (),
}
"""Words that are no label of a class, with the classes that they agree with; none for kinds that we lack."""


@dataclass(frozen=True)
class KindWords:
    """The words that name a kind, in their plain form, with the classes that each agrees with."""

    classes: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, terms: Mapping[str, Term]) -> KindWords:
        """Take the labels of one word of the classes of things with names, and words of our own."""
        found = {word: frozenset(agreeing) for word, agreeing in _OTHERS.items()}
        for term in terms.values():
            label = words(term.label)
            if len(label) == 1 and not _ROOTS.isdisjoint((term.id, *above(term.id, terms))):
                found[label[0].plain] = found.get(label[0].plain, frozenset()) | {term.id}
        return cls(found)

    def agree(self, plain: str, types: tuple[str, ...]) -> bool | None:
        """Say whether a word agrees with the classes of a node; None if it names no kind."""
        agreeing = self.classes.get(plain)
        return None if agreeing is None else not agreeing.isdisjoint(types)
