"""Every statement has the place at which its terms stand, whatever the way they are written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat

from khyber.config import graph_home
from khyber.errors import KhyberError
from khyber.rdf.reading import parse as read
from khyber.rdf.spans import Place, Places, places

SUITE = Path(os.environ.get("KHYBER_RDF_TESTS", "../shared/rdf-tests"))
FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
}
EX = "http://example.org/"
P = f"@prefix : <{EX}> .\n"


def placed(text: str, rdf_format: RdfFormat = RdfFormat.TURTLE) -> tuple[list[Quad], Places]:
    quads = read(text.encode(), format=rdf_format, source="a", base="http://base.example/")
    found = places(text.removeprefix("\ufeff"))
    assert found is not None
    assert len(found) == len(quads)
    return quads, found


def at(text: str, place: Place) -> str:
    return text.removeprefix("\ufeff").split("\n")[place.line - 1][place.column - 1 :]


def objects(text: str, rdf_format: RdfFormat = RdfFormat.TURTLE) -> list[str]:
    """Give the first word of the text at the object of each statement."""
    quads, found = placed(text, rdf_format)
    return [at(text, found.object(number)).split()[0] for number in range(len(quads))]


TERMS = [
    "<http://example.org/a>",
    "<relative#part>",
    "<caf\\u00E9>",
    ":a.b",
    ":a\\,b\\.",
    ":%41b",
    ":a:b",
    ":1",
    ":",
    "true",
    "12",
    "-0.50",
    "+1.5e-3",
    ".5",
    '"plain"',
    '"with \\"quotes\\" and # no comment"',
    "'single'",
    '"tagged"@en-GB',
    '"2026-02-28"^^<http://www.w3.org/2001/XMLSchema#date>',
    '"typed" ^^ :t',
    '"""three\nlines "quoted" \\""" here\n"""',
    "'''it''s '''",
    '"𐍈 beyond the plane"',
    '"\\U0001F600"',
    '""',
]


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("around", [" ", "\n\t", "\r\n  ", ' # <not> :this "one"\n'], ids=repr)
def test_an_object_is_found_however_it_is_written(term: str, around: str) -> None:
    text = f'{P}:s :p "𐍈 before" ,{around}{term}{around}; :q 1 .'
    quads, found = placed(text)
    assert len(quads) == 3
    place = found.object(1)
    lines = text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
    assert text[offset : offset + len(term)] == term


def test_subject_predicate_and_object_have_each_their_place() -> None:
    text = f"{P}:s\n  :p :o , :o2 ;\n  a :C ."
    _quads, found = placed(text)
    assert [found.subject(number) for number in range(3)] == [Place(2, 1)] * 3
    assert [found.predicate(number) for number in range(3)] == [Place(3, 3), Place(3, 3), Place(4, 3)]
    assert [found.object(number) for number in range(3)] == [Place(3, 6), Place(3, 11), Place(4, 5)]


def test_columns_count_characters_and_lines_end_with_a_newline() -> None:
    text = f'\ufeff{P}:s :p "𐍈é" , :o .\r\n:s\t:q\t:r .'
    _quads, found = placed(text)
    assert found.object(1) == Place(2, 14)
    assert found.object(2) == Place(3, 7)


def test_what_stands_in_brackets_comes_before_the_statement_that_leads_to_it() -> None:
    assert objects(P + ":a :b [ :c :d ; :e :f ] , 3 .") == [":d", ":f", "[", "3"]
    assert objects(P + "[ :c :d ] :e :f . [] :g :h . [ :i :j ] .") == [":d", ":f", ":h", ":j"]


def test_the_items_of_lists_have_their_places() -> None:
    assert objects(P + ":a :b ( 1 2 ) , () .") == ["1", "(", "2", "2", ")", "()"]
    assert objects(P + "( 1 [ :p 2 ] ) :e :f .") == ["1", "[", "2", "[", ")", ":f"]
    assert objects(P + ":a :b ( ( 1 ) ( ) ) .") == ["(", "1", "(", ")", "(", "(", ")"]


def test_graphs_do_not_disturb_the_places() -> None:
    trig = f"{P}:g {{ :a :b :c . :d :e 1 }} GRAPH :h {{ :a :b 2 }} [] {{ :a :b 3 ; }} {{ :k :l () }}"
    assert objects(trig, RdfFormat.TRIG) == [":c", "1", "2", "3", "()"]
    quads = '<x:a> <x:b> "c" <x:g> .\n# a comment\n_:a <x:b> _:c.d .\n'
    assert objects(quads, RdfFormat.N_QUADS) == ['"c"', "_:c.d"]


