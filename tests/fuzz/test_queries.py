"""The example queries with words lost, doubled, swapped and put in: answered, or refused with the reason."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.raw import EXAMPLES, assert_clean, request, sent
from khyber.config import graph_home
from khyber.release.queries import example_queries
from khyber.sparql.formats import FORMATS
from khyber.sparql.lexer import tokens
from running import Server

QUERIES = [example.text for example in example_queries(graph_home())]
WORDS = [
    *sorted({token.text for query in QUERIES for token in tokens(query)}),
    *"{}()[]<>.,;?*+-/|^!=&$@#\\'\"",
    "'''",
    "<<",
    ">>",
    "{|",
    "_:b",
    "\\u0041",
    "\0",
    "\u202e",
    "SERVICE",
    "SILENT",
    "UNION",
    "MINUS",
    "GRAPH",
    "VALUES",
    "RAND()",
    "BNODE()",
    "1e999",
    "-0",
    "<http://example.org/a b>",
    "<relative>",
    "STRDT('x', <x:y>)",
    "REGEX('a', '(a+)+$')",
    "INSERT DATA",
    "LOAD <file:///etc/passwd>",
    "FROM <file:///etc/passwd>",
]


@st.composite
def mutated(draw: Any) -> str:
    """Draw an example query with one to four changes."""
    words: list[str] = [token.text for token in tokens(draw(st.sampled_from(QUERIES)))]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(words) - 1, 0)))
        other = draw(st.integers(0, max(len(words) - 1, 0)))
        change = draw(st.sampled_from(["drop", "double", "swap", "put in", "replace", "cut off"]))
        if change == "drop":
            del words[at : at + 1]
        elif change == "double":
            words[at:at] = words[at:other] or words[at : at + 1]
        elif change == "swap" and words:
            words[at], words[other] = words[other], words[at]
        elif change == "cut off":
            del words[at:]
        else:
            words[at : at + (change == "replace")] = [draw(st.sampled_from(WORDS))]
    space: str = draw(st.sampled_from([" ", "\n", ""]))
    return space.join(words)


@given(
    query=mutated(), accept=st.sampled_from(["*/*", "text/html", *(entry.media_type for entry in FORMATS)])
)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_broken_query_is_answered_or_refused_with_the_reason(
    victim: Server, query: str, accept: str
) -> None:
    headers = [(b"Content-Type", b"application/sparql-query"), (b"Accept", accept.encode())]
    received = sent(victim, request("POST", b"/sparql", headers, query.encode()), "POST")
    assert received is not None
    assert_clean(received)
    assert received.status in (200, 400, 406, 503, 507)


def test_there_are_queries_to_break() -> None:
    assert len(QUERIES) > 20
