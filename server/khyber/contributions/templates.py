"""Templates of sheets: what a row of a class of nodes may say, read off the ontology and the shapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from pyoxigraph import BlankNode, NamedNode, Triple

from khyber.contributions.columns import (
    DATES,
    Column,
    Kind,
    Node,
    Statements,
    columns_of,
    folded,
    node_shapes,
    own_kind,
)
from khyber.errors import UsageError
from khyber.rdf.namespaces import RDFS, SH, SKOS, TERM

SEPARATOR = "|"
"""What stands between the values of a cell that may hold several."""

LABEL, ALTERNATIVE, NOTE = RDFS + "label", SKOS + "altLabel", SKOS + "note"

_ASSERTION = "assertion"
_MINIMA = (SH + "minCount", SH + "qualifiedMinCount")
_ALTERNATIVE = Column(
    path=ALTERNATIVE,
    name="altLabel",
    title="other names",
    description="Names that the node also goes by.",
    kind=Kind.ENGLISH,
    several=True,
)
_NOTE = Column(
    path=NOTE,
    name="note",
    title="note",
    description="How the source was read, where it leaves something to its context.",
    kind=Kind.ENGLISH,
    several=False,
)


@dataclass(frozen=True)
class Companion:
    """The assertion that a row brings along with its node: who says that the event or situation is so.

    ``link`` is the property that leads from the assertion to the node.
    """

    iri: str
    link: str
    columns: tuple[Column, ...]

    prefix = "report: "
    """What stands before the titles of its columns."""


@dataclass(frozen=True)
class Template:
    """A sheet of nodes of one class, a row a node.

    ``kind`` is where under id/ the nodes lie; ``types`` are the class and those below it: (title, IRI).
    """

    iri: str
    name: str
    title: str
    description: str
    kind: str
    columns: tuple[Column, ...]
    types: tuple[tuple[str, str], ...]
    companion: Companion | None

    @property
    def id_title(self) -> str:
        """Give the title of the column of slugs, which also tells the class of a sheet without a name."""
        return f"{self.title} id"


class Templates:
    """The templates of every class whose nodes data may hold."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._made: dict[str, Template] = {}
        self._names: dict[str, str] = {}
        for iri in statements.classes():
            if iri.startswith(TERM) and own_kind(statements, iri):
                name = iri.removeprefix(TERM)
                for each in (iri, name, f"khyber:{name}", self._title(iri)):
                    self._names[folded(each)] = iri

    @classmethod
    def of(cls, ontology: Iterable[Triple], shapes: Iterable[Triple]) -> Templates:
        """Make the templates that an ontology and its shapes give."""
        return cls(Statements((*ontology, *shapes)))

    @property
    def classes(self) -> list[tuple[str, str]]:
        """List the classes that have a template: name and title, by name."""
        return sorted((iri.removeprefix(TERM), self._title(iri)) for iri in set(self._names.values()))

    def find(self, name: str) -> Template | None:
        """Find the template of a class by its name, its label (also in the plural) or its IRI."""
        key = folded(name)
        forms = (key, key.removesuffix("s"), f"{key.removesuffix('ies')}y")
        iri = next((self._names[form] for form in forms if form in self._names), None)
        return self.template(iri) if iri else None

    def named(self, name: str) -> Template:
        """Find a template as :meth:`find` does; raise UsageError where there is none."""
        template = self.find(name)
        if template:
            return template
        near = get_close_matches(folded(name), self._names, n=1, cutoff=0.6)
        hint = f"Did you mean {self._names[near[0]].removeprefix(TERM)}? " if near else ""
        raise UsageError(
            f"There is no class {name!r} whose nodes a sheet could hold.",
            remedy=f"{hint}khyber template --list shows them all.",
        )

    def template(self, iri: str) -> Template:
        """Give the template of a class by its IRI."""
        if iri not in self._made:
            self._made[iri] = self._make(iri)
        return self._made[iri]

    def _make(self, iri: str) -> Template:
        statements = self._statements
        types = [each for each in statements.narrower(iri) if own_kind(statements, each)]
        return Template(
            iri=iri,
            name=iri.removeprefix(TERM),
            title=self._title(iri),
            description=statements.text(NamedNode(iri), SKOS + "definition"),
            kind=own_kind(statements, iri) or "",
            columns=self._columns(iri, types),
            types=tuple((self._title(each), each) for each in types),
            companion=self._companion(iri),
        )

    def _columns(self, iri: str, types: list[str]) -> tuple[Column, ...]:
        """Give the columns of a class, its label first, then those that only classes below it have."""
        own = columns_of(self._statements, iri)
        seen = {column.path for column in own}
        further: list[Column] = []
        for narrower in types[1:]:
            for column in columns_of(self._statements, narrower):
                if column.path not in seen:
                    seen.add(column.path)
                    further.append(column.optional)
        label = [column for column in own if column.path == LABEL]
        rest = [column for column in own if column.path not in (LABEL, ALTERNATIVE, NOTE)]
        return (*label, *rest, *further, _ALTERNATIVE, _NOTE)

    def _companion(self, iri: str) -> Companion | None:
        found = self._asserted_by(iri)
        if found is None:
            return None
        assertion, link = found
        columns = tuple(
            column
            for column in columns_of(self._statements, assertion)
            if column.path != link and (column.required or column.wished or column.path in DATES)
        )
        label = tuple(column.optional for column in columns if column.path == LABEL)
        return Companion(assertion, link, label + tuple(each for each in columns if each.path != LABEL))

    def _asserted_by(self, iri: str) -> tuple[str, str] | None:
        """Find the class of assertion without which a node of a class violates, and how it leads there."""
        statements = self._statements
        for _distance, shape in node_shapes(statements, iri):
            for rule in statements.nodes(shape, SH + "property"):
                if not any(statements.number(rule, count) for count in _MINIMA):
                    continue
                link = self._backwards(rule)
                named = [
                    each.value
                    for value in statements.nodes(rule, SH + "qualifiedValueShape")
                    for each in statements.nodes(value, SH + "class")
                ]
                for assertion in named or (self._asserting(iri, link) if link else []):
                    if link and own_kind(statements, assertion) == _ASSERTION:
                        return assertion, link
        return None

    def _backwards(self, rule: Node) -> str | None:
        """Give the property of an inverse path, or of the first of several."""
        for path in self._statements.nodes(rule, SH + "path"):
            members = self._statements.nodes(path, SH + "alternativePath")
            branches = [each for list_ in members for each in self._statements.items(list_)] or [path]
            for branch in branches[:1]:
                if isinstance(branch, NamedNode | BlankNode):
                    for inverse in self._statements.nodes(branch, SH + "inversePath"):
                        return inverse.value
        return None

    def _asserting(self, iri: str, link: str) -> list[str]:
        """Find the classes whose shapes say that ``link`` leads to a class or to one above it."""
        statements = self._statements
        return [
            target.value
            for wider in statements.wider(iri)
            for rule in statements.subjects(SH + "path", NamedNode(link))
            if NamedNode(wider) in statements.values(rule, SH + "class")
            for shape in statements.subjects(SH + "property", rule)
            for target in statements.nodes(shape, SH + "targetClass")
        ]

    def _title(self, iri: str) -> str:
        return self._statements.text(NamedNode(iri), RDFS + "label") or iri.removeprefix(TERM)
