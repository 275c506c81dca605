"""Answers are equal when they say the same, however a server writes it."""

from __future__ import annotations

import json

import pytest
from bench.answers import NotComparable, comparable

from khyber.rdf.namespaces import XSD

ROWS, TRIPLES = "application/sparql-results+json", "application/n-triples"


def rows(*terms: dict[str, str]) -> bytes:
    bindings = [{"x": term} for term in terms]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()


def literal(value: str, **more: str) -> dict[str, str]:
    return {"type": "literal", "value": value, **more}


def test_the_order_of_rows_does_not_matter_and_their_number_does() -> None:
    one, two = literal("1"), literal("2")
    assert comparable(rows(one, two), ROWS) == comparable(rows(two, one), ROWS)
    assert comparable(rows(one, one), ROWS) != comparable(rows(one), ROWS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (literal("3", datatype=XSD + "integer"), literal("3.0", datatype=XSD + "decimal")),
        (literal("a", datatype=XSD + "string"), literal("a")),
        (literal("a", **{"xml:lang": "EN"}), literal("a", **{"xml:lang": "en"})),
        (
            {"type": "typed-literal", "value": "2026-02-28", "datatype": XSD + "date"},
            literal("2026-02-28", datatype=XSD + "date"),
        ),
    ],
    ids=["numbers", "plain strings", "languages", "old name of literals"],
)
def test_equal_terms_are_equal(one: dict[str, str], other: dict[str, str]) -> None:
    assert comparable(rows(one), ROWS) == comparable(rows(other), ROWS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (literal("3", datatype=XSD + "integer"), literal("3")),
        (literal("a", **{"xml:lang": "en"}), literal("a")),
        ({"type": "uri", "value": "a"}, literal("a")),
    ],
    ids=["number and string", "with and without language", "IRI and string"],
)
def test_other_terms_are_not(one: dict[str, str], other: dict[str, str]) -> None:
    assert comparable(rows(one), ROWS) != comparable(rows(other), ROWS)


def test_triples_are_a_set_whatever_white_space_is_between_them() -> None:
    one = b'<a:s> <a:p> "x" .\n<a:s> <a:p> <a:o> .\n'
    other = f'<a:s>  <a:p> <a:o>.\n<a:s> <a:p> "x"^^<{XSD}string> .\n<a:s> <a:p> <a:o> .\n'.encode()
    assert comparable(one, TRIPLES) == comparable(other, TRIPLES)


def test_what_is_no_answer_is_told() -> None:
    with pytest.raises(NotComparable):
        comparable(b"<html>", ROWS)
