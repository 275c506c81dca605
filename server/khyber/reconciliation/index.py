"""The index: from the words of a name to the names that have words like them.

The words of all names make the vocabulary, which is much smaller than the names. A word that is asked for is
looked up in it: as it is written, by its fold, by its skeleton, and by the number of letters that have to be
changed (rapidfuzz, over the folds of about its length). Then the names that have the words found are ranked
by how telling these words are. What a word was found to be like is kept, within bounds.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from rapidfuzz import process
from rapidfuzz.distance import OSA

from khyber.reconciliation.catalogue import Catalogue
from khyber.reconciliation.kinds import KindWords
from khyber.reconciliation.likeness import LEAST, SHORTEST_WITH_ERRORS, likeness, of_country
from khyber.reconciliation.spelling import HONORIFICS, PARTICLES, Word, joined, unqualified, words

KEPT_WORDS = 10_000
"""For how many words it is kept what they are like."""

MOST_NAMES = 60
"""How many names are compared with the one that is asked for."""

COMMON = 400
"""Words of more names than this tell so little that they do not bring names up, if others do."""

_ALIAS, _UNQUALIFIED = 0.99, 0.98
"""What the score of an alias is multiplied by, and that of a name without what tells it from namesakes."""

_PARTICLE, _LEAST_WEIGHT = 0.05, 0.25

_HONORIFIC, _UNASKED_HONORIFIC = 0.1, 0.5
"""What an honorific tells in a name that is asked for, and in one that is asked for without it: Mr Asif may
be found by Asif, and is not the same."""
_MOST_LIKE = 12
_ROUNDING = 0.001
_JOINERS = PARTICLES - {"al", "el", "ud", "ul", "ur"}
"""The particles that are not written together with the words beside them."""


_NODES_AT_ONCE = 16
"""How many nodes are indexed before others may go on."""


def at_once() -> None:
    """Give way to nobody."""


@dataclass(frozen=True)
class Entry:
    """A name in the index: whose it is, its words by their numbers, and what kind of name it is.

    ``factor`` is what the score of a name is multiplied by: a little less than 1 for an alias, and for a name
    without what tells it from its namesakes.
    """

    entity: str
    text: str
    words: tuple[int, ...]
    factor: float = 1.0
    is_acronym: bool = False


class Index:
    """Names by their words; made once for a version, and not changed but for what it keeps."""

    def __init__(self, catalogue: Catalogue, give_way: Callable[[], None] = at_once) -> None:
        """Index the names of a catalogue; ``give_way`` is called after every few nodes."""
        self.catalogue = catalogue
        self.kind_words = KindWords.of(catalogue.classes)
        self.vocabulary: list[Word] = []
        self.entries: list[Entry] = []
        self._numbers: dict[Word, int] = {}
        self._postings: list[array[int]] = []
        self._kept: OrderedDict[str, Mapping[int, float]] = OrderedDict()
        self._lock = Lock()
        self.by_text: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.by_whole: dict[str, list[int]] = defaultdict(list)
        self.wholes: list[Word] = []
        self.by_item = {entity.item: entity.id for entity in catalogue.entities.values() if entity.item}
        self._places: dict[str, range] = {}
        for number, own in enumerate(catalogue.entities):
            if number % _NODES_AT_ONCE == 0:
                give_way()
            first = len(self.entries)
            for entry, found in self._entries_of(own):
                self._add(entry, found)
            self._places[own] = range(first, len(self.entries))
        self.weights = [self._weight(number) for number in range(len(self.vocabulary))]
        self._common = {
            number: frozenset(posting)
            for number, posting in enumerate(self._postings)
            if len(posting) > COMMON
        }
        self._by_plain = {word.plain: number for number, word in enumerate(self.vocabulary)}
        self._by_fold = _grouped((of_country(word.fold), n) for n, word in enumerate(self.vocabulary))
        self._by_skeleton = _grouped((w.skeleton, n) for n, w in enumerate(self.vocabulary) if w.skeleton)

    def _entries_of(self, entity: str) -> Iterator[tuple[Entry, tuple[Word, ...]]]:
        """Give the names of a node, also without what is in brackets, and behind all of them the initials."""
        seen: set[tuple[Word, ...]] = set()
        bare: list[tuple[str, tuple[Word, ...]]] = []
        for name in self.catalogue.entities[entity].names:
            factor = _ALIAS if name.is_alias else 1.0
            texts = [(name.text, factor)]
            if ")" in name.text:
                texts.append((unqualified(name.text), factor * _UNQUALIFIED))
            for text, worth in texts:
                found = words(text)
                if found and found not in seen:
                    seen.add(found)
                    yield Entry(entity, text, self._numbered(found), worth), found
            bare.append((name.text, found))
        for text, found in bare:
            initials = words(acronym(found))
            if initials and initials not in seen:
                seen.add(initials)
                yield Entry(entity, text, self._numbered(initials), is_acronym=True), initials

    def _numbered(self, found: Sequence[Word]) -> tuple[int, ...]:
        numbers = []
        for word in found:
            number = self._numbers.setdefault(word, len(self.vocabulary))
            if number == len(self.vocabulary):
                self.vocabulary.append(word)
                self._postings.append(array("I"))
            numbers.append(number)
        return tuple(numbers)

    def _add(self, entry: Entry, found: Sequence[Word]) -> None:
        place = len(self.entries)
        self.entries.append(entry)
        for number in set(entry.words):
            self._postings[number].append(place)
        self.by_text[tuple(word.plain for word in found)].append(place)
        together = whole(found)
        self.wholes.append(together)
        if not entry.is_acronym:
            self.by_whole[together.skeleton or together.fold].append(place)

    def of_entity(self, own: str) -> range:
        """Give the places of the entries of a node; none for a node that is not in the index."""
        return self._places.get(own, range(0))

    def _weight(self, number: int) -> float:
        """Give how telling a word is: 1 if one name has it, less the more have it, little for a particle."""
        plain = self.vocabulary[number].plain
        if plain in PARTICLES:
            return _PARTICLE
        if plain in HONORIFICS:
            return _UNASKED_HONORIFIC
        everything = len(self.entries) + 1
        rarity = math.log(1 + everything / len(self._postings[number])) / math.log(1 + everything)
        return max(rarity, _LEAST_WEIGHT)

    def weight(self, word: Word, like: Mapping[int, float]) -> float:
        """Give how telling a word is that is asked for; one that no name has tells as much as can be."""
        if word.plain in PARTICLES:
            return _PARTICLE
        if word.plain in HONORIFICS:
            return _HONORIFIC
        number = self._by_plain.get(word.plain)
        if number is not None:
            return self.weights[number]
        return max((self.weights[number] for number in like), default=1.0)

    def like(self, word: Word) -> Mapping[int, float]:
        """Give the words of the vocabulary that are like a word, by number, with how like they are."""
        with self._lock:
            kept = self._kept.get(word.plain)
            if kept is not None:
                self._kept.move_to_end(word.plain)
                return kept
        found = self._like(word)
        with self._lock:
            self._kept[word.plain] = found
            if len(self._kept) > KEPT_WORDS:
                self._kept.popitem(last=False)
        return found

    def _like(self, word: Word) -> Mapping[int, float]:
        exact = self._by_plain.get(word.plain)
        if word.is_number or word.plain in PARTICLES:
            return {} if exact is None else {exact: 1.0}
        numbers = set(self._by_fold.get(of_country(word.fold), ()))
        if word.skeleton:
            numbers.update(self._by_skeleton.get(word.skeleton, ()))
        if len(word.fold) >= SHORTEST_WITH_ERRORS:
            errors = 1 if len(word.fold) < 9 else 2
            for length in range(len(word.fold) - errors, len(word.fold) + errors + 1):
                folds, places = self._by_length.get(length, ((), ()))
                for _, _, place in process.extract(
                    word.fold,
                    folds,
                    scorer=OSA.normalized_similarity,
                    processor=None,
                    score_cutoff=LEAST - _ROUNDING,
                    limit=_MOST_LIKE,
                ):
                    numbers.add(places[place])
        found = {number: likeness(word, self.vocabulary[number]) for number in numbers}
        ranked = sorted((-same, number) for number, same in found.items() if same >= LEAST)
        return {number: -same for same, number in ranked[:_MOST_LIKE]}

    def beginning_with(self, typed: str, limit: int) -> list[str]:
        """Give the ids of nodes with a name that begins so, then of those with a word that does."""
        found: dict[str, None] = {}
        names = self._sorted
        for later in (False, True):
            at = bisect_left(names, (later, typed, ""))
            while at < len(names) and names[at][0] is later and names[at][1].startswith(typed):
                found.setdefault(names[at][2])
                at += 1
                if len(found) == limit:
                    return list(found)
        return list(found)

    @cached_property
    def _sorted(self) -> list[tuple[bool, str, str]]:
        """Sort all names by how they begin, then by how each later word goes on."""
        found = set()
        for entry in self.entries:
            if not entry.is_acronym:
                written = [self.vocabulary[number].plain for number in entry.words]
                for at, word in enumerate(written):
                    if not at or word not in PARTICLES:
                        found.add((at > 0, " ".join(written[at:]), entry.entity))
        return sorted(found)

    @cached_property
    def _by_length(self) -> dict[int, tuple[list[str], list[int]]]:
        """Group the words with letters alone by the length of their folds."""
        found: dict[int, tuple[list[str], list[int]]] = {}
        for number, word in enumerate(self.vocabulary):
            if not word.is_number and word.plain not in PARTICLES:
                folds, places = found.setdefault(len(word.fold), ([], []))
                folds.append(word.fold)
                places.append(number)
        return found

    def candidates(self, asked: Sequence[Mapping[int, float]], limit: int = MOST_NAMES) -> list[int]:
        """Give the places of entries with words like those asked for, the most promising first."""
        worth: dict[int, float] = {}
        telling = [like for like in asked if any(self.weights[number] > _PARTICLE for number in like)]
        for like in sorted(telling or filter(None, asked), key=self._rarest):
            best: dict[int, float] = {}
            for number, same in like.items():
                gain = self.weights[number] * same
                for place in self._brought_up(number, worth):
                    if gain > best.get(place, 0.0):
                        best[place] = gain
            for place, gain in best.items():
                worth[place] = worth.get(place, 0.0) + gain
        order = sorted(worth, key=lambda place: (-worth[place], len(self.entries[place].words), place))
        return order[:limit]

    def _rarest(self, like: Mapping[int, float]) -> int:
        return min(len(self._postings[number]) for number in like)

    def _brought_up(self, number: int, held: Mapping[int, float]) -> Iterable[int]:
        """Give the entries that a word brings up; a common word only those that others have brought up."""
        everywhere = self._common.get(number)
        if everywhere is None:
            return self._postings[number]
        if not held:
            return self._postings[number][:COMMON]
        return [place for place in held if place in everywhere]


def whole(found: Sequence[Word]) -> Word:
    """Give a name as one word, for names that are divided into words in another way."""
    return joined(word for word in found if word.plain not in _JOINERS)


def acronym(found: Sequence[Word]) -> str:
    """Give the initials of a name of two words or more, or nothing."""
    telling = [word for word in found if word.plain not in PARTICLES]
    if not 2 <= len(telling) <= 6 or any(word.is_number for word in telling):
        return ""
    return "".join(word.plain[0] for word in telling)


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for key, number in pairs:
        found[key].append(number)
    return found
