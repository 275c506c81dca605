"""Terms between pyoxigraph and rdflib: nothing is lost, nothing is tidied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from khyber.rdf.namespaces import XSD
from khyber.validation.terms import StrictLiteral, from_rdflib, to_rdflib

DATATYPES = ["string", "integer", "decimal", "double", "boolean", "date", "dateTime", "gYear", "anyURI"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LITERALS = st.one_of(
    st.builds(Literal, TEXT),
    st.builds(Literal, TEXT, language=st.sampled_from(["en", "ur", "ps-af"])),
    st.builds(
        lambda text, name: Literal(text, datatype=NamedNode(XSD + name)), TEXT, st.sampled_from(DATATYPES)
    ),
    st.sampled_from(
        [
            Literal("01", datatype=NamedNode(XSD + "integer")),
            Literal("1.10", datatype=NamedNode(XSD + "decimal")),
        ]
    ),
)


@given(st.one_of(LITERALS, st.just(NamedNode("https://example.org/ü")), st.just(BlankNode("b0"))))
def test_a_term_comes_back_as_it_went(term: NamedNode | BlankNode | Literal) -> None:
    assert from_rdflib(to_rdflib(term)) == term


@given(LITERALS, LITERALS)
def test_literals_are_equal_where_their_terms_are(left: Literal, right: Literal) -> None:
    assert (to_rdflib(left) == to_rdflib(right)) == (left == right)


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        ("integer", ["7", "-07", "+7"], ["1_000", "7.0", " 7", "", "٧", "x"]),
        ("decimal", ["7", "-.5", "7."], ["1e9", "NaN", "1_0", ","]),
        ("double", ["7", "1e9", "INF", "NaN"], ["nan", "1_0e1", "inf"]),
        ("boolean", ["true", "0"], ["True", "yes", ""]),
        ("date", ["2026-02-26", "2026-02-26Z"], ["20260226", "2026-02-30", "2026-2-6", "2026"]),
        ("dateTime", ["2026-02-26T10:00:00Z"], ["2026-02-26", "2026-02-26 10:00:00"]),
    ],
)
def test_only_the_lexical_forms_of_xml_schema_are_well_typed(
    datatype: str, good: list[str], bad: list[str]
) -> None:
    def ill_typed(text: str) -> bool | None:
        term = to_rdflib(Literal(text, datatype=NamedNode(XSD + datatype)))
        assert isinstance(term, StrictLiteral)
        return term.ill_typed

    assert [text for text in good if ill_typed(text)] == []
    assert [text for text in bad if not ill_typed(text)] == []
