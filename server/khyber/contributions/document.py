"""A document that a contributor gave: what it states, and where in it each statement stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from pyoxigraph import Triple

from khyber.contributions.patch import Patch
from khyber.errors import Location
from khyber.rdf.namespaces import PREFIXES
from khyber.rdf.spans import Place, Places, places
from khyber.validation.findings import Finding
from khyber.validation.names import text_of

_NAMES_IN_PATH = re.compile(r"\^?\s*(?:<(?P<iri>[^<>]*)>|(?P<prefix>[A-Za-z][\w-]*):(?P<local>[\w-]+))")
"""The properties in a SPARQL path, as findings write it: ``^khyber:alleges``, ``(khyber:a|<iri>)``."""


class Origin(Protocol):
    """Where the statements of a document stand; they are counted from 0, removals after additions."""

    def subject(self, number: int) -> Location:
        """Give the place of the subject of a statement."""

    def predicate(self, number: int) -> Location:
        """Give the place of the predicate of a statement."""

    def object(self, number: int) -> Location:
        """Give the place of the object of a statement."""

    def vacant(self, subject: str, path: str) -> Location | None:
        """Give the place where a value of a property could stand that the document leaves out, if any."""


@dataclass(frozen=True)
class Nowhere:
    """The origin of statements whose syntax tells no places (JSON-LD, RDF/XML): the document alone."""

    source: str

    def subject(self, number: int) -> Location:  # noqa: ARG002 - the protocol's
        """Give the document."""
        return Location(self.source)

    predicate = subject
    object = subject

    def vacant(self, subject: str, path: str) -> Location | None:  # noqa: ARG002 - the protocol's
        """Know of none."""
        return None


@dataclass(frozen=True)
class TextOrigin:
    """The origin of statements in a Turtle, TriG, N-Triples or N-Quads text, or the rows of an RDF Patch.

    ``count`` is how many statements the parser found in the text. ``numbers`` gives for each statement of the
    document its number in the text, where these differ.
    """

    source: str
    text: str
    count: int
    numbers: tuple[int, ...] | None = None

    @cached_property
    def _places(self) -> Places | None:
        found = places(self.text)
        return found if found is not None and len(found) == self.count else None

    def subject(self, number: int) -> Location:
        """Give line and column of the subject."""
        return self._location(number, Places.subject)

    def predicate(self, number: int) -> Location:
        """Give line and column of the predicate."""
        return self._location(number, Places.predicate)

    def object(self, number: int) -> Location:
        """Give line and column of the object."""
        return self._location(number, Places.object)

    def vacant(self, subject: str, path: str) -> Location | None:  # noqa: ARG002 - the protocol's
        """Know of none: in a text a missing statement has no place."""
        return None

    def _location(self, number: int, role: Callable[[Places, int], Place]) -> Location:
        if self._places is None:
            return Location(self.source)
        place = role(self._places, number if self.numbers is None else self.numbers[number])
        return Location(self.source, place.line, place.column)


@dataclass(frozen=True)
class Document:
    """What a document states, in its order, and what it takes back (RDF Patch).

    ``findings`` are what can be said of a table before any shape is asked: unknown columns, unreadable cells
    and required cells without a value. They belong into the report on the document.
    """

    name: str
    media_type: str
    triples: tuple[Triple, ...]
    removed: tuple[Triple, ...] = ()
    findings: tuple[Finding, ...] = ()
    origin: Origin = field(default=Nowhere(""), repr=False, compare=False)

    @property
    def patch(self) -> Patch:
        """Give what the document asks for."""
        return Patch.of(self.triples, self.removed)

    def describes(self, subject: str) -> bool:
        """Tell whether the document states anything about a node, rather than only mentioning it."""
        return subject in self._index.subjects

    def locate(self, subject: str, path: str | None = None, value: str | None = None) -> Location | None:
        """Say where the document speaks of what a finding is about; None if it does not speak of it.

        ``subject``, ``path`` and ``value`` are written as in a Finding: an IRI bare, a literal as in Turtle,
        a property's IRI or a SPARQL path. The first of these that there is: the object of that very
        statement; the object of a statement with that subject and property; the place where such an object is
        missing (a cell); the subject's first statement; its first mention as a value.
        """
        for predicate, inverse in _properties(path):
            found = self._object(subject, predicate, value, inverse=inverse)
            if found:
                return found
        for predicate, inverse in _properties(path):
            vacant = None if inverse else self.origin.vacant(subject, predicate)
            if vacant:
                return vacant
        first = self._index.subjects.get(subject)
        if first is not None:
            return self.origin.subject(first)
        mentioned = self._index.objects.get(subject)
        return None if mentioned is None else self.origin.object(mentioned)

    def _object(self, subject: str, predicate: str, value: str | None, *, inverse: bool) -> Location | None:
        index = self._index
        if inverse:
            number = index.inverse.get((subject, predicate))
            return None if number is None else self.origin.object(number)
        number = index.statements.get((subject, predicate, value or ""))
        if number is None:
            number = index.properties.get((subject, predicate))
            if number is not None and value == predicate:  # the property itself is what is wrong
                return self.origin.predicate(number)
        return None if number is None else self.origin.object(number)

    @cached_property
    def _index(self) -> _Index:
        return _Index.of((*self.triples, *self.removed))


@dataclass(frozen=True)
class _Index:
    """The number of the first statement with given terms, the terms written as in a Finding."""

    statements: dict[tuple[str, str, str], int]
    properties: dict[tuple[str, str], int]
    inverse: dict[tuple[str, str], int]
    subjects: dict[str, int]
    objects: dict[str, int]

    @classmethod
    def of(cls, triples: tuple[Triple, ...]) -> _Index:
        index = cls({}, {}, {}, {}, {})
        for number, triple in enumerate(triples):
            subject, value = text_of(triple.subject), text_of(triple.object)
            predicate = triple.predicate.value
            index.statements.setdefault((subject, predicate, value), number)
            index.properties.setdefault((subject, predicate), number)
            index.inverse.setdefault((value, predicate), number)
            index.subjects.setdefault(subject, number)
            index.objects.setdefault(value, number)
        return index


def _properties(path: str | None) -> Iterator[tuple[str, bool]]:
    """Give the properties that a path names, each with whether it is followed backwards."""
    if path is None:
        return
    if path.startswith(("http://", "https://", "urn:")):
        yield path, False
        return
    for match in _NAMES_IN_PATH.finditer(path):
        iri = match["iri"] or PREFIXES.get(match["prefix"] or "", "") + (match["local"] or "")
        yield iri, match[0].startswith("^")
