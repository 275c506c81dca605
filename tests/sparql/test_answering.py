from __future__ import annotations

import pytest

from khyber.engine.memory import MemoryEngine
from khyber.errors import EngineFailure, QuerySyntaxError
from khyber.sparql.answering import answer
from khyber.sparql.formats import BY_KEY
from khyber.sparql.guard import admit
from khyber.sparql.protocol import QueryOperation

MISTAKES = {
    "prefix_not_declared": ("SELECT * {\n  ?s ?p ex:o\n}", "2:9", "The prefix ex: is not declared."),
    "empty_prefix_not_declared": ("SELECT * { ?s ?p (:o) }", "1:19", "The prefix : is not declared."),
    "relative_iri": (
        "SELECT * { ?s <p> ?o }",
        "1:15",
        "<p> is a relative IRI, and the query declares no BASE.",
    ),
    "brace_not_closed": ("SELECT * { ?s ?p ?o", "1:10", "This '{' is not closed; '}' is missing."),
    "bracket_not_closed": (
        "SELECT * { FILTER(?a }",
        "1:22",
        "'}' does not close the '(' at 1:18; expected: ')'.",
    ),
    "brace_too_many": ("SELECT * { ?s ?p ?o } }", "1:23", "This '}' closes nothing."),
    "string_not_closed": ("SELECT * { ?s ?p 'o }", "1:18", "The string that begins here is not closed."),
    "operand_missing": (
        "SELECT * { ?s ?p ?o FILTER(?o = ) }",
        "1:33",
        "')' does not fit here; expected: an expression.",
    ),
    "number_missing": ("SELECT * {} LIMIT x", "1:19", "'x' does not fit here; expected: a digit."),
    "word_missing": ("SELECT * {} ORDER ?s", "1:19", "'?' does not fit here; expected: BY."),
    "object_missing": ("SELECT * {\n  ?s ?p .\n}", "2:9", "'.' does not fit here"),
    "object_missing_at_the_end": ("SELECT * { ?s ?p }", "1:18", "'}' does not fit here"),
    "far_before_a_long_keyword": ("SELECT * { ?s ?p ?o . ?x }", "1:26", "'}' does not fit here"),
    "escape": ("SELECT * { ?s ?p 'a\\q' }", "1:21", "'q' does not fit here"),
    "not_ascii_before": ("SELECT * { ?s ?p 'é' , }", "1:24", "'}' does not fit here"),
    "comment_before": ("SELECT * { # } (\n ?s ?p }", "2:8", "'}' does not fit here"),
    "where_patterns_change_places": (
        "SELECT * { ?s <urn:p> ?a ; <urn:q> ?b ; <urn:r> ?c FILTER(?c > 1) FILTER(?b = ) }",
        "1:79",
        "')' does not fit here; expected: an expression.",
    ),
    "ungrouped_variable": (
        "SELECT ?s (COUNT(?o) AS ?n) ?p { ?s ?p ?o } GROUP BY ?s",
        "1:56",
        "The SELECT clause names a variable that is neither in GROUP BY nor inside an aggregate.",
    ),
}


@pytest.mark.parametrize(("text", "place", "detail"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_place_and_what_was_expected(text: str, place: str, detail: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        answer(MemoryEngine.load(()), admit(QueryOperation(text)), BY_KEY["json"])
    assert str(caught.value.location) == f"query:{place}"
    assert caught.value.detail.startswith(detail)


def test_a_known_prefix_that_is_not_declared_is_offered() -> None:
    with pytest.raises(QuerySyntaxError, match="Put PREFIX skos: <http://www"):
        answer(MemoryEngine.load(()), admit(QueryOperation("ASK { ?s skos:note ?o }")), BY_KEY["json"])


def test_a_format_that_cannot_hold_the_result_is_a_failure() -> None:
    with pytest.raises(EngineFailure):
        answer(MemoryEngine.load(()), admit(QueryOperation("ASK {}")), BY_KEY["turtle"])
