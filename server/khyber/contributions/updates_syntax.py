"""The operations of a SPARQL update, taken apart: templates, pattern and dataset of each.

Oxigraph's parser has taken the text before (:mod:`khyber.sparql.update`); here only its parts are found, by
tokens. A part that is not what it seems does no harm: the pattern is parsed again as a query that may call
nobody, the templates as TriG, and what comes of them is judged like any contribution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse

from khyber.engine.base import Update
from khyber.errors import Forbidden, QueryRefused, QuerySyntaxError
from khyber.rdf.terms import Term
from khyber.sparql.calls import resolved, with_base
from khyber.sparql.guard import admit
from khyber.sparql.lexer import Token, TokenKind, without_comments
from khyber.sparql.prologue import gathered
from khyber.sparql.protocol import QueryOperation
from khyber.sparql.update import operations_of
from khyber.sparql.wellformed import NotWellFormed, require_update

Solution = Mapping[str, Term]
"""Variable → term, without those that are not bound."""

_WHOLE_GRAPHS = frozenset(("CLEAR", "DROP", "CREATE", "LOAD", "COPY", "MOVE", "ADD"))


@dataclass(frozen=True)
class Template:
    """Quads with variables: IRIs that begin with ``mark`` stand for those."""

    quads: tuple[Quad, ...] = ()
    mark: str = ""

    @property
    def variables(self) -> set[str]:
        """Give the names of its variables."""
        terms = (term for quad in self.quads for term in quad)
        names = (self._variable(term) for term in terms)
        return {name for name in names if name is not None}

    def filled(self, solution: Solution) -> Iterator[tuple[Triple, NamedNode | None]]:
        """Give the triples and their graphs (None for the default graph); leave out what is no triple."""
        for quad in self.quads:
            subject, predicate, thing = (self._value(term, solution) for term in quad.triple)
            graph = self._value(quad.graph_name, solution) if isinstance(quad.graph_name, NamedNode) else None
            if isinstance(quad.graph_name, NamedNode) and not isinstance(graph, NamedNode):
                continue
            if isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode) and thing:
                yield Triple(subject, predicate, thing), graph if isinstance(graph, NamedNode) else None

    def _value(self, term: object, solution: Solution) -> Term | None:
        name = self._variable(term)
        return solution.get(name) if name is not None else term  # type: ignore[return-value]

    def _variable(self, term: object) -> str | None:
        if self.mark and isinstance(term, NamedNode) and term.value.startswith(self.mark):
            return term.value.removeprefix(self.mark)
        return None


@dataclass(frozen=True)
class Operation:
    """DELETE and INSERT for each solution of a pattern; no query means one solution without variables.

    ``graph`` is that of WITH: where templates and pattern name no other. ``using`` and ``using_named`` are
    the dataset of the pattern, None where no clause names it.
    """

    delete: Template = Template()
    insert: Template = Template()
    query: str | None = None
    graph: NamedNode | None = None
    using: tuple[NamedNode, ...] | None = None
    using_named: tuple[NamedNode, ...] | None = None


def operations(update: Update) -> Iterator[Operation]:
    """Give the operations of an update in their order.

    Raises QuerySyntaxError for what is no update, Forbidden for an operation on whole graphs (CLEAR, DROP,
    CREATE, LOAD, COPY, MOVE, ADD), QueryRefused for SERVICE and for triples as terms.
    """
    parts = gathered(update.text)
    try:
        require_update(parts.declarations, parts.body, update.base)
    except NotWellFormed as error:
        raise QuerySyntaxError(f"The update is not well-formed: {error}") from None
    declarations = with_base(parts.declarations, update.base)
    found = without_comments(parts.body)
    for tokens in operations_of(found):
        if tokens:
            yield _Reader(parts.body, tokens, declarations).operation()


class _Reader:
    """Reads the tokens of one operation."""

    def __init__(self, text: str, tokens: Sequence[Token], declarations: str) -> None:
        self._text = text
        self._tokens = tokens
        self._declarations = declarations
        self._place = 0

    def operation(self) -> Operation:
        first = self._tokens[0]
        if first.text.upper() in _WHOLE_GRAPHS:
            raise Forbidden(
                f"{first.text.upper()} changes whole graphs; this dataset is changed triple by triple.",
                remedy="Name triples by INSERT and DELETE; to take a contribution back, have it reverted.",
            )
        graph = self._iri() if self._took("WITH") else None
        delete, insert = Template(), Template()
        if self._took("DELETE"):
            if self._took("WHERE"):
                return Operation(self._template(again=True), query=self._query(), graph=graph)
            if self._took("DATA"):
                return Operation(self._template())
            delete = self._template()
        if self._took("INSERT"):
            if self._took("DATA"):
                return Operation(insert=self._template())
            insert = self._template()
        using, named = self._dataset()
        self._require("WHERE")
        return Operation(delete, insert, self._query(), graph, using, named)

    def _dataset(self) -> tuple[tuple[NamedNode, ...] | None, tuple[NamedNode, ...] | None]:
        using: list[NamedNode] = []
        named: list[NamedNode] = []
        while self._took("USING"):
            (named if self._took("NAMED") else using).append(self._iri())
        return (tuple(using), tuple(named)) if using or named else (None, None)

    def _query(self) -> str:
        """Give the pattern as it stands, in its braces, with the declarations before it."""
        start, end = self._braces()
        return f"{self._declarations}\n\0 {self._text[start:end]}"

    def _template(self, *, again: bool = False) -> Template:
        """Read a template as TriG; with ``again``, it stands as the pattern, too."""
        place = self._place
        start, end = self._braces()
        mark = f"urn:khyber:variable:{uuid4().hex}:"
        inner = [token for token in self._tokens if start < token.start < end - 1]
        document = f"{self._declarations}\n{''.join(_trig(inner, mark))}"
        if again:
            self._place = place
        try:
            quads = list(parse(document, format=RdfFormat.TRIG))
        except (SyntaxError, ValueError) as error:
            raise QueryRefused(
                f"A template of the update cannot be read: {error}",
                remedy="Write its triples as in Turtle, without triples as terms.",
            ) from None
        return Template(tuple(quads), mark)

    def _braces(self) -> tuple[int, int]:
        """Go over a part in braces; give where it begins and ends."""
        first = self._next()
        depth = 0
        while (token := self._next()) is not None:
            self._place += 1
            depth += (token.text == "{") - (token.text == "}")
            if not depth:
                if first is None or first.text != "{":
                    break
                return first.start, token.end
        raise _unclear()

    def _iri(self) -> NamedNode:
        token = self._next()
        iri = resolved(token.text, self._declarations) if token else None
        if iri is None:
            raise _unclear()
        self._place += 1
        return NamedNode(iri)

    def _took(self, word: str) -> bool:
        token = self._next()
        if token is None or not token.is_word(word):
            return False
        self._place += 1
        return True

    def _require(self, word: str) -> None:
        if not self._took(word):
            raise _unclear()

    def _next(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None


def _trig(tokens: Sequence[Token], mark: str) -> Iterator[str]:
    """Write a template as TriG: triples outside of GRAPH in braces, variables as IRIs, no comments."""
    depth, is_open, skips_dot = 0, False, False
    for position, token in enumerate(tokens):
        if skips_dot and token.text == ".":
            skips_dot = False
            continue
        skips_dot = False
        if not depth and token.is_word("GRAPH"):
            yield "}\n" if is_open else ""
            is_open, depth = False, 1
        elif not depth and not is_open:
            yield "{ "
            is_open = True
        if token.kind is TokenKind.VARIABLE:
            yield f"<{mark}{token.text[1:]}>"
        else:
            yield token.text
        # Where there is no white space, as in -5 or "a"^^xsd:date, there must be none.
        follows = tokens[position + 1].start if position + 1 < len(tokens) else token.end + 1
        yield " " if follows > token.end or token.kind is TokenKind.VARIABLE else ""
        if depth and token.text == "}":
            depth, skips_dot = 0, True
            yield "\n"
    yield "}\n" if is_open else ""


def selecting(query: str, variables: set[str]) -> str:
    """Give a pattern with its declarations as a SELECT of some variables, or as ASK if there are none.

    Raises QueryRefused where the pattern calls another endpoint.
    """
    form = (
        f"SELECT DISTINCT {' '.join(f'?{name}' for name in sorted(variables))} WHERE" if variables else "ASK"
    )
    return admit(QueryOperation(query.replace("\0", form, 1))).text


def _unclear() -> QueryRefused:
    return QueryRefused(
        "The parts of the update cannot be told apart.",
        remedy="Put white space around its keywords, IRIs and operators.",
    )
