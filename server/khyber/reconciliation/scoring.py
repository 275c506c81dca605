"""Scoring: how well a name that is asked for agrees with a name of a node, from 0 to 100.

The two names are laid beside each other word by word, in any order; what counts is the part of both that is
shared, each word by how telling it is (Dice's coefficient over weighted words). A word that names a kind
counts for nothing if the node is of that kind, and much against it if it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from khyber.reconciliation.index import MOST_NAMES, Entry, Index, whole
from khyber.reconciliation.likeness import likeness
from khyber.reconciliation.spelling import HONORIFICS, PARTICLES, Word, words

EXACT = 100.0
LIKE = 98.0
"""The best score of a name that is not written in the same way."""

ACRONYM = 80.0
OTHER_KIND = 0.7
OTHER_ORDER = {True: 0.98, False: 0.85}
"""What another order of the words is worth in short names, and in long ones, where it makes another sense."""

_SHORT_NAME = 4

LONG_SKELETON = 4
"""From how many consonants on names that share all of them are compared as a whole."""


@dataclass(frozen=True)
class Asked:
    """A name that is asked for, with what the index found for each of its words."""

    words: tuple[Word, ...]
    like: tuple[Mapping[int, float], ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, index: Index, name: str) -> Asked:
        """Look up the words of a name."""
        found = words(name)
        like = tuple(index.like(word) for word in found)
        weights = tuple(index.weight(word, near) for word, near in zip(found, like, strict=True))
        return cls(found, like, weights)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Give the words as they are written."""
        return tuple(word.plain for word in self.words)

    @cached_property
    def whole(self) -> Word:
        """Give the name as one word."""
        return whole(self.words)


@dataclass(frozen=True)
class Score:
    """How well a name agrees; ``is_certain`` is False where something in it speaks against the node."""

    value: float
    name: str
    is_certain: bool


def found_entries(index: Index, asked: Asked) -> list[int]:
    """Give the entries to compare a name with."""
    together = index.by_whole.get(asked.whole.skeleton or asked.whole.fold, ())
    exact = [*index.by_text.get(asked.key, ()), *together[:MOST_NAMES]]
    return list(dict.fromkeys([*exact, *index.candidates(asked.like)]))


def score(index: Index, asked: Asked, place: int) -> Score:
    """Score the name of a node that has this place in the index."""
    entry = index.entries[place]
    types = index.catalogue.entities[entry.entity].types
    key = tuple(index.vocabulary[number].plain for number in entry.words)
    if key == asked.key:
        value = ACRONYM if entry.is_acronym else EXACT
        return Score(value * entry.factor, entry.text, not entry.is_acronym)
    if entry.is_acronym:
        return Score(0.0, entry.text, is_certain=False)
    found = _aligned(index, asked, entry, types)
    same = _together(asked, index.wholes[place], len(entry.words))
    if LIKE * entry.factor * same > found.value:
        return Score(LIKE * entry.factor * same, entry.text, is_certain=True)
    return found


def _together(asked: Asked, other: Word, count: int) -> float:
    """Give how like two names are as one word each: for names that are divided into words in another way."""
    one = asked.whole
    if one.fold == other.fold:
        return 1.0
    sounds_alike = len(one.skeleton) >= LONG_SKELETON and one.skeleton == other.skeleton
    return likeness(one, other) if sounds_alike and len(asked.words) != count else 0.0


def _aligned(index: Index, asked: Asked, entry: Entry, types: tuple[str, ...]) -> Score:
    pairs, left, free = _paired(asked, entry.words)
    factor, certain = entry.factor, True
    theirs = sum(index.weights[number] for number in entry.words)
    own = shared = 0.0
    for at, weight in enumerate(asked.weights):
        if at not in left:
            own += weight
            continue
        word = asked.words[at]
        agrees = index.kind_words.agree(word.plain, types)
        if agrees:
            continue
        own += weight
        if agrees is False:
            factor *= OTHER_KIND
        if word.plain not in PARTICLES and word.plain not in HONORIFICS:
            certain = False
    for number in free:
        if index.kind_words.agree(index.vocabulary[number].plain, types):
            theirs -= index.weights[number] / 2
    for at, number, same in pairs:
        shared += same * (asked.weights[at] + index.weights[number]) / 2
    if not shared:
        return Score(0.0, entry.text, is_certain=False)
    order = _places(index, pairs, entry.words)
    if order != sorted(order):
        factor *= OTHER_ORDER[len(order) < _SHORT_NAME]
    return Score(LIKE * factor * 2 * shared / (own + theirs), entry.text, certain)


def _paired(asked: Asked, numbers: Sequence[int]) -> tuple[list[tuple[int, int, float]], set[int], list[int]]:
    """Pair the words of two names, the most alike first; give also those of each that are left."""
    possible = sorted(
        (-same, at, number)
        for at, like in enumerate(asked.like)
        for number in set(numbers)
        if (same := like.get(number, 0.0))
    )
    left, free = set(range(len(asked.words))), list(numbers)
    pairs: list[tuple[int, int, float]] = []
    for same, at, number in possible:
        if at in left and number in free:
            left.discard(at)
            free.remove(number)
            pairs.append((at, number, -same))
    return pairs, left, free


def _places(index: Index, pairs: Sequence[tuple[int, int, float]], numbers: Sequence[int]) -> list[int]:
    """Give where in a name the telling words stand, in the order in which those like them are asked for."""
    telling = (number for _, number, _ in sorted(pairs) if index.vocabulary[number].plain not in PARTICLES)
    return [numbers.index(number) for number in telling]
