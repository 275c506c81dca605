"""Documents in every syntax: what they state, where it stands, and what is refused."""

from __future__ import annotations

import gzip
import pickle
import re
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from contributions.sheet_graph import templates
from khyber.contributions.bounds import Bounds
from khyber.contributions.document import Document
from khyber.contributions.documents import read_document
from khyber.contributions.media import MEDIA, Syntax, medium_of
from khyber.errors import (
    FileUnreadable,
    InputError,
    Location,
    PayloadTooLarge,
    RdfSyntaxError,
    UnsupportedMediaType,
    UsageError,
)
from khyber.rdf.namespaces import ID, SKOLEM, TERM
from khyber.rdf.turtle import write_turtle
from khyber.validation.names import text_of

EX = "http://example.org/"
P = f"@prefix : <{EX}> .\n"
S = NamedNode(EX + "s")
ONE = Triple(S, NamedNode(EX + "p"), NamedNode(EX + "o"))
SAME = {
    "a.ttl": P + ":s :p :o .",
    "a.trig": P + "{ :s :p :o }",
    "a.nt": f"<{EX}s> <{EX}p> <{EX}o> .",
    "a.nq": f"<{EX}s> <{EX}p> <{EX}o> .",
    "a.jsonld": f'{{"@id": "{EX}s", "{EX}p": {{"@id": "{EX}o"}}}}',
    "a.rdf": f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="{EX}">'
    f'<rdf:Description rdf:about="{EX}s"><ex:p rdf:resource="{EX}o"/></rdf:Description></rdf:RDF>',
    "a.rdfp": f"A <{EX}s> <{EX}p> <{EX}o> .\n",
}


def read(
    text: str, name: str = "a.ttl", media_type: str | None = None, *, skolemise: bool = False
) -> Document:
    return read_document(text.encode(), name, media_type, skolemise=skolemise)


def refusal(text: str, name: str = "a.ttl", *, skolemise: bool = False) -> InputError:
    with pytest.raises(InputError) as caught:
        read(text, name, skolemise=skolemise)
    return caught.value


@pytest.mark.parametrize("name", SAME)
def test_every_syntax_states_the_same(name: str) -> None:
    document = read(SAME[name], name)
    assert (document.triples, document.removed) == ((ONE,), ())
    assert document.patch.added == (ONE,)


@pytest.mark.parametrize("name", SAME)
def test_the_media_type_goes_before_the_suffix(name: str) -> None:
    medium = medium_of(name, None)
    for media_type in (medium.media_type, medium.media_type.upper() + "; charset=utf-8", *medium.also):
        assert read(SAME[name], "upload", media_type).triples == (ONE,)
    assert read(SAME[name], name, "application/octet-stream").media_type == medium.media_type


def test_every_kind_of_document_is_chosen_by_its_suffixes() -> None:
    for medium in MEDIA:
        for suffix in medium.suffixes:
            assert medium_of(f"a{suffix}", None) is medium
            assert medium_of(f"A{suffix.upper()}.gz", "") is medium


@pytest.mark.parametrize(
    ("name", "media_type"), [("a", None), ("a.docx", None), (".ttl", None), ("a.gz", "")]
)
def test_a_name_that_tells_no_kind_is_refused(name: str, media_type: str | None) -> None:
    with pytest.raises(FileUnreadable, match="says what this document is"):
        read("", name, media_type)


