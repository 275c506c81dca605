"""What the shapes say about the properties of a class: the columns of a sheet of such nodes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import TypeGuard

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.rdf.namespaces import ID, OWL, RDF, RDFS, SH, SKOS, TERM, XSD
from khyber.validation.names import short

Node = NamedNode | BlankNode
Value = NamedNode | BlankNode | Literal | Triple

_ID_PATTERN = re.compile(r"\^" + re.escape(ID).replace(r"\.", r"\\?\.") + r"([a-z]+)/")
_LITERAL_CLASSES = {RDFS + "Literal", XSD + "string", XSD + "decimal", XSD + "integer", XSD + "boolean"}


_MINIMA = (
    ("minCount", "MinCountConstraintComponent"),
    ("qualifiedMinCount", "QualifiedMinCountConstraintComponent"),
)
_IN_ENGLISH = {RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel", SKOS + "note", SKOS + "definition"}


DATES = tuple(TERM + name for name in ("earliestDate", "latestDate", "datePrecision"))
"""The properties that date a node, which belong together."""


def folded(text: str) -> str:
    """Fold a name so that case, spaces and punctuation do not matter: ``Sub-event of`` is ``subeventof``."""
    return re.sub(r"[\W_]+", "", text.casefold())


class Kind(Enum):
    """What the cells of a column hold."""

    NODE = "a node, by its slug, its label or its IRI"
    CODE = "a code of a list, by its label or its slug"
    DATE = "a day, as 2026-02-21"
    NUMBER = "a number"
    INTEGER = "a whole number"
    BOOLEAN = "true or false"
    TEXT = "text"
    ENGLISH = "English text"


@dataclass(frozen=True)
class Rule:
    """The rule that asks for a value: how many, of which shape, and what it says when there are fewer."""

    minimum: int
    constraint: str
    shape: str | None
    message: str


@dataclass(frozen=True)
class Column:
    """One property of a class as a column.

    ``codes`` gives the codes of a list by their slug, with their labels; ``kinds`` the kinds of node under
    id/ that a value may be of; ``default`` the only code that the shapes allow.
    """

    path: str
    name: str
    title: str
    description: str
    kind: Kind
    several: bool
    rule: Rule | None = None
    wished: bool = False
    codes: tuple[tuple[str, str, str], ...] = ()
    kinds: tuple[str, ...] = ()
    default: str | None = None

    @property
    def required(self) -> bool:
        """Tell whether a row without a value violates the shapes."""
        return self.rule is not None

    @cached_property
    def codes_by_name(self) -> dict[str, str]:
        """Give the codes by everything that they may be called, folded: label, slug, IRI, prefixed name."""
        return {
            folded(name): iri
            for slug, label, iri in self.codes
            for name in (slug, label, iri, short(iri))
            if name
        }

    @property
    def optional(self) -> Column:
        """Give the same column for rows that need no value in it."""
        return replace(self, rule=None, wished=False)


class Statements:
    """The statements of an ontology and its shapes, by subject and property."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._values: dict[Node, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
        self._subjects: dict[tuple[str, Value], list[Node]] = defaultdict(list)
        for triple in triples:
            if isinstance(triple.subject, NamedNode | BlankNode):
                self._values[triple.subject][triple.predicate.value].append(triple.object)
                self._subjects[triple.predicate.value, triple.object].append(triple.subject)

    def values(self, node: Node, path: str) -> list[Value]:
        """Give the values of a property of a node."""
        return self._values[node][path] if node in self._values else []

    def nodes(self, node: Node, path: str) -> list[Node]:
        """Give the values that are nodes."""
        return [value for value in self.values(node, path) if isinstance(value, NamedNode | BlankNode)]

    def subjects(self, path: str, value: Value) -> list[Node]:
        """Give the nodes that have a value, sorted."""
        return sorted(self._subjects.get((path, value), ()), key=str)

    def pairs(self, path: str) -> Iterator[tuple[Node, Value]]:
        """Give every node with a property, and each of its values."""
        for node, values in self._values.items():
            for value in values.get(path, ()):
                yield node, value

    def text(self, node: Node, *paths: str) -> str:
        """Give the English (or only) text of the first of some properties that there is, or ""."""
        for path in paths:
            texts = [value for value in self.values(node, path) if isinstance(value, Literal)]
            if texts:
                return min(texts, key=lambda text: (text.language != "en", text.value)).value
        return ""

    def number(self, node: Node, path: str) -> int | None:
        """Give a value that is a whole number, or None."""
        for value in self.values(node, path):
            if isinstance(value, Literal) and value.value.isdecimal():
                return int(value.value)
        return None

    def items(self, node: Node) -> Iterator[Value]:
        """Give the members of a list."""
        nil = RDF + "nil"
        while node != NamedNode(nil):
            yield from self.values(node, RDF + "first")
            rest = self.nodes(node, RDF + "rest")
            if not rest:
                return
            node = rest[0]

    def classes(self) -> list[str]:
        """Give the IRIs of the classes, sorted."""
        return [each.value for each in self.subjects(RDF + "type", NamedNode(OWL + "Class"))]

    def wider(self, iri: str) -> list[str]:
        """Give a class and the named classes above it, nearest first."""
        found, level = [iri], [iri]
        while level:
            above = {
                wider.value
                for name in level
                for wider in self.nodes(NamedNode(name), RDFS + "subClassOf")
                if isinstance(wider, NamedNode)
            }
            level = sorted(above - set(found))
            found += level
        return found

    def narrower(self, iri: str) -> list[str]:
        """Give a class and the named classes below it, nearest first."""
        found, level = [iri], [iri]
        while level:
            below = {
                each.value
                for name in level
                for each in self.subjects(RDFS + "subClassOf", NamedNode(name))
                if isinstance(each, NamedNode)
            }
            level = sorted(below - set(found))
            found += level
        return found


