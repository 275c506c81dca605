"""What a cell of a sheet means: the terms that it stands for, by the column in which it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches

from pyoxigraph import Literal, NamedNode, Store

from khyber.contributions.columns import Column, Kind, folded
from khyber.contributions.tables import CellValue, Formula
from khyber.contributions.templates import SEPARATOR
from khyber.rdf.namespaces import ID, KINDS, RDFS, SKOS, XSD
from khyber.validation.names import short

Lookup = Callable[[str], Collection[str]]
"""Gives the IRIs of the nodes that a text names: by their slug, or exactly by a label."""

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_IRI = re.compile(r"https?://[^\x00-\x20<>\"{}|^`\\]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]*\.[0-9]+")
_TRUTH = {"true": "true", "yes": "true", "false": "false", "no": "false"}
_LABELS = (RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel")


class Unreadable(Exception):
    """A cell cannot be read: the message says why, and what to write instead."""


@dataclass(frozen=True)
class Namer:
    """Finds the nodes that cells name: those of the sheets themselves, and those of the published graph."""

    own: dict[str, list[str]]
    published: Lookup
    _asked: dict[str, list[str]] = field(default_factory=dict)

    def called(self, text: str, kinds: Collection[str]) -> list[str]:
        """Give the IRIs of the nodes of some kinds (of any, if there are none) that a text names, sorted."""
        if text not in self._asked:
            self._asked[text] = sorted({*self.own.get(text, ()), *self.published(text)})
        return [iri for iri in self._asked[text] if not kinds or kind_of(iri) in kinds]


def lookup_in(store: Store) -> Lookup:
    """Look nodes up in a store with named graphs: a few reads for each text, nothing that scans."""

    def named(text: str) -> set[str]:
        found: set[str] = set()
        if SLUG.fullmatch(text):
            nodes = (NamedNode(f"{ID}{kind}/{text}") for kind in KINDS)
            found.update(node.value for node in nodes if any(store.quads_for_pattern(node, None, None, None)))
        for path in _LABELS:
            for label in (Literal(text, language="en"), Literal(text)):
                for quad in store.quads_for_pattern(None, NamedNode(path), label, None):
                    if isinstance(quad.subject, NamedNode):
                        found.add(quad.subject.value)
        return found

    return named


def kind_of(iri: str) -> str:
    """Give the kind of a node under id/, or "" for another IRI."""
    return iri.removeprefix(ID).partition("/")[0] if iri.startswith(ID) else ""


def terms_of(value: CellValue, column: Column, namer: Namer) -> Iterator[NamedNode | Literal]:
    """Give the terms that a cell stands for, several where its column allows it; raise Unreadable."""
    if isinstance(value, Formula):
        raise Unreadable(
            f"The cell holds a formula, {value.text[:40]!r}; formulas are not read. Write the value itself."
        )
    if isinstance(value, str) and column.several:
        for part in value.split(SEPARATOR):
            if part.strip():
                yield _term(part.strip(), column, namer)
    elif value is not None:
        yield _term(value, column, namer)


def slug_of(value: CellValue, kind: str) -> str:
    """Give the slug in an id cell, which may also hold the whole IRI; raise Unreadable."""
    if isinstance(value, Formula):
        raise Unreadable("The id is a formula; formulas are not read. Write the id itself.")
    text = _text(value)
    slug = text.removeprefix(f"{ID}{kind}/").removeprefix(f"{kind}:").removeprefix(f"{kind}/")
    if SLUG.fullmatch(slug):
        return slug
    hint = _slugged(text)
    example = f", such as {hint}" if SLUG.fullmatch(hint) else ""
    raise Unreadable(
        f"{text[:60]!r} is no id. Write lower-case letters and digits with hyphens between{example}."
    )


def _term(value: CellValue, column: Column, namer: Namer) -> NamedNode | Literal:
    if column.kind is Kind.NODE:
        return NamedNode(_node(_text(value), column, namer))
    if column.kind is Kind.CODE:
        return NamedNode(_code(_text(value), column))
    return _LITERALS[column.kind](value)


def _slugged(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _text(value: CellValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return str(value)


def _node(text: str, column: Column, namer: Namer) -> str:
    kinds = column.kinds
    if _IRI.fullmatch(text):
        return text
    kind, _, slug = text.partition(":" if ":" in text else "/")
    if SLUG.fullmatch(slug) and kind in KINDS:
        if kinds and kind not in kinds:
            raise Unreadable(f"{text!r} is of the kind {kind}; here stands {_one_of(kinds)}.")
        return f"{ID}{kind}/{slug}"
    found = namer.called(text, kinds)
    if len(found) == 1:
        return found[0]
    if found:
        raise Unreadable(f"{text!r} names several nodes. Write one of {', '.join(map(short, found[:5]))}.")
    if SLUG.fullmatch(text) and len(kinds) == 1:
        return f"{ID}{kinds[0]}/{text}"
    near = namer.called(_slugged(text), kinds)
    hint = (
        f"Did you mean {short(near[0])}?"
        if near
        else f"Write its slug, as {kinds[0] if kinds else 'actor'}:NAME, or describe it on its own sheet."
    )
    raise Unreadable(f"No {_one_of(kinds) if kinds else 'node'} is called {text[:60]!r}. {hint}")


def _code(text: str, column: Column) -> str:
    names = column.codes_by_name
    iri = names.get(folded(text))
    if iri:
        return iri
    near = get_close_matches(folded(text), names, n=1, cutoff=0.7)
    labels = {iri: label or slug for slug, label, iri in column.codes}
    hint = f"Did you mean {labels[names[near[0]]]}?" if near else f"Use one of: {', '.join(labels.values())}."
    raise Unreadable(f"{text[:60]!r} is not in the list. {hint}")


def _text_literal(value: CellValue) -> Literal:
    return Literal(_text(value))


def _english(value: CellValue) -> Literal:
    return Literal(_text(value), language="en")


def _day(value: CellValue) -> Literal:
    return Literal(_iso(value), datatype=NamedNode(XSD + "date"))


def _iso(value: CellValue) -> str:
    if isinstance(value, datetime):
        if value.time() == datetime.min.time():
            return value.date().isoformat()
    elif isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise Unreadable(f"There is no day {text}. Correct the month or the day.") from None
    raise Unreadable(
        f"{text[:60]!r} is no day. Write it as 2026-02-21; for a month or a year give its first day as the "
        "earliest date and its last day as the latest."
    )


def _number(value: CellValue) -> Literal:
    text = _digits(value)
    if _WHOLE.fullmatch(text):
        return Literal(text, datatype=NamedNode(XSD + "integer"))
    if _DECIMAL.fullmatch(text):
        return Literal(text, datatype=NamedNode(XSD + "decimal"))
    raise Unreadable(
        f"{text[:60]!r} is no number. Write the digits alone, without unit or thousands separator; the words "
        "of the source have a column of their own."
    )


def _integer(value: CellValue) -> Literal:
    text = _digits(value)
    if _WHOLE.fullmatch(text):
        return Literal(text, datatype=NamedNode(XSD + "integer"))
    raise Unreadable(f"{text[:60]!r} is no whole number. Write the digits alone, such as 7.")


def _digits(value: CellValue) -> str:
    if isinstance(value, float) and not value.is_integer():
        return format(Decimal(repr(value)), "f")
    return _text(value)


def _truth(value: CellValue) -> Literal:
    text = _text(value)
    if text.casefold() in _TRUTH:
        return Literal(_TRUTH[text.casefold()], datatype=NamedNode(XSD + "boolean"))
    raise Unreadable(f"{text[:60]!r} is neither true nor false. Write one of them.")


def _one_of(kinds: Collection[str]) -> str:
    return " or ".join(kinds)


_LITERALS: dict[Kind, Callable[[CellValue], Literal]] = {
    Kind.DATE: _day,
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _truth,
    Kind.TEXT: _text_literal,
    Kind.ENGLISH: _english,
}
