"""Which files make which named graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from khyber.errors import FileUnreadable, InputError, RdfSyntaxError
from khyber.release.sources import (
    CORE_GRAPH,
    ONTOLOGY_GRAPH,
    SHAPES_GRAPH,
    parse_sources,
    read_sources,
    syntax_errors,
)
from small_graph import DATA, write_home


def test_each_file_belongs_to_its_graph(tmp_path: Path) -> None:
    write_home(tmp_path)
    (tmp_path / "ontology" / "alignments").mkdir()
    (tmp_path / "ontology" / "alignments" / "sem.ttl").write_text("")

    assert {(file.name, file.graph) for file in read_sources(tmp_path).files} == {
        ("data/triples.ttl", CORE_GRAPH),
        ("ontology/alignments/sem.ttl", ONTOLOGY_GRAPH),
        ("ontology/khyber.ttl", ONTOLOGY_GRAPH),
        ("ontology/vocabularies/stances.ttl", ONTOLOGY_GRAPH),
        ("shapes/actors.ttl", SHAPES_GRAPH),
    }


@pytest.mark.parametrize(
    "name", ["ontology/checks/a.ttl", "ontology/.khyber.ttl", "ontology/.old/a.ttl", "data/b.ttl"]
)
def test_other_files_are_left_out(name: str, tmp_path: Path) -> None:
    before = read_sources(write_home(tmp_path))
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("not Turtle")

    assert read_sources(tmp_path).files == before.files


def test_the_digest_changes_with_any_byte_and_with_any_name(tmp_path: Path) -> None:
    write_home(tmp_path)
    digests = [read_sources(tmp_path).digest()]
    (tmp_path / "data" / "triples.ttl").write_text(DATA + "\n")
    digests.append(read_sources(tmp_path).digest())
    (tmp_path / "shapes" / "actors.ttl").rename(tmp_path / "shapes" / "actor.ttl")
    digests.append(read_sources(tmp_path).digest())

    assert len(set(digests)) == 3
    assert read_sources(tmp_path).digest() == digests[-1]


def test_a_missing_data_file_is_named(tmp_path: Path) -> None:
    (write_home(tmp_path) / "data" / "triples.ttl").unlink()

    with pytest.raises(FileUnreadable, match=r"data/triples\.ttl: There is no such file"):
        read_sources(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    (write_home(tmp_path) / "shapes").rename(tmp_path / "forms")

    with pytest.raises(FileUnreadable, match=r"has no shapes/\. Give --home or KHYBER_HOME a folder"):
        read_sources(tmp_path)


def test_a_graph_home_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"There is no folder .*nowhere"):
        read_sources(tmp_path / "nowhere")


def test_every_file_that_does_not_parse_is_named_with_its_line(tmp_path: Path) -> None:
    write_home(tmp_path, triples="<a>", actors="\n\nkhyber:a", stances='<x:s> <x:p> "x" .')

    errors = [str(error) for error in syntax_errors(read_sources(tmp_path))]

    assert len(errors) == 2
    assert "data/triples.ttl:1:1: An absolute IRI" in errors[0]
    assert "shapes/actors.ttl:3:1: The prefix khyber: has not been declared" in errors[1]
    with pytest.raises(RdfSyntaxError, match=r"triples\.ttl:1:1"):
        parse_sources(read_sources(tmp_path))


def test_a_blank_node_in_the_data_is_refused_with_the_remedy(tmp_path: Path) -> None:
    write_home(tmp_path, triples=DATA + "actor:north khyber:name [] .")

    with pytest.raises(InputError, match=r"triples\.ttl: The data holds a blank node.*ontology#name.*an IRI"):
        parse_sources(read_sources(tmp_path))
