"""The text of a document: UTF-8 without NUL, whatever its syntax."""

from __future__ import annotations

from pathlib import Path

from khyber.contributions.bounds import location_in
from khyber.errors import InputError
from khyber.rdf.reading import decoded


def text_of_bytes(data: bytes, name: str) -> str:
    """Decode a document without its byte order mark; raise FileUnreadable where it is not UTF-8.

    Raises InputError for a NUL character: no syntax has a place for one, and readers differ about it.
    """
    text = decoded(data, Path(name))
    nul = text.find("\0")
    if nul >= 0:
        raise InputError(
            "The document holds a NUL character.",
            location=location_in(text, nul, name),
            remedy="Save it as text in UTF-8.",
        )
    return text
