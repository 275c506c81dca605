"""How like two words are, and which words of other languages and forms stand for the same."""

from __future__ import annotations

from rapidfuzz.distance import OSA

from khyber.reconciliation.spelling import Word, folded

LEAST = 0.8
"""Words that are less like each other are other words: Paktia and Paktika are .86, north and south .60."""

SHORTEST_WITH_ERRORS = 4
"""Words of fewer letters are the same, or they are not."""

SHORTEST_COMPARED = 3
"""Words whose folds are shorter are never like another."""

_SAME_FOLD = 0.985
_DEMONYM = 0.95
_SKELETON = 0.65

_DEMONYMS = {
    folded(people): folded(country)
    for people, country in (
        ("afghan", "afghanistan"),
        ("pakistani", "pakistan"),
        ("iranian", "iran"),
        ("indian", "india"),
        ("chinese", "china"),
        ("russian", "russia"),
        ("turkish", "turkey"),
        ("qatari", "qatar"),
        ("saudi", "saudia"),
    )
}


def of_country(fold: str) -> str:
    """Give the fold of the country whose people or things a word names, or the word itself."""
    return _DEMONYMS.get(fold, fold)


def likeness(one: Word, other: Word) -> float:
    """Give how like two words are, from 0 to 1; below ``LEAST`` they have nothing to do with each other."""
    if one.plain == other.plain or one.is_number or other.is_number:
        return float(one.plain == other.plain)
    if one.fold == other.fold:
        return _SAME_FOLD
    if of_country(one.fold) == of_country(other.fold):
        return _DEMONYM
    shortest = min(len(one.fold), len(other.fold))
    same = OSA.normalized_similarity(one.fold, other.fold) if shortest >= SHORTEST_COMPARED else 0.0
    if one.skeleton and one.skeleton == other.skeleton:
        return max(same, _SKELETON + (1 - _SKELETON) * same)
    return same