def test_an_unknown_media_type_is_refused_with_those_that_are_read() -> None:
    with pytest.raises(UnsupportedMediaType, match="image/png") as caught:
        read("", "a.ttl", "image/png")
    assert "text/turtle" in (caught.value.remedy or "")


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstandard.compress)])
def test_packed_documents_are_unpacked_and_keep_their_places(
    suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    document = read_document(pack(SAME["a.ttl"].encode()), "a.ttl" + suffix)
    assert document.triples == (ONE,)
    assert document.locate(EX + "s", EX + "p", EX + "o") == Location("a.ttl" + suffix, 2, 7)
    many = pack(b"<x:a> <x:b> 1 . ") + pack(b"<x:a> <x:b> 2 .")
    assert len(read_document(many, "a.ttl" + suffix).triples) == 2


def test_a_syntax_error_has_its_place_and_what_was_expected() -> None:
    error = refusal(P + ":s :p\n  .")
    assert isinstance(error, RdfSyntaxError)
    assert error.location == Location("a.ttl", 3, 3)
    assert "An object" in error.detail


LOCATED = P + ":s a :C ;\n  :p :o , :o2 ;\n  :q 'x' .\n:t :r :s .\n"


@pytest.mark.parametrize(
    ("subject", "path", "value", "line", "column"),
    [
        ("s", "p", "o2", 3, 11),
        ("s", "p", None, 3, 6),
        ("s", "p", "other", 3, 6),
        ("s", "missing", None, 2, 1),
        ("s", None, None, 2, 1),
        ("o2", None, None, 3, 11),
        ("s", "p", "p", 3, 3),
        ("s", f"^<{EX}r>", None, 5, 7),
        ("s", f"(<{EX}missing> | <{EX}p>)", None, 3, 6),
        ("s", f"<{EX}p> / <{EX}q>", None, 3, 6),
    ],
)
def test_a_finding_is_located_as_exactly_as_can_be(
    subject: str, path: str | None, value: str | None, line: int, column: int
) -> None:
    document = read(LOCATED)
    full_path = EX + path if path and path.isalnum() else path
    full_value = EX + value if value else None
    assert document.locate(EX + subject, full_path, full_value) == Location("a.ttl", line, column)


def test_a_node_of_which_the_document_does_not_speak_has_no_place() -> None:
    assert read(LOCATED).locate(EX + "elsewhere") is None


def test_a_literal_is_located_as_findings_write_it() -> None:
    document = read(P + ":s :d '2026-02-30'^^<http://www.w3.org/2001/XMLSchema#date> .")
    value = '"2026-02-30"^^xsd:date'
    assert document.locate(EX + "s", EX + "d", value) == Location("a.ttl", 2, 7)


@pytest.mark.parametrize("name", ["a.jsonld", "a.rdf"])
def test_syntaxes_without_places_name_the_document(name: str) -> None:
    assert read(SAME[name], name).locate(EX + "s", EX + "p", EX + "o") == Location(name)


def test_documents_can_be_pickled_and_still_locate() -> None:
    document = pickle.loads(pickle.dumps(read(LOCATED)))  # noqa: S301 - our own bytes
    assert document.locate(EX + "s", EX + "p", EX + "o2") == Location("a.ttl", 3, 11)


def test_a_named_graph_is_refused_with_its_place() -> None:
    for name in ("a.trig", "a.nq"):
        text = {
            "a.trig": P + "{ :s :p :o }\n:g { :s :p 1 }",
            "a.nq": f"{SAME['a.nt']}\n{SAME['a.nt'][:-1]} <x:g> .",
        }
        error = refusal(text[name], name)
        assert "names no graph" in error.detail
        assert error.location
        assert error.location.line == (3 if name == "a.trig" else 2)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [(":s :p :o ;\n  :q [ :r 1 ] .", 3, 6), (":s :p :o .\n _:b :p 1 .", 3, 2), (":s :p ( 1 ) .", 2, 7)],
)
def test_a_blank_node_is_refused_with_its_place(text: str, line: int, column: int) -> None:
    error = refusal(P + text)
    assert "blank node" in error.detail
    assert error.location == Location("a.ttl", line, column)
    assert "id/KIND/SLUG" in (error.remedy or "")


def test_blank_nodes_can_be_named_after_the_document() -> None:
    text = P + ":s :p _:b . _:b :q _:c . _:c :q [ ] ."
    first, again = read(text, skolemise=True), read(text, skolemise=True)
    assert first.triples == again.triples
    names = {first.triples[0].object, first.triples[1].object, first.triples[2].object}
    assert len(names) == 3
    assert all(isinstance(name, NamedNode) and name.value.startswith(SKOLEM) for name in names)
    (named,) = {first.triples[0].object, first.triples[1].subject}
    assert isinstance(named, NamedNode)
    assert read(text + " ", skolemise=True).triples != first.triples
    assert first.locate(named.value) == Location("a.ttl", 2, 13)


def test_a_blank_node_of_a_known_class_lies_where_its_class_does() -> None:
    text = f"<x:a> <x:b> [ a <{TERM}Airstrike> ] , [ a <x:Other> ] ."
    document = read_document(text.encode(), "a.ttl", skolemise=True, templates=templates())
    subjects = [triple.subject.value for triple in document.triples if isinstance(triple.subject, NamedNode)]
    assert re.fullmatch(f"{ID}event/genid-[0-9a-f]{{24}}", subjects[0])
    assert re.fullmatch(f"{SKOLEM}[0-9a-f]{{24}}", subjects[2])


def test_a_document_tells_what_it_describes_from_what_it_mentions() -> None:
    document = read(LOCATED)
    assert document.describes(EX + "s")
    assert not document.describes(EX + "o2")


def test_the_blank_nodes_of_json_ld_can_be_named_too() -> None:
    document = read(f'{{"@id": "{EX}s", "{EX}p": {{"{EX}q": 1}}}}', "a.jsonld", skolemise=True)
    assert not any(isinstance(term, BlankNode) for t in document.triples for term in (t.subject, t.object))


