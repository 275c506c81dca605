"""How a name is written, and what stays of it when the ways of writing it are taken away.

Names from Pashto, Dari, Urdu and Arabic have many Latin spellings: Haibatullah and Hibatullah, Mohammad and
Muhammad, Tehrik and Tehreek. Three keys tell ever less of a word:

- its **plain** form: small letters and digits, no accents, no apostrophes;
- its **fold**: one letter for each sound, long vowels short, ``e`` as ``i`` and ``o`` as ``u``;
- its **skeleton**: the consonants of the fold, and a mark for a vowel at the beginning.

Two spellings with one fold are most probably one name; a common skeleton makes it likely. Arabic script is
first written in Latin letters, without the vowels that it does not write.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LONGEST_NAME = 200
"""How many characters of a name are looked at."""

MOST_WORDS = 24
"""How many words of a name are looked at."""

PARTICLES = frozenset(
    (
        *("a", "an", "and", "as", "at", "between", "by", "for", "from", "in", "of", "on", "or", "the"),
        *("to", "with"),
        *("al", "da", "de", "e", "el", "i", "u", "ud", "ul", "ur", "ye"),
    )
)
"""Words that join others and tell next to nothing: English ones, the article, and the izafat."""

HONORIFICS = frozenset(
    (
        *("dr", "gen", "general", "lt", "maj", "mr", "mrs", "ms", "prof", "sir"),
        *("hafiz", "haji", "janab", "maulana", "maulvi", "mawlawi", "mawlawy", "mufti", "mulla", "mullah"),
        *("qari", "sahib", "shaikh", "sheikh"),
    )
)
"""Words before or behind a person's name that say how, not who."""

_ARABIC = str.maketrans(
    {
        "ا": "a", "آ": "a", "أ": "a", "إ": "i", "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ټ": "t", "ث": "s",
        "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "څ": "ts", "ځ": "z", "د": "d", "ڈ": "d", "ډ": "d",
        "ذ": "z", "ر": "r", "ړ": "r", "ڑ": "r", "ز": "z", "ژ": "zh", "ږ": "g", "س": "s", "ش": "sh", "ښ": "kh",
        "ص": "s", "ض": "z", "ط": "t", "ظ": "z", "ع": "a", "غ": "gh", "ف": "f", "ق": "q", "ک": "k", "ك": "k",
        "ګ": "g", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ں": "n", "ڼ": "n", "و": "w", "ؤ": "w", "ه": "h",
        "ہ": "h", "ھ": "h", "ة": "h", "ۀ": "h", "ی": "y", "ي": "y", "ې": "y", "ے": "y", "ۍ": "y", "ئ": "y",
        "ى": "a", "ء": "", "ٔ": "", "ـ": "", "\u200c": "",
    }
)  # fmt: skip
"""Letters of Urdu, Pashto, Dari and Arabic in Latin letters, as they are commonly romanised."""

_ALLAH = re.compile(r"\b(?:ا?ل?ل[ل]?ه|الله|اللہ|ﷲ)\b")
_FINAL_H = re.compile(r"(?<=\w)[هہة]$")
_UNSEEN = "ـ\u200c\u200d"
_IS_ARABIC = re.compile(r"[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")
_APOSTROPHES = re.compile(r"['’‘ʼʿʾ`´]")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]+")
_QUALIFIER = re.compile(r"\s*\([^()]*\)\s*$")

_FOLDING = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^p([aou])sht", r"p\1kht"),  # Pashtun, Pakhtun
        (r"ndz", "nz"),  # Akhundzada, Akhunzada
        (r"kh", "x"),
        (r"sh", "$"),
        (r"ch", "%"),
        (r"ph", "f"),
        (r"gh", "g"),
        (r"ck|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"ee|ie(?!$)|ei|ai|ae|ay(?![aeiou])|ey(?![aeiou])", "i"),
        (r"oo|ou|au|aw(?=l)", "u"),
        (r"(?<=.)y(?![aeiou])", "i"),
        (r"e", "i"),
        (r"o", "u"),
        (r"w", "v"),
        (r"iyi$", "i"),  # Türkiye
        (r"(.)\1+", r"\1"),
        (r"(?<=[aiu])h$", ""),
    )
)
_DROPPED = re.compile(r"[aiuhyv]")


@dataclass(frozen=True)
class Word:
    """A word of a name by its three keys; ``skeleton`` is empty where it tells too little to go by."""

    plain: str
    fold: str
    skeleton: str

    @property
    def is_number(self) -> bool:
        """Say whether there is a digit in it: such words are the same or they are not."""
        return bool(_DIGIT.search(self.plain))


def words(name: str) -> tuple[Word, ...]:
    """Give the words of a name, at most ``MOST_WORDS`` of its first ``LONGEST_NAME`` characters."""
    return tuple(_word(found, is_arabic=arabic) for found, arabic in _split(name[:LONGEST_NAME]))


def plain(name: str) -> str:
    """Give a name in small letters without accents and signs, one space between its words."""
    return " ".join(found for found, _ in _split(name[:LONGEST_NAME]))


def unqualified(name: str) -> str:
    """Give a name without what stands in brackets at its end to tell it from its namesakes."""
    return _QUALIFIER.sub("", name)


def _split(name: str) -> list[tuple[str, bool]]:
    """Give the words of a name in their plain form, and whether each was written in Arabic script."""
    text = name
    if "." in text:
        text = _DOTTED.sub(lambda found: found[0].replace(".", ""), text)
    if text.isascii():
        return [(found, False) for found in _words_of(text)]
    text = unicodedata.normalize("NFKD", _ALLAH.sub("ula", unicodedata.normalize("NFKC", text)))
    text = "".join(letter for letter in text if not unicodedata.combining(letter) and letter not in _UNSEEN)
    return [(_in_latin(found), bool(_IS_ARABIC.search(found))) for found in _words_of(text)]


def _words_of(text: str) -> list[str]:
    return _WORD.findall(_APOSTROPHES.sub("", text).casefold())[:MOST_WORDS]


def _in_latin(word: str) -> str:
    return _FINAL_H.sub("a", word).translate(_ARABIC).replace("ı", "i")


@lru_cache(maxsize=16_384)
def _word(text: str, *, is_arabic: bool) -> Word:
    fold = folded(text, doubles=is_arabic)
    return Word(text, fold, skeleton(fold))


def folded(text: str, *, doubles: bool = False) -> str:
    """Give the fold of a word in its plain form; ``doubles`` keeps letters that stand twice."""
    if _DIGIT.search(text):
        return text
    for pattern, replacement in _FOLDING:
        if not (doubles and replacement == r"\1"):
            text = pattern.sub(replacement, text)
    return text


def skeleton(fold: str) -> str:
    """Give the skeleton of a fold, or nothing where it would have fewer than three consonants."""
    if not fold or not fold.isascii() or _DIGIT.search(fold):
        return ""
    first = "a" if fold[0] in "aiu" else fold[0]
    rest = _DROPPED.sub("", fold[1:]).replace("x", "k")
    key = first.replace("x", "k") + rest
    return key if len(key) >= 3 else ""


def joined(parts: Iterable[Word]) -> Word:
    """Give the word that words make when they are written together."""
    found = tuple(parts)
    fold = "".join(word.fold for word in found)
    return Word("".join(word.plain for word in found), fold, skeleton(fold))
