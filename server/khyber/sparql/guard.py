"""The judgement before a query runs: its kind of result, its dataset, and that it calls only who is allowed.

Oxigraph sends a SERVICE clause over the network and has no switch to forbid it, and tokens alone cannot
tell whether a query has one: its parser needs no space around keywords (``SERVICE:a { }`` calls the IRI of
``:a``, ``trueSERVICE<…>{ }`` too) and reads ``?a<'>'`` as a comparison where a lexer sees an IRI. So where
the letters occur at all, Oxigraph's own parser decides. The letters are changed, everywhere, into some that
occur nowhere else: a string, an IRI, a name or a comment stays what it was, a keyword does not, and the
changed query is no query. A call that is allowed gets the address of the forwarder for its name; before, the
query with all *other* letters changed must be a query, and must cease to be one when those of any call are
changed too. Where the parser does not agree to what the tokens show in this way, the query is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from khyber.config import WIKIDATA
from khyber.engine import diagnosis
from khyber.engine.base import Query
from khyber.engine.outbound import NOTHING, WITHIN_WIKIDATA, Errand, Outbound
from khyber.errors import Location, QueryRefused
from khyber.sparql.calls import Call, calls, with_base
from khyber.sparql.letters import Letters, may_occur
from khyber.sparql.mistakes import located, mistake
from khyber.sparql.outline import Outline, outline
from khyber.sparql.protocol import QueryOperation
from khyber.sparql.wellformed import NotWellFormed, require_query

MOST_CALLS = 10
"""How many calls a query or an update may have; each costs another parse."""

_PROBE = "urn:khyber:called"
_SORT = {Errand.SERVICE: "SERVICE clause", Errand.LOAD: "LOAD operation"}


@dataclass(frozen=True)
class Subject:
    """What is judged: a query or an update, its declarations, and its parser, which runs nothing.

    ``is_well_formed`` says whether the parser takes a text with the same declarations. ``source`` names the
    text in locations.
    """

    text: str
    declarations: str
    prefixes: Collection[str]
    is_well_formed: Callable[[str], bool]
    source: str = diagnosis.SOURCE


def admit(operation: QueryOperation, outbound: Outbound = NOTHING) -> Query:
    """Give the query that an engine may run for an operation; its calls go to the forwarder.

    The dataset of the protocol wins over FROM in the text (SPARQL 1.1 Protocol, section 2.1.4). Raises
    QuerySyntaxError for what is no query, QueryRefused for an update or for a SERVICE clause that calls what
    ``outbound`` does not allow.
    """
    found = outline(operation.text, operation.base)
    text = forwarded_query(operation.text, found, outbound, operation.base)
    if operation.default_graphs is not None or operation.named_graphs is not None:
        return Query(text, found.kind, operation.default_graphs, operation.named_graphs, operation.base)
    return Query(text, found.kind, found.default_graphs, found.named_graphs, operation.base)


def forwarded_query(text: str, found: Outline, outbound: Outbound, base: str | None = None) -> str:
    """Give a query whose SERVICE clauses call the forwarder; see ``admit`` for the errors."""

    def is_well_formed(changed: str) -> bool:
        try:
            require_query(changed, base)
        except NotWellFormed:
            return False
        return True

    subject = Subject(text, with_base(found.prologue, base), found.prefixes, is_well_formed)
    if not _calls_out(subject, Errand.SERVICE):
        return text
    try:
        require_query(text, base)
    except NotWellFormed as error:
        better = mistake(text, has_base=base is not None) or located(text, base)
        raise better or diagnosis.syntax_error(str(error), text) from None
    return forwarded(subject, Errand.SERVICE, outbound)


def forwarded(subject: Subject, errand: Errand, outbound: Outbound) -> str:
    """Give a well-formed text whose calls of one kind go to the forwarder.

    Raises QueryRefused for a call that ``outbound`` does not allow, and where the parser does not agree that
    the calls which the tokens show are its calls.
    """
    if not _calls_out(subject, errand):
        return subject.text
    said = f"The {subject.source} has a {_SORT[errand]}"
    found = calls(subject.text, errand, subject.declarations, subject.prefixes, at_most=MOST_CALLS + 1)
    start = found[0].start if found else _hidden(subject, errand)
    location = _location(subject, start) if start is not None else Location(subject.source)
    if outbound.forwarder is None:
        raise QueryRefused(f"{said}, and {outbound.closed}", location=location, remedy=outbound.remedy)
    if len(found) > MOST_CALLS:
        raise QueryRefused(f"{said} more than {MOST_CALLS} times.", remedy="Write fewer of them.")
    if not found or not _is_agreed(subject, errand, found):
        raise QueryRefused(
            f"{said}, and what it calls cannot be told.",
            location=location,
            remedy=f"Write {errand.name} <…> with the whole IRI, and white space around it.",
        )
    for call in found:
        _require_allowed(subject, call, outbound)
    names = [outbound.address(errand, call.iri or "") for call in found]
    return _spliced(subject.text, found, [call.text(name) for call, name in zip(found, names, strict=True)])


def _calls_out(subject: Subject, errand: Errand) -> bool:
    """Say whether a text has calls of one kind, or is not well-formed anyway."""
    if not may_occur(errand.value, subject.text):
        return False
    letters = Letters(errand.name, subject.text)
    return letters.occur(subject.text) and not subject.is_well_formed(letters.changed(subject.text))


def _hidden(subject: Subject, errand: Errand) -> int | None:
    """Find where a keyword stands that the tokens do not show."""
    letters = Letters(errand.name, subject.text)
    for start, end in islice(letters.places(subject.text), MOST_CALLS):
        text = subject.text
        if not subject.is_well_formed(text[:start] + letters.changed(text[start:end]) + text[end:]):
            return start
    return None


def _is_agreed(subject: Subject, errand: Errand, found: Sequence[Call]) -> bool:
    """Say whether the parser sees exactly these calls: not one more, and not one less."""
    letters = Letters(errand.name, subject.text)
    probes = [call.text(_PROBE) for call in found]
    if not subject.is_well_formed(_spliced(subject.text, found, probes, letters)):
        return False
    for position, probe in enumerate(probes):
        without = [*probes[:position], letters.changed(probe), *probes[position + 1 :]]
        if subject.is_well_formed(_spliced(subject.text, found, without, letters)):
            return False
    return True


def _spliced(
    text: str, found: Sequence[Call], replacements: Sequence[str], letters: Letters | None = None
) -> str:
    """Give a text with each call replaced, and if there are ``letters``, the rest with those changed."""
    pieces: list[str] = []
    end = 0
    for call, replacement in zip(found, replacements, strict=True):
        between = text[end : call.start]
        pieces += (letters.changed(between) if letters else between, f" {replacement} ")
        end = call.end
    pieces.append(letters.changed(text[end:]) if letters else text[end:])
    return "".join(pieces)


def _require_allowed(subject: Subject, call: Call, outbound: Outbound) -> None:
    location = _location(subject, call.start)
    if call.errand is Errand.LOAD:
        if call.iri is None or not outbound.allows_load(call.iri):
            raise QueryRefused(
                f"LOAD names {call.iri or call.name}, which this server may not load.",
                location=location,
                remedy=_allowed(
                    outbound.loads, "load", "Send the document itself, by PUT or POST to /graphs."
                ),
            )
        return
    if call.iri is None:
        raise QueryRefused(
            f"SERVICE calls the endpoint {call.name}, and it must name one by its IRI.",
            location=location,
            remedy=_allowed(outbound.services, "call", outbound.remedy),
        )
    if call.iri in outbound.services or (call.within and call.iri in WITHIN_WIKIDATA):
        return
    if call.iri in WITHIN_WIKIDATA:
        raise QueryRefused(
            f"SERVICE calls {call.iri}, which only Wikidata's own query service has.",
            location=location,
            remedy=f"Put it inside of SERVICE <{WIKIDATA[0]}> {{ … }}.",
        )
    raise QueryRefused(
        f"SERVICE calls {call.iri}, which this server may not call.",
        location=location,
        remedy=_allowed(outbound.services, "call", outbound.remedy),
    )


def _allowed(names: Sequence[str], verb: str, otherwise: str) -> str:
    return f"It may {verb}: {', '.join(names)}." if names else otherwise


def _location(subject: Subject, offset: int) -> Location:
    place = diagnosis.location_of(subject.text, offset)
    return Location(subject.source, place.line, place.column)
