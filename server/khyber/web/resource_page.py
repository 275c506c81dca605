"""What the page of a resource shows: statements as rows, terms as links, assertions as attributed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from khyber.engine.base import Engine
from khyber.rdf.namespaces import OWL, RDF, RDFS, SKOS, TERM, XSD
from khyber.rdf.terms import Term
from khyber.release.sources import INFERRED_GRAPH
from khyber.sparql.resource import Resource, Statement, attributions, labels
from khyber.sparql.terms import shortened, shown
from khyber.web.addresses import link_to, page_of

_NAMES = (RDFS + "label", SKOS + "prefLabel")
_ALIASES = (SKOS + "altLabel",)
_NOTES = (SKOS + "definition", RDFS + "comment", SKOS + "note", SKOS + "scopeNote")
_TRUE = ("true", "1")
_REASONS = (SKOS + "editorialNote",)
"""Where a curator says why a node is retired."""

_PLAIN = (XSD + "string", RDF + "langString")
_QUERIES = tuple("http://www.w3.org/ns/shacl#" + name for name in ("select", "ask", "construct", "describe"))


@dataclass(frozen=True)
class Shown:
    """A term on a page: its text, where a link on it leads, and what it is."""

    text: str
    title: str = ""
    link: str | None = None
    external: bool = False
    language: str | None = None
    datatype: str | None = None
    code: bool = False


@dataclass(frozen=True)
class Entry:
    """A value of a property, or what refers to the resource; ``inferred`` if no source says so."""

    shown: Shown
    inferred: bool = False


@dataclass(frozen=True)
class Row:
    """A property with its values, or with what refers to the resource by it."""

    property: Shown
    entries: tuple[Entry, ...]
    inferred: bool = False


@dataclass(frozen=True)
class Attribution:
    """On whose word something is said, and where; the fields are empty where it is not known."""

    claimant: Shown | None
    stance: Shown | None
    source: Shown | None
    sentence: str
    date: str


@dataclass(frozen=True)
class Saying:
    """An assertion that refers to the resource, and how."""

    assertion: Shown
    relations: tuple[Shown, ...]
    attribution: Attribution


@dataclass(frozen=True)
class ResourcePage:
    """All that the page of a resource shows."""

    iri: str
    short: str
    label: Shown
    aliases: tuple[Shown, ...]
    types: tuple[Shown, ...]
    notes: tuple[Shown, ...]
    is_retired: bool
    reasons: tuple[Shown, ...]
    quotations: tuple[Shown, ...]
    query: str | None
    attribution: Attribution | None
    propositions: tuple[tuple[Shown, tuple[Row, ...]], ...]
    statements: tuple[Row, ...]
    conclusions: tuple[Row, ...]
    sayings: tuple[Saying, ...]
    references: tuple[Row, ...]
    listed: int
    count: int


def resource_page(engine: Engine, described: Resource) -> ResourcePage:
    """Prepare the page of a resource; raises what Engine.answer raises."""
    return _Preparation(engine, described).page()


class _Preparation:
    """The labels and the attributions of all that stands on one page, asked for at once."""

    def __init__(self, engine: Engine, described: Resource) -> None:
        self._described = described
        subjects = {s.node.value for s in described.incoming if isinstance(s.node, NamedNode)}
        self._said = attributions(engine, {described.iri, *subjects})
        self._labels = labels(engine, set(self._iris()))

    def page(self) -> ResourcePage:
        described = self._described
        rows = _grouped(_below_head(described.outgoing), self._shown)
        own = self._said.get(described.iri)
        by_assertion = [s for s in described.incoming if _iri(s.node) in self._said]
        others = [s for s in described.incoming if _iri(s.node) not in self._said]
        return ResourcePage(
            iri=described.iri,
            short=shortened(described.iri),
            label=next(self._values(_NAMES), Shown(shortened(described.iri))),
            aliases=tuple(self._values(_ALIASES)),
            types=tuple(
                self._shown(s.node)
                for s in described.outgoing
                if s.property == RDF + "type" and not _is_inferred(s)
            ),
            notes=tuple(self._values(_NOTES)),
            is_retired=any(value.text in _TRUE for value in self._values((OWL + "deprecated",))),
            reasons=tuple(self._values(_REASONS)),
            quotations=tuple(self._values((TERM + "quotation",))),
            query=next((value.text for value in self._values(_QUERIES)), None),
            attribution=self._attribution(own) if own else None,
            propositions=tuple(
                (self._shown(NamedNode(iri)), tuple(_grouped(_below_head(statements), self._shown)))
                for iri, statements in described.propositions.items()
            ),
            statements=tuple(row for row in rows if not row.inferred),
            conclusions=tuple(row for row in rows if row.inferred),
            sayings=tuple(self._sayings(by_assertion)),
            references=tuple(_grouped(others, self._shown)),
            listed=len(described.incoming),
            count=described.references,
        )

    def _iris(self) -> Iterator[str]:
        described = self._described
        groups = (described.outgoing, described.incoming, *described.propositions.values())
        for statement in (statement for group in groups for statement in group):
            yield statement.property
            yield _iri(statement.node)
        yield from described.propositions
        for said in self._said.values():
            yield from (_iri(term) for term in said.values())

    def _values(self, properties: tuple[str, ...]) -> Iterator[Shown]:
        for wanted in properties:
            for statement in self._described.outgoing:
                if statement.property == wanted and isinstance(statement.node, Literal):
                    yield self._shown(statement.node)

    def _sayings(self, statements: Iterable[Statement]) -> Iterator[Saying]:
        by_assertion: dict[str, list[Statement]] = {}
        for statement in statements:
            by_assertion.setdefault(_iri(statement.node), []).append(statement)
        for iri, found in by_assertion.items():
            said = [s for s in found if not _is_inferred(s)] or found
            relations = tuple(self._shown(NamedNode(s.property)) for s in said)
            yield Saying(self._shown(NamedNode(iri)), relations, self._attribution(self._said[iri]))

    def _attribution(self, said: Mapping[str, Term]) -> Attribution:
        def node(name: str) -> Shown | None:
            return self._shown(said[name]) if name in said else None

        return Attribution(
            claimant=node("claimant"),
            stance=node("stance"),
            source=node("source"),
            sentence=shown(said["sentence"]) if "sentence" in said else "",
            date=_interval(*(shown(said.get(name)) for name in ("earliestDate", "latestDate"))),
        )

    def _shown(self, term: Term) -> Shown:
        if isinstance(term, Literal):
            return shown_literal(term)
        iri = _iri(term)
        if not iri:
            return Shown(shown(term))
        return shown_iri(iri, self._labels.get(iri))


def shown_iri(iri: str, label: str | None = None) -> Shown:
    """Show an IRI by its label, else by its prefixed name, as a link to its page."""
    short = shortened(iri)
    link = link_to(iri)
    return Shown(label or short, title=short, link=link, external=bool(link) and not page_of(iri))


def shown_literal(literal: Literal) -> Shown:
    """Show a literal with its language, and its datatype where it is more than text."""
    datatype = literal.datatype.value
    return Shown(
        literal.value,
        language=literal.language,
        datatype=None if datatype in _PLAIN else shortened(datatype),
        code="\n" in literal.value,
    )


def _interval(earliest: str, latest: str) -> str:
    """Say when: on a day, within an interval, or before or after a day."""
    if earliest and latest:
        return earliest if earliest == latest else f"{earliest} to {latest}"
    return f"no later than {latest}" if latest else f"no earlier than {earliest}" if earliest else ""


def _below_head(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Leave out what stands in the head of the page: names and types as they were asserted, and notes."""
    for statement in statements:
        in_head = statement.property in (RDF + "type", *_NAMES, *_ALIASES, *_NOTES, *_QUERIES)
        if not in_head or _is_inferred(statement):
            yield statement


def _grouped(statements: Iterable[Statement], show: Callable[[Term], Shown]) -> list[Row]:
    """Group statements by property; what only reasoning says stands in rows of its own."""
    groups: dict[tuple[bool, str], list[Statement]] = {}
    for statement in statements:
        groups.setdefault((_is_inferred(statement), statement.property), []).append(statement)
    return [
        Row(
            show(NamedNode(iri)),
            tuple(Entry(show(statement.node), inferred) for statement in groups[(inferred, iri)]),
            inferred,
        )
        for inferred, iri in sorted(groups, key=_order)
    ]


def _order(group: tuple[bool, str]) -> tuple[bool, int, str]:
    inferred, iri = group
    first = (RDF + "type", *_NAMES, *_ALIASES)
    rank = first.index(iri) if iri in first else len(first) + (not iri.startswith(TERM))
    return inferred, rank, iri


def _is_inferred(statement: Statement) -> bool:
    return statement.graphs == {INFERRED_GRAPH}


def _iri(term: Term) -> str:
    return term.value if isinstance(term, NamedNode) else ""
