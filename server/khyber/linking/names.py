"""How near two names are, and how else a name may be written in Latin letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz

MOST_SPELLINGS = 8
"""How many spellings of a node are searched for."""

ALIKE = 0.95
"""From which similarity on two names count as one; Paktika and Paktia, two provinces, are at 0.92."""

_DASHES = re.compile("[\u2010-\u2015\u2212_/-]+")
_MARKS = re.compile(r"[^\w\s]+")
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")
_OF = re.compile(r"^(?:the )?(?P<what>.+?) of (?:the )?(?P<whose>[A-Z].+)$")
_EMPTY_WORDS = {"the", "of", "and", "in", "a"}

_VARIANTS = (
    ("haibat", "hibat"),
    ("akhunzada", "akhundzada"),
    ("mohammad", "muhammad", "mohammed"),
    ("tehrik", "tehreek"),
    ("-i-", "-e-"),
    ("shehbaz", "shahbaz"),
    ("yaqub", "yaqoob"),
    ("defence", "defense"),
    ("daesh", "islamic state"),
)
"""Spellings in which the same word is met in Latin letters."""


def plain(name: str) -> str:
    """Write a name without accents, capitals, dashes and marks, for comparison."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_MARKS.sub(" ", _DASHES.sub(" ", letters)).split())


def similarity(one: str, other: str) -> float:
    """Say how near two names are, from 0 to 1; 1 for names that differ in accents, capitals and marks only.

    Two names that become one by a known transliteration are as near as 0.97. That one name contains the other
    counts for nothing: a part of a thing is often named after the thing.
    """
    first, second = plain(one), plain(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    if _transliterated(first) == _transliterated(second):
        return 0.97
    words = [" ".join(word for word in each.split() if word not in _EMPTY_WORDS) for each in (first, second)]
    nearest = max(fuzz.ratio(first, second), fuzz.token_sort_ratio(*words))
    return round(min(nearest / 100, 0.96), 3)


def nearest(ours: Iterable[str], theirs: Iterable[str]) -> tuple[float, str, str]:
    """Give the similarity of the two names that are nearest, and these; (0, "", "") where there is none."""
    known = list(theirs)
    pairs = ((similarity(one, other), one, other) for one in ours for other in known)
    return max(pairs, key=lambda pair: pair[0], default=(0.0, "", ""))


def spellings(names: Iterable[str], *, is_person: bool) -> list[str]:
    """Give the spellings under which to search, the names themselves first, each once."""
    given = [_IN_BRACKETS.sub("", name).strip() for name in names]
    found = list(given)
    for name in given:
        turned = _OF.match(name)
        if turned:
            found.append(f"{turned['whose']} {turned['what']}")
        found += _other_spellings(name)
    if is_person:
        found += (name.split()[-1] for name in given if len(name.split()) > 1)
    return [name for name in dict.fromkeys(found) if len(name) > 1][:MOST_SPELLINGS]


def _other_spellings(name: str) -> Iterator[str]:
    """Write a name with one word, then with all words, as they are met elsewhere."""
    every = name
    for forms in _VARIANTS:
        present = next((form for form in forms if form in every.casefold()), None)
        for form in forms:
            if present and form != present:
                yield _replaced(name, present, form)
        if present:
            every = _replaced(every, present, next(form for form in forms if form != present))
    if every != name:
        yield every


def _replaced(name: str, old: str, new: str) -> str:
    def as_written(match: re.Match[str]) -> str:
        return new.title() if match[0][:1].isupper() else new

    return re.sub(re.escape(old), as_written, name, flags=re.IGNORECASE)


def _transliterated(name: str) -> str:
    for forms in _VARIANTS:
        for form in forms[1:]:
            name = name.replace(plain(form), plain(forms[0]))
    return name
