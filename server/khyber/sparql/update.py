"""The judgement before an update runs: it is well-formed, reaches only what it may, and has one dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from khyber.engine import diagnosis
from khyber.engine.base import Update
from khyber.engine.outbound import NOTHING, Errand, Outbound
from khyber.errors import KhyberError, Location, QueryRefused, QuerySyntaxError, UsageError
from khyber.sparql.calls import resolved, with_base
from khyber.sparql.dataset import with_dataset
from khyber.sparql.guard import Subject, forwarded
from khyber.sparql.lexer import Token, TokenKind, without_comments
from khyber.sparql.mistakes import mistake_in
from khyber.sparql.outline import FORMS
from khyber.sparql.prologue import Gathered, gathered
from khyber.sparql.protocol import UpdateOperation
from khyber.sparql.wellformed import NotWellFormed, require_update

SOURCE = "update"
"""The name of an update as a source in locations."""

NO_OPERATION = "DELETE DATA {}"


def admit_update(operation: UpdateOperation, outbound: Outbound = NOTHING) -> Update:
    """Give the update that an engine may run for an operation; its calls go to the forwarder.

    Raises QuerySyntaxError for what is no update, QueryRefused for LOAD and SERVICE of what ``outbound`` does
    not allow, UsageError if both the request and the text name a dataset (SPARQL 1.1 Protocol, section
    2.2.3).
    """
    parts = gathered(operation.text)
    try:
        require_update(parts.declarations, parts.body, operation.base)
    except NotWellFormed as error:
        raise _explained(parts, operation, str(error)) from None
    body = _without_silent_loads(parts, operation.base, outbound)
    if operation.using_graphs is not None or operation.using_named_graphs is not None:
        body = with_dataset(body, operation.using_graphs or (), operation.using_named_graphs or ())
    text = f"{parts.declarations}\n{body}"
    for errand in (Errand.LOAD, Errand.SERVICE):  # last, so that what is judged is what runs
        text = _forwarded(parts, text, operation.base, errand, outbound)
    return Update(text, operation.base)


def _forwarded(parts: Gathered, text: str, base: str | None, errand: Errand, outbound: Outbound) -> str:
    """Give an update, its first line the declarations, whose calls of one kind go to the forwarder."""

    def is_well_formed(changed: str) -> bool:
        declarations, _, operations = changed.partition("\n")
        try:
            require_update(declarations, operations, base)
        except NotWellFormed:
            return False
        return True

    try:
        subject = Subject(text, with_base(parts.declarations, base), parts.prefixes, is_well_formed, SOURCE)
        return forwarded(subject, errand, outbound)
    except QueryRefused as error:
        raise QueryRefused(error.detail, location=_up(error.location, 1), remedy=error.remedy) from None


def _without_silent_loads(parts: Gathered, base: str | None, outbound: Outbound) -> str:
    """Give the operations without each LOAD SILENT of what may not be loaded: it fails without a word."""
    found = without_comments(parts.body)
    pieces: list[str] = []
    end = 0
    for operation in operations_of(found):
        is_silent = len(operation) > 2 and operation[0].is_word("LOAD") and operation[1].is_word("SILENT")
        if is_silent and not _may_load(operation[2], parts, base, outbound):
            pieces += (parts.body[end : operation[0].start], NO_OPERATION)
            end = operation[-1].end
    return "".join(pieces) + parts.body[end:]


def _may_load(name: Token, parts: Gathered, base: str | None, outbound: Outbound) -> bool:
    iri = resolved(name.text, with_base(parts.declarations, base))
    return outbound.forwarder is not None and iri is not None and outbound.allows_load(iri)


def operations_of(found: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Give the tokens of each operation; a semicolon outside all braces ends it."""
    depth = start = 0
    for position, token in enumerate(found):
        depth += (token.text == "{") - (token.text == "}")
        if token.text == ";" and not depth:
            yield found[start:position]
            start = position + 1
    yield found[start:]


def _explained(parts: Gathered, operation: UpdateOperation, message: str) -> KhyberError:
    """Tell the author of an update what is wrong with it, and where in the text as it was sent."""
    first = next(iter(without_comments(parts.body)), None)
    if first is not None and first.kind is TokenKind.WORD and first.text.upper() in FORMS:
        return UsageError(
            f"{first.text.upper()} begins a query, and this request is an update.",
            remedy="Send a query in the parameter query, or as application/sparql-query.",
        )
    has_base = parts.has_base or operation.base is not None
    error = mistake_in(operation.text, parts.prefixes, has_base=has_base)
    lines_up = 0
    if error is None:
        error, lines_up = diagnosis.syntax_error(message, parts.text), 1
    return QuerySyntaxError(error.detail, location=_up(error.location, lines_up), remedy=error.remedy)


def _up(place: Location | None, lines: int) -> Location:
    """Give a place in the text as it was sent, where the declarations have no line of their own."""
    if place is None or place.line is None:
        return Location(SOURCE)
    return Location(SOURCE, max(place.line - lines, 1), place.column)
