from __future__ import annotations

from khyber.sparql.outline import declare

KNOWN = {"ex": "http://example.org/", "other": "http://example.com/"}


def test_prefixes_that_are_used_and_known_are_declared_on_a_line_of_their_own() -> None:
    assert declare("ASK { ex:a ?p ?o }", KNOWN) == "PREFIX ex: <http://example.org/> \nASK { ex:a ?p ?o }"


def test_a_declaration_of_the_query_stands() -> None:
    text = "PREFIX ex: <http://mine/> ASK { ex:a ?p ?o }"
    assert declare(text, KNOWN) == text


def test_a_prefix_is_not_used_by_a_string_a_comment_or_an_iri() -> None:
    text = "ASK { <ex:a> ?p 'ex:a' } # ex:a"
    assert declare(text, KNOWN) == text


def test_an_unknown_prefix_is_left_for_the_parser_to_refuse() -> None:
    text = "ASK { no:a ?p ?o }"
    assert declare(text, KNOWN) == text