@dataclass
class _Facts:
    """What the property shapes of one property say together."""

    minimum: Rule | None = None
    wished: bool = False
    maximum: int | None = None
    datatypes: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    allowed: list[str] | None = None


def node_shapes(statements: Statements, iri: str) -> Iterator[tuple[int, Node]]:
    """Give the shapes that target a class or a class above it, nearest first, each with how far that is."""
    for distance, name in enumerate(statements.wider(iri)):
        for shape in statements.subjects(SH + "targetClass", NamedNode(name)):
            yield distance, shape


def kinds_of(statements: Statements, iri: str) -> tuple[str, ...]:
    """Give the kinds under id/ in which the nodes of a class and of its subclasses lie."""
    kinds = {own_kind(statements, name) for name in statements.narrower(iri)}
    return tuple(sorted(kind for kind in kinds if kind))


def own_kind(statements: Statements, iri: str) -> str | None:
    """Give the kind under id/ in which the nodes of a class itself lie, or None if no shape says it."""
    for _distance, shape in node_shapes(statements, iri):
        branches = [
            branch
            for members in statements.nodes(shape, SH + "or")
            for branch in statements.items(members)
            if isinstance(branch, NamedNode | BlankNode)
        ]
        for node in (shape, *branches):
            match = _ID_PATTERN.match(statements.text(node, SH + "pattern"))
            if match:
                return match[1]
    return None


def columns_of(statements: Statements, iri: str) -> list[Column]:
    """Give the columns of a class: the properties that its shapes speak of.

    Required ones come first, then those wished for, then dates, then the others: those of the class before
    those of the classes above it, each by title.
    """
    facts: dict[str, _Facts] = {}
    distances: dict[str, int] = {}
    for distance, shape in node_shapes(statements, iri):
        for rule in statements.nodes(shape, SH + "property"):
            _gather(statements, rule, iri, facts)
        distances = {path: distances.get(path, distance) for path in facts}
    for path in _spoken_of(statements, iri):
        facts.setdefault(path, _Facts())
        distances.setdefault(path, len(distances))
    columns = [_column(statements, path, found) for path, found in facts.items() if found.maximum != 0]

    def rank(column: Column) -> tuple[bool, bool, int, int, str]:
        early = column.path in DATES and not column.required
        dates = DATES.index(column.path) if early else len(DATES)
        return not column.required, not column.wished, dates, distances[column.path], column.title

    return sorted(columns, key=rank)


def _spoken_of(statements: Statements, iri: str) -> list[str]:
    """Give the properties of a class whose subjects have a shape of their own (sh:targetSubjectsOf)."""
    targets = {each.value for _shape, each in statements.pairs(SH + "targetSubjectsOf") if _is_iri(each)}
    return sorted(path for path in targets if _belongs(statements, path, iri))


def _is_iri(value: Value) -> TypeGuard[NamedNode]:
    return isinstance(value, NamedNode)


def _gather(statements: Statements, rule: Node, iri: str, facts: dict[str, _Facts]) -> None:
    for path in statements.nodes(rule, SH + "path"):
        if isinstance(path, NamedNode):
            _learn(statements, rule, facts.setdefault(path.value, _Facts()))
        elif statements.number(rule, SH + "maxCount") != 0:
            for each in _alternatives(statements, path):
                if _belongs(statements, each, iri):
                    facts.setdefault(each, _Facts())


def _alternatives(statements: Statements, path: Node) -> Iterator[str]:
    for members in statements.nodes(path, SH + "alternativePath"):
        yield from (each.value for each in statements.items(members) if isinstance(each, NamedNode))