def test_declarations_of_both_styles_are_passed_over() -> None:
    text = 'VERSION "1.2"\nPREFIX : <x:>\n@base <http://e/> .\nBASE <f/>\nprefix a: <x:a> \n:s a a: .'
    assert objects(text) == ["a:"]


def test_annotations_of_rdf_1_2_have_no_places() -> None:
    for text in (
        ":a :b :c {| :d :e |} .",
        ":a :b <<( :c :d :e )>> .",
        "<< :a :b :c >> :d :e .",
        ":a :b :c ~ .",
    ):
        assert places(P + text) is None


def _documents() -> list[Path]:
    home = graph_home()
    own = [path for folder in ("ontology", "shapes", "data") for path in (home / folder).rglob("*.ttl")]
    return sorted(own)


@pytest.mark.parametrize("path", _documents(), ids=lambda path: path.name)
def test_every_statement_of_the_graph_has_the_place_of_its_object(path: Path) -> None:
    assert_objects_stand_there(path)


@pytest.mark.skipif(not SUITE.is_dir(), reason="KHYBER_RDF_TESTS names no folder with the W3C test data")
def test_every_statement_of_the_w3c_test_data_has_the_place_of_its_object() -> None:
    paths = [path for path in sorted(SUITE.rglob("*")) if path.suffix in FORMATS]
    checked = sum(map(assert_objects_stand_there, paths))
    assert checked > 250


def assert_objects_stand_there(path: Path) -> bool:
    """Compare each object with the token at its place; say whether the document could be read."""
    data = path.read_bytes()
    try:
        quads = read(data, format=FORMATS[path.suffix], source=str(path), base="http://base.example/x")
    except KhyberError:
        return False
    text = data.decode()
    found = places(text.removeprefix("\ufeff"))
    if found is None:
        return False
    assert len(found) == len(quads)
    for number, quad in enumerate(quads):
        assert spells(at(text, found.object(number)), quad.object), (path, quad)
        assert spells(at(text, found.predicate(number)), quad.predicate) or in_list(quad), (path, quad)
    return True


def in_list(quad: Quad) -> bool:
    return quad.predicate.value.endswith(("#first", "#rest"))


def spells(rest: str, term: object) -> bool:
    """Tell whether a text begins as a term may be written, as far as can be told without the prologue."""
    if isinstance(term, BlankNode):
        return rest.startswith(("_:", "[", "(")) or rest[0] not in ".,;"
    if isinstance(term, Literal):
        return rest.startswith(('"', "'", term.value))
    assert isinstance(term, NamedNode)
    word = rest.split(maxsplit=1)[0]
    return word[0] in "<()" or word == "a" or (":" in word and term.value[-1] in ("#", "/", *word))


def test_lists_brackets_and_terms_in_every_combination_keep_their_order() -> None:
    for text in _combinations():
        first, *parts = text.split("#")
        numbered = first + "".join(f"{number}{part}" for number, part in enumerate(parts))
        quads, found = placed(P + numbered)
        for number, quad in enumerate(quads):
            assert spells(at(P + numbered, found.object(number)), quad.object), numbered
            if isinstance(quad.object, NamedNode | Literal) and "nil" not in quad.object.value:
                assert quad.object.value.rpartition("/")[2] in at(P + numbered, found.object(number))[:14]


def _combinations() -> Iterator[str]:
    """Give statements with lists, brackets and plain terms in every combination; # stands for a number."""
    plain = [":x#", "'y#", "1#", "'y#@en", "'y#^^:t"]
    plain = [term.replace("'y#", "'y#'") for term in plain]
    few = [
        *plain,
        "( )",
        "( 1# )",
        "( 'y#' )",
        "( :x# 'y#' 'z#'@en )",
        "[ ]",
        "[ :p# 'y#' ]",
        "[ :p# 1# , 'y#' ; :q# 'z#' ; ]",
    ]
    deep = [f"( {a} {b} )" for a in few for b in few] + [f"[ :p# {a} ; :q# {b} ]" for a in few for b in few]
    for term in few + deep:
        yield f":s# :p# {term} , 'y#' ; :q# {term} ."
        if term.startswith(("(", "[ :")):
            yield f"{term} :p# :o# , {term} ."


@pytest.mark.parametrize("end", ["# (one) [two] .", "# 'three' \"four\"\n", "  #", "\n\n"])
def test_a_comment_at_the_end_holds_no_statements(end: str) -> None:
    found = places(f"<http://e/a> <http://e/b> <http://e/c> . {end}")
    assert found is not None
    assert len(found) == 1
