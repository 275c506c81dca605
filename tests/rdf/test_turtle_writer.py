"""The project's own Turtle writer: what it writes is read back the same, and written again the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, RdfFormat, Triple

from khyber.errors import InputError
from khyber.rdf.namespaces import ID, PREFIXES, RDF, TERM, XSD
from khyber.rdf.reading import parse
from khyber.rdf.turtle import WIDTH, write_turtle

A = NamedNode(RDF + "type")
PAKISTAN = NamedNode(ID + "actor/pakistan")
STATE = NamedNode(TERM + "State")
LABEL = NamedNode(TERM + "label")


def read(text: str) -> set[Triple]:
    return {quad.triple for quad in parse(text.encode(), format=RdfFormat.TURTLE, source="written")}


def written_object(term: NamedNode | Literal) -> str:
    text = write_turtle([Triple(PAKISTAN, LABEL, term)])
    return text.split("khyber:label ", 1)[1].removesuffix(" .\n")


NASTY_TEXT = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from("\\\"'\n\r\t\b\f\x00\x1f\x7f\x85\u2028\u202e\ufeff@^<>#.;,é ابپ😀"),
    max_size=20,
)
LOCAL_NAMES = st.one_of(
    st.sampled_from(
        ["", "a", "0", "-a", "a-", "a.", ".a", "a.b", "a..b", "a:b", "a/b", "a%20b", "a%2", "é", "_", "a#b"]
    ),
    st.text(st.sampled_from("ab0-_.:/%#~é"), max_size=6),
)


@st.composite
def iris(draw: st.DrawFn) -> NamedNode:
    namespace = draw(st.sampled_from([*PREFIXES.values(), "https://example.org/", "urn:x:", ID]))
    try:
        return NamedNode(namespace + draw(LOCAL_NAMES))
    except ValueError:
        return NamedNode(namespace)


LITERALS = st.one_of(
    st.builds(Literal, NASTY_TEXT),
    st.builds(
        lambda text, tag: Literal(text, language=tag),
        NASTY_TEXT,
        st.sampled_from(["en", "ur", "en-gb", "zh-hant"]),
    ),
    st.builds(
        lambda text, way: Literal(text, language="ar", direction=way),
        NASTY_TEXT,
        st.sampled_from([BaseDirection.LTR, BaseDirection.RTL]),
    ),
    st.builds(
        lambda text, datatype: Literal(text, datatype=datatype),
        st.sampled_from(
            [
                "0",
                "01",
                "-1",
                "+5",
                "1.",
                ".5",
                "1.50",
                "1e0",
                "true",
                "True",
                "1",
                " 1",
                "1\n",
                "٣",
                "2026-02-28",
            ]
        )
        | NASTY_TEXT,
        st.sampled_from([NamedNode(XSD + t) for t in ("integer", "decimal", "boolean", "double", "date")])
        | iris(),
    ),
)


def buildable_triples() -> st.SearchStrategy[Triple]:
    return st.builds(Triple, iris(), iris() | st.just(A), iris() | LITERALS)


@settings(max_examples=300, deadline=None)
@given(st.sets(buildable_triples(), max_size=12))
def test_what_is_written_is_read_back_and_written_again_the_same(triples: set[Triple]) -> None:
    text = write_turtle(triples)

    assert read(text) == triples
    assert write_turtle(read(text)) == text


@settings(max_examples=50, deadline=None)
@given(st.lists(buildable_triples(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_and_the_repetition_of_the_triples_do_not_matter(
    triples: list[Triple], random: object
) -> None:
    shuffled = [*triples, *triples[:2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert write_turtle(shuffled) == write_turtle(triples)


def test_a_block_gives_each_subject_one_place_and_each_predicate_one_line() -> None:
    text = write_turtle(
        [
            Triple(PAKISTAN, NamedNode(TERM + "side"), NamedNode(ID + "side/pakistan")),
            Triple(NamedNode(ID + "actor/kabul"), LABEL, Literal("Kabul")),
            Triple(PAKISTAN, LABEL, Literal("Pakistan", language="en")),
            Triple(PAKISTAN, LABEL, Literal("Pākistān", language="ur")),
            Triple(PAKISTAN, A, STATE),
        ]
    )

    assert text == (
        "@prefix actor: <https://w3id.org/khyber/id/actor/> .\n"
        "@prefix khyber: <https://w3id.org/khyber/ontology#> .\n"
        "@prefix side: <https://w3id.org/khyber/id/side/> .\n"
        "\n"
        'actor:kabul khyber:label "Kabul" .\n'
        "\n"
        "actor:pakistan a khyber:State ;\n"
        '    khyber:label "Pakistan"@en, "Pākistān"@ur ;\n'
        "    khyber:side side:pakistan .\n"
    )


def test_objects_that_do_not_fit_on_one_line_get_a_line_each() -> None:
    words = sorted(f"word number {number:02}" for number in range(9))
    text = write_turtle([Triple(PAKISTAN, LABEL, Literal(word)) for word in words])

    lines = ",\n".join(f'        "{word}"' for word in words)
    assert text.endswith(f"actor:pakistan khyber:label\n{lines} .\n")
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_nothing_gives_an_empty_text() -> None:
    assert write_turtle([]) == ""


@pytest.mark.parametrize(
    ("term", "form"),
    [
        (Literal("12", datatype=NamedNode(XSD + "integer")), "12"),
        (Literal("-0.50", datatype=NamedNode(XSD + "decimal")), "-0.50"),
        (Literal("true", datatype=NamedNode(XSD + "boolean")), "true"),
        (Literal("1", datatype=NamedNode(XSD + "boolean")), '"1"^^xsd:boolean'),
        (Literal("1e0", datatype=NamedNode(XSD + "double")), '"1e0"^^xsd:double'),
        (Literal("twelve", datatype=NamedNode(XSD + "integer")), '"twelve"^^xsd:integer'),
        (Literal("2026-02-28", datatype=NamedNode(XSD + "date")), '"2026-02-28"^^xsd:date'),
        (Literal("a", datatype=NamedNode("https://example.org/type")), '"a"^^<https://example.org/type>'),
        (Literal("Kabul", language="en"), '"Kabul"@en'),
        (Literal('say "no"\\'), r'"say \"no\"\\"'),
        (Literal('two\nlines "here"'), '"""two\nlines \\"here\\""""'),
        (Literal("turned \u202e round"), r'"turned \u202E round"'),
        (NamedNode(TERM + "State"), "khyber:State"),
        (NamedNode(TERM + "a.b"), "khyber:a.b"),
        (NamedNode(TERM + "a."), f"<{TERM}a.>"),
        (NamedNode(TERM), f"<{TERM}>"),
        (NamedNode(ID + "actor/a/b"), f"<{ID}actor/a/b>"),
        (NamedNode(ID + "actor/a%20b"), f"<{ID}actor/a%20b>"),
    ],
)
def test_each_term_has_its_short_form_only_where_that_is_safe(term: NamedNode | Literal, form: str) -> None:
    assert written_object(term) == form


def test_of_two_namespaces_the_longer_names_the_iri_whatever_the_order_of_the_prefixes() -> None:
    triple = Triple(PAKISTAN, LABEL, PAKISTAN)

    for prefixes in ({"id": ID, "actor": ID + "actor/"}, {"actor": ID + "actor/", "id": ID}):
        assert "actor:pakistan" in write_turtle([triple], prefixes)
        assert "@prefix id:" not in write_turtle([triple], prefixes)


@pytest.mark.parametrize(
    "triple",
    [
        Triple(BlankNode("b"), LABEL, Literal("x")),
        Triple(PAKISTAN, LABEL, BlankNode("b")),
        Triple(PAKISTAN, LABEL, Triple(PAKISTAN, A, STATE)),
    ],
)
def test_a_node_without_a_name_is_refused_with_the_remedy(triple: Triple) -> None:
    with pytest.raises(InputError, match="Give the node an IRI"):
        write_turtle([triple])
