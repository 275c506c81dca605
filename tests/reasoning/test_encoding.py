"""Every term is written as an IRI and read back as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.reasoning.encoding import decoded, decoded_term, encoded, encoded_term, is_blank, is_literal

P = NamedNode("https://example.org/p")
TEXT = st.text(st.characters(codec="utf-8"))


@given(TEXT)
def test_a_literal_is_read_back_with_its_lexical_form(text: str) -> None:
    for literal in (Literal(text), Literal(text, language="en"), Literal(text, datatype=P)):
        node = encoded_term(literal)
        assert is_literal(node)
        assert decoded_term(node) == literal


def test_nodes_are_read_back() -> None:
    for term in (P, BlankNode("b0")):
        assert decoded_term(encoded_term(term)) == term
    assert encoded_term(P) is P
    assert is_blank(encoded_term(BlankNode("b0")))


def test_a_triple_term_is_read_back() -> None:
    inner = Triple(P, P, Literal("01", datatype=P))
    term = Triple(P, P, inner)
    assert decoded_term(encoded_term(inner)) == inner
    assert decoded(encoded(term)) == term


def test_what_is_no_triple_is_none() -> None:
    assert decoded((encoded_term(Literal("a")), P, P)) is None
    assert decoded((P, encoded_term(BlankNode("b")), P)) is None
