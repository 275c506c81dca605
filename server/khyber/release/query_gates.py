"""The gates that are queries: rules that no row may break, and example queries that must run.

No gate calls another server: of a federated example query the text is judged, and it is not run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from khyber.config import WIKIDATA
from khyber.engine.base import Engine, Query, ResultKind
from khyber.engine.outbound import Outbound
from khyber.errors import FileUnreadable, InputError, KhyberError, Location
from khyber.rdf.reading import read_text, shown
from khyber.release.queries import FEDERATED, ExampleQuery, example_query_files, read_example_query
from khyber.release.sources import CHECKS
from khyber.sparql.answering import answer
from khyber.sparql.formats import BY_KEY, formats_for
from khyber.sparql.guard import admit
from khyber.sparql.protocol import QueryOperation
from khyber.validation.names import short, text_of

ROWS_SHOWN = 20
_ALLOWED = Outbound(services=WIKIDATA, forwarder="http://127.0.0.1/nobody")
"""What a federated query may call by default; what is admitted with it is not run."""


def check_files(home: Path) -> list[Path]:
    """List the rules of the ontology, ontology/checks/*.rq, sorted by name."""
    return sorted(path for path in (home / CHECKS).glob("*.rq") if not path.name.startswith("."))


def rule_of(path: Path) -> str:
    """Give the rule that a file checks, in English: the comment on its first line, else its name."""
    try:
        first_line = read_text(path).partition("\n")[0]
    except FileUnreadable:
        return path.name
    return first_line.lstrip("#").strip() if first_line.startswith("#") else path.name


def broken_rules(path: Path, engine: Engine) -> Iterator[str]:
    """Run the SELECT query of a rule and give a line for each row: each one breaks the rule."""
    try:
        text = read_text(path)
        if not text.startswith("# "):
            raise InputError(
                "The first line states no rule.",
                location=Location("query", 1),
                remedy="Begin with '# Every …'.",
            )
        query = _query(text)
        if query.kind is not ResultKind.SOLUTIONS:
            raise InputError(
                "A rule is a SELECT query whose rows are what breaks it.", location=Location("query")
            )
        rows = list(_rows(query, engine))
    except KhyberError as error:
        yield _in_file(error, path)
        return
    for row in rows[:ROWS_SHOWN]:
        yield f"{shown(path)}: {row}"
    if len(rows) > ROWS_SHOWN:
        yield f"{shown(path)}: … and {len(rows) - ROWS_SHOWN} more rows"


def troubles_of_examples(home: Path, engine: Engine) -> Iterator[str]:
    """Read and run each example query, and give a line for each that cannot be read, parsed or run.

    A federated one is not run, and may call only what is allowed where no administrator says otherwise.
    """
    for path in example_query_files(home):
        first_line = 1
        try:
            example = read_example_query(path)
            first_line = example.line
            if example.is_federated:
                _require_calls(example)
                continue
            query = _query(example.text)
            for _piece in answer(engine, query, formats_for(query.kind)[0]):
                pass
        except KhyberError as error:
            yield _in_file(error, path, first_line)


def _require_calls(example: ExampleQuery) -> None:
    """Raise QuerySyntaxError or QueryRefused for what may not run, InputError for what calls nobody."""
    if admit(QueryOperation(example.text), _ALLOWED).text == example.text:
        raise InputError(
            f"The query has the tag {FEDERATED!r} and calls no other endpoint.",
            location=Location("query", 1),
            remedy="Take out the tag, or write a SERVICE clause.",
        )


def _query(text: str) -> Query:
    return admit(QueryOperation(text))


def _rows(query: Query, engine: Engine) -> Iterator[str]:
    written = b"".join(answer(engine, query, BY_KEY["json"]))
    solutions = parse_query_results(written, format=QueryResultsFormat.JSON)
    if isinstance(solutions, QuerySolutions):
        for row in solutions:
            bound = ((variable, row[variable]) for variable in solutions.variables)
            yield ", ".join(f"{variable} {_shown_term(term)}" for variable, term in bound if term is not None)


def _shown_term(term: NamedNode | BlankNode | Literal | Triple) -> str:
    return str(term) if isinstance(term, Triple) else short(text_of(term))


def _in_file(error: KhyberError, path: Path, first_line: int = 1) -> str:
    """Write an error with its place in the file, where it names its place in the query."""
    place = error.location
    if place is None or place.source == "query":
        line = place.line + first_line - 1 if place and place.line else None
        place = Location(shown(path), line, place.column if place else None)
    return " ".join(f"{place}: {error.detail} {error.remedy or ''}".split())
