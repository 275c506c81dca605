"""Strict reading: what is wrong, where, and what was expected."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat

from khyber.errors import FileUnreadable, Location, RdfSyntaxError
from khyber.rdf.reading import FORMATS, parse, read_file, read_text

EX = "@prefix ex: <https://example.org/> .\n"
TRIPLE = (
    NamedNode("https://example.org/s"),
    NamedNode("https://example.org/p"),
    NamedNode("https://example.org/o"),
)
SAME_TRIPLE = {
    ".ttl": EX + "ex:s ex:p ex:o .",
    ".nt": "<https://example.org/s> <https://example.org/p> <https://example.org/o> .",
    ".nq": "<https://example.org/s> <https://example.org/p> <https://example.org/o> .",
    ".trig": EX + "{ ex:s ex:p ex:o }",
    ".rdf": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="https://example.org/">
        <rdf:Description rdf:about="https://example.org/s">
        <ex:p rdf:resource="https://example.org/o"/></rdf:Description></rdf:RDF>""",
    ".jsonld": '{"@id": "https://example.org/s", "https://example.org/p": {"@id": "https://example.org/o"}}',
}
SAME_TRIPLE[".owl"] = SAME_TRIPLE[".rdf"]


def turtle(text: str | bytes) -> list[Quad]:
    data = text.encode() if isinstance(text, str) else text
    return parse(data, format=RdfFormat.TURTLE, source="a.ttl")


def test_every_known_suffix_is_tried_here() -> None:
    assert SAME_TRIPLE.keys() == FORMATS.keys()


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_suffix_names_the_format(suffix: str, tmp_path: Path) -> None:
    text = SAME_TRIPLE[suffix].encode()
    names = {
        f"a{suffix}": text,
        f"a{suffix}.gz": gzip.compress(text),
        f"a{suffix}.zst": zstandard.compress(text),
    }
    for name, data in names.items():
        (tmp_path / name).write_bytes(data)

        assert read_file(tmp_path / name) == [Quad(*TRIPLE)], name


@pytest.mark.parametrize(
    ("text", "line", "column", "expectation"),
    [
        (
            EX + "ex:s ex:p ex:o\nex:t ex:p ex:o .",
            3,
            1,
            "A '.' was expected at the end of the statement before this",
        ),
        (EX + "ex:s ex:p ex:o", 2, 15, "the rest of it and a '.' were expected"),
        (
            EX + 'ex:s ex:p "open .\n',
            2,
            11,
            "The closing quote of a string was expected|closing mark was expected",
        ),
        (EX + 'ex:s ex:p """open .\n', 2, 11, "its closing mark was expected"),
        (EX + "ex:s ex:p .", 2, 11, "An object .* was expected; found \\."),
        (EX + "ex:s .", 2, 6, "A predicate .* was expected; found \\."),
        (EX + "ex:s ex:p 1 2 .", 2, 13, "A subject .* was expected, or a ';' or ',' before this; found 2"),
        (EX + "ex:s ex:p [ ex:p 1 .", 2, 20, "A '\\]' was expected"),
        (
            "\n<relative> <x:p> <x:o> .",
            2,
            1,
            "An absolute IRI .* was expected; a relative one has no base here",
        ),
        ("<x:s> <x:p> <x:a b> .", 1, 13, "The character ' ' may not stand in an IRI"),
        (EX + "ex:s rdf:type ex:o .", 2, 6, "The prefix rdf: has not been declared"),
    ],
)
def test_a_syntax_error_says_line_column_and_what_was_expected(
    text: str, line: int, column: int, expectation: str
) -> None:
    with pytest.raises(RdfSyntaxError, match=expectation) as raised:
        turtle(text)

    assert raised.value.location == Location("a.ttl", line, column)
    assert "Parser error" not in raised.value.detail
    assert "line" not in raised.value.detail
    assert raised.value.detail.endswith(".")


def test_the_remedy_for_a_prefix_of_the_project_is_its_declaration() -> None:
    with pytest.raises(RdfSyntaxError) as raised:
        turtle("khyber:a khyber:b khyber:c .")

    assert raised.value.remedy == "Declare it above: @prefix khyber: <https://w3id.org/khyber/ontology#> ."


def test_a_base_makes_relative_iris_good() -> None:
    quads = parse(b"<s> <p> <o> .", format=RdfFormat.TURTLE, source="a.ttl", base="https://example.org/")

    assert quads == [Quad(*TRIPLE)]


BAD_ID = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:ID="1 2"/></rdf:RDF>'