def _belongs(statements: Statements, path: str, iri: str) -> bool:
    domains = statements.nodes(NamedNode(path), RDFS + "domain")
    return any(domain.value in statements.wider(iri) for domain in domains)


def _learn(statements: Statements, rule: Node, facts: _Facts) -> None:
    violates = NamedNode(SH + "Violation") in statements.values(rule, SH + "severity")
    for count, constraint in _MINIMA:
        minimum = statements.number(rule, SH + count)
        if minimum and not violates:
            facts.wished = True
        elif minimum and (facts.minimum is None or facts.minimum.minimum < minimum):
            shape = rule.value if isinstance(rule, NamedNode) else None
            facts.minimum = Rule(minimum, SH + constraint, shape, statements.text(rule, SH + "message"))
    if violates:
        _restrict(statements, rule, facts)


def _restrict(statements: Statements, rule: Node, facts: _Facts) -> None:
    maximum = statements.number(rule, SH + "maxCount")
    if maximum is not None:
        facts.maximum = maximum if facts.maximum is None else min(maximum, facts.maximum)
    choices = [each for members in statements.nodes(rule, SH + "or") for each in statements.items(members)]
    for node in (rule, *(choice for choice in choices if isinstance(choice, NamedNode | BlankNode))):
        facts.datatypes.update(each.value for each in statements.nodes(node, SH + "datatype"))
    facts.classes.update(each.value for each in statements.nodes(rule, SH + "class"))
    match = _ID_PATTERN.match(statements.text(rule, SH + "pattern"))
    if match:
        facts.lists.add(match[1])
    for members in statements.nodes(rule, SH + "in"):
        allowed = [each.value for each in statements.items(members) if isinstance(each, NamedNode)]
        facts.allowed = [each for each in allowed if facts.allowed is None or each in facts.allowed]


def _column(statements: Statements, path: str, facts: _Facts) -> Column:
    node = NamedNode(path)
    ranges = {each.value for each in statements.nodes(node, RDFS + "range")}
    name = path.replace("#", "/").rpartition("/")[2]
    codes = tuple(code for each in sorted(facts.lists) for code in _codes(statements, each))
    if facts.allowed is not None:
        codes = tuple(code for code in codes if code[2] in facts.allowed)
    kind = Kind.CODE if codes else _kind(statements, path, facts, ranges)
    classes = facts.classes or ranges - _LITERAL_CLASSES
    kinds = tuple(sorted({kind for each in classes for kind in kinds_of(statements, each)} | facts.lists))
    only = facts.allowed[0] if facts.allowed and len(facts.allowed) == 1 else None
    return Column(
        path=path,
        name=name,
        title=statements.text(node, RDFS + "label") or _spaced(name),
        description=statements.text(node, SKOS + "definition"),
        kind=kind,
        several=kind is not Kind.ENGLISH and (facts.maximum is None or facts.maximum > 1),
        rule=facts.minimum if only is None else None,
        wished=facts.wished,
        codes=codes,
        kinds=kinds if kind is Kind.NODE else (),
        default=only if facts.minimum else None,
    )


def _kind(statements: Statements, path: str, facts: _Facts, ranges: set[str]) -> Kind:
    node = NamedNode(path)
    if path in _IN_ENGLISH:
        return Kind.ENGLISH
    known = facts.datatypes or {each for each in ranges if each.startswith(XSD)}
    for datatype, kind in (
        (XSD + "date", Kind.DATE),
        (XSD + "decimal", Kind.NUMBER),
        (XSD + "integer", Kind.INTEGER),
        (XSD + "boolean", Kind.BOOLEAN),
        (XSD + "string", Kind.TEXT),
    ):
        if datatype in known:
            return kind
    if NamedNode(OWL + "ObjectProperty") in statements.values(node, RDF + "type"):
        return Kind.NODE
    return Kind.NUMBER if _has_number_bounds(statements, node) else Kind.TEXT


def _has_number_bounds(statements: Statements, path: Node) -> bool:
    return any(
        statements.values(rule, SH + bound)
        for rule in statements.subjects(SH + "path", path)
        for bound in ("minInclusive", "maxInclusive")
    )


def _codes(statements: Statements, name: str) -> list[tuple[str, str, str]]:
    """Give slug, label and IRI of each code of a list, in the order of the slugs."""
    codes = [
        each.value
        for each in statements.subjects(SKOS + "inScheme", NamedNode(ID + name))
        if isinstance(each, NamedNode)
    ]
    return sorted(
        (code.rpartition("/")[2], statements.text(NamedNode(code), SKOS + "prefLabel"), code)
        for code in codes
    )


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