def test_a_patch_adds_and_removes_with_places() -> None:
    text = (
        (
            "H id <urn:x> .\nTX .\nPA rdf <http://www.w3.org/> .\n# a remark\n"
            f"A <{EX}s> <{EX}p> <{EX}o> .\n  D   <{EX}s> <{EX}p> 'gone' .\r\n"
            f"A <{EX}s> <{EX}q> 1 .\nD <{EX}s> <{EX}q> 1 .\nTC .\nTX .\nA <{EX}s> <{EX}r> 'no' .\nTA .\n"
        )
        .replace(" 1 .", " '1' .")
        .replace("'", '"')
    )
    document = read(text, "a.rdfp")
    assert document.triples == (ONE,)
    assert document.removed == (Triple(S, NamedNode(EX + "p"), Literal("gone")),)
    assert document.locate(EX + "s", EX + "p", EX + "o") == Location("a.rdfp", 5, 49)
    assert document.locate(EX + "s", EX + "p", '"gone"') == Location("a.rdfp", 6, 53)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("TX .\nadd <x:a> <x:b> <x:c> .", 2, "no row"),
        ("A <x:a> <x:b> .", 1, "object"),
        ("TX .\nA <x:a> <x:b> <x:c> <x:g> .", 2, "names no graph"),
        ("D _:a <x:b> <x:c> .", 1, "blank node"),
    ],
)
def test_what_is_wrong_in_a_patch_has_its_row(text: str, line: int, says: str) -> None:
    error = refusal(text, "a.rdfp", skolemise=True)
    assert says in error.detail
    assert error.location
    assert error.location.line == line


def test_a_row_of_a_patch_holds_one_statement() -> None:
    two = refusal("A <x:a> <x:b> <x:c> . <x:a> <x:b> <x:d> .\n", "a.rdfp")
    assert two.location == Location("a.rdfp", 1, 23)
    assert "or none" in refusal("A \n", "a.rdfp").detail


def test_nothing_is_imported() -> None:
    error = refusal(f"{P}:s :p :o ;\n <http://www.w3.org/2002/07/owl#imports> <{EX}other> .")
    assert "owl:imports" in error.detail
    assert error.location == Location("a.ttl", 3, 2)


def test_sheets_need_templates() -> None:
    with pytest.raises(UsageError, match="templates"):
        read("event id,label\nx,y\n", "a.csv")
    assert medium_of("a.csv", None).syntax is Syntax.TABLE


def test_a_document_may_be_as_long_as_its_bounds_and_no_longer() -> None:
    data = SAME["a.ttl"].encode()
    assert read_document(data, "a.ttl", bounds=Bounds(bytes=len(data))).triples == (ONE,)
    with pytest.raises(PayloadTooLarge):
        read_document(data, "a.ttl", bounds=Bounds(bytes=len(data) - 1))


# Any document that is written can be read, and every statement is found where it stands.

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
IRIS = st.integers(0, 9).map(lambda number: NamedNode(f"{EX}n{number}"))
LITERALS = st.one_of(
    TEXT.map(Literal),
    st.tuples(TEXT, st.sampled_from(["en", "ps-AF"])).map(lambda pair: Literal(pair[0], language=pair[1])),
    st.integers(-99, 99).map(Literal),
    st.booleans().map(Literal),
    st.tuples(TEXT, IRIS).map(lambda pair: Literal(pair[0], datatype=pair[1])),
)
TRIPLES = st.sets(st.builds(Triple, IRIS, IRIS, st.one_of(IRIS, LITERALS)), min_size=1, max_size=12)
WRITERS: dict[str, Callable[[list[Triple]], bytes]] = {
    "a.ttl": lambda triples: serialize(triples, format=RdfFormat.TURTLE, prefixes={"ex": EX}) or b"",
    "own.ttl": lambda triples: write_turtle(triples, {"ex": EX}).encode(),
    "a.trig": lambda triples: (
        serialize((Quad(t.subject, t.predicate, t.object) for t in triples), format=RdfFormat.TRIG) or b""
    ),
    "a.nt": lambda triples: serialize(triples, format=RdfFormat.N_TRIPLES) or b"",
    "a.nq": lambda triples: (
        serialize((Quad(t.subject, t.predicate, t.object) for t in triples), format=RdfFormat.N_QUADS) or b""
    ),
    "a.rdfp": lambda triples: b"".join(
        b"A " + line + b"\n"
        for line in (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").split(b"\n")
        if line
    ),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TRIPLES, st.sampled_from(sorted(WRITERS)))
def test_what_is_written_reads_back_and_is_found_where_it_stands(triples: set[Triple], name: str) -> None:
    data = WRITERS[name](sorted(triples, key=str))
    document = read_document(data, name)
    assert set(document.triples) == triples
    lines = data.decode().split("\n")
    for triple in triples:
        place = document.locate(text_of(triple.subject), triple.predicate.value, text_of(triple.object))
        assert place is not None
        assert place.line is not None
        assert place.column is not None
        assert (
            reread("\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]]))
            == triple.object
        )


def reread(rest: str) -> object:
    """Read the object with which a text begins: the shortest and then longest piece that is one term."""
    prologue = f"@prefix ex: <{EX}> . <x:s> <x:p> "
    for end in [index for index, mark in enumerate(rest) if mark in " ;,.\n"]:
        try:
            (triple,) = read_document(f"{prologue}{rest[:end]} .".encode(), "piece.ttl").triples
        except (InputError, ValueError):
            continue
        return triple.object
    return None