def test_a_format_without_positions_still_names_the_document() -> None:
    with pytest.raises(RdfSyntaxError) as raised:
        parse(BAD_ID, format=RdfFormat.RDF_XML, source="a.rdf")

    assert raised.value.location == Location("a.rdf")


def test_blank_nodes_of_two_documents_never_clash() -> None:
    text = "_:b <x:p> [] ."

    def nodes() -> set[object]:
        return {term for quad in turtle(text) for term in (quad.subject, quad.object)}

    first, second = nodes(), nodes()
    assert all(isinstance(node, BlankNode) for node in first | second)
    assert len(first | second) == 4


def test_a_byte_order_mark_is_passed_over() -> None:
    assert turtle(b"\xef\xbb\xbf" + SAME_TRIPLE[".ttl"].encode()) == [Quad(*TRIPLE)]


def test_literals_keep_the_form_in_which_they_were_written() -> None:
    values = [quad.object.value for quad in turtle("<x:s> <x:p> 01, 1.50, +5 .") if quad.object]  # type: ignore[union-attr]

    assert values == ["01", "1.50", "+5"]


def test_bytes_that_are_not_utf8_are_shown_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_bytes('<x:s>\n<x:p> "é'.encode() + b'\xff" .')

    with pytest.raises(FileUnreadable, match="0xff is not UTF-8") as raised:
        read_file(file)

    assert raised.value.location == Location(str(file), 2, 9)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"missing\.ttl: There is no such file"):
        read_file(tmp_path / "missing.ttl")


def test_a_folder_is_not_read_as_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "folder.ttl"
    folder.mkdir()

    with pytest.raises(FileUnreadable, match=r"folder\.ttl: This is a folder"):
        read_file(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text("")
    file.chmod(0)

    with pytest.raises(FileUnreadable, match="You may not read this file"):
        read_file(file)


@pytest.mark.parametrize("name", ["a.csv", "a", "a.csv.gz", "a.csv.zst", "ttl"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("")

    with pytest.raises(FileUnreadable, match=r"Known are \.ttl, .*, \.jsonld, each also with \.gz or \.zst"):
        read_file(tmp_path / name)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda _data: b"plain", lambda data: data[:12] + b"\0" * 20]
)
@pytest.mark.parametrize(
    ("suffix", "pack", "packer"), [(".gz", gzip.compress, "gzip"), (".zst", zstandard.compress, "zstd")]
)
def test_a_damaged_archive_is_named(
    damage: Callable[[bytes], bytes],
    suffix: str,
    pack: Callable[[bytes], bytes],
    packer: str,
    tmp_path: Path,
) -> None:
    (tmp_path / f"a.ttl{suffix}").write_bytes(damage(pack(SAME_TRIPLE[".ttl"].encode())))

    with pytest.raises(FileUnreadable, match=f"not a whole {packer} archive"):
        read_file(tmp_path / f"a.ttl{suffix}")


def test_an_archive_of_several_frames_is_read_whole(tmp_path: Path) -> None:
    text = SAME_TRIPLE[".ttl"].encode()
    halves = text[:30], text[30:]
    (tmp_path / "a.ttl.zst").write_bytes(b"".join(map(zstandard.compress, halves)))
    (tmp_path / "a.ttl.gz").write_bytes(b"".join(map(gzip.compress, halves)))

    assert read_file(tmp_path / "a.ttl.zst") == read_file(tmp_path / "a.ttl.gz") == [Quad(*TRIPLE)]


def test_an_empty_file_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.ttl.zst").write_bytes(b"")

    with pytest.raises(FileUnreadable, match="not a whole zstd archive"):
        read_file(tmp_path / "a.ttl.zst")


def test_a_file_below_the_working_folder_is_named_relative_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.ttl").write_text("<x:s>")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(RdfSyntaxError) as raised:
        read_file(tmp_path / "data" / "a.ttl")

    assert str(raised.value).startswith("data/a.ttl:1:")


def test_a_text_keeps_its_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.rq").write_bytes(b"one\r\ntwo\n")

    assert read_text(tmp_path / "a.rq") == "one\r\ntwo\n"


@pytest.mark.parametrize("whole", [0.0, 0.4, 0.9])
def test_xml_that_breaks_off_is_refused(whole: float) -> None:
    document = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
        b'<rdf:Description rdf:about="http://e/a"><e:p>one</e:p></rdf:Description></rdf:RDF>'
    )
    assert len(parse(document, format=RdfFormat.RDF_XML, source="a.rdf")) == 1
    with pytest.raises(RdfSyntaxError, match="not well-formed"):
        parse(document[: int(len(document) * whole)], format=RdfFormat.RDF_XML, source="a.rdf")
