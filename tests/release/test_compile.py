"""The compile of a small graph: what is published, what is refused, and that it is always the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from khyber.errors import DoesNotConform, InputError
from khyber.rdf.namespaces import ID, TERM
from khyber.reasoning.base import reasoner
from khyber.release.compile import compile_release
from khyber.release.release import Release, ReleaseRefused
from khyber.release.sources import (
    CORE_GRAPH,
    INFERRED_GRAPH,
    ONTOLOGY_GRAPH,
    SERVICE_GRAPH,
    SHAPES_GRAPH,
    read_sources,
)
from small_graph import DATA, ONTOLOGY, SHAPES, write_home

STAGES = ["read", "validate", "reason", "consistency", "count"]


def compiled(home: Path, name: str = "sparql") -> Release:
    return compile_release(read_sources(home), reasoner(name), reasoner_name=name)


def refused(home: Path) -> ReleaseRefused:
    with pytest.raises(DoesNotConform) as raised:
        compiled(home)
    assert isinstance(raised.value, ReleaseRefused)
    return raised.value


def test_the_release_holds_what_was_asserted_and_what_follows_each_in_its_graph(tmp_path: Path) -> None:
    release = compiled(write_home(tmp_path))
    allied = NamedNode(TERM + "alliedWith")
    north, south = NamedNode(ID + "actor/north"), NamedNode(ID + "actor/south")

    found = {(q.subject, q.object, q.graph_name) for q in release.quads if q.predicate == allied}

    assert (north, south, NamedNode(CORE_GRAPH)) in found
    assert (south, north, NamedNode(INFERRED_GRAPH)) in found
    graphs = {ONTOLOGY_GRAPH, SHAPES_GRAPH, CORE_GRAPH, INFERRED_GRAPH, SERVICE_GRAPH}
    assert set(release.counts) == graphs
    assert release.counts[CORE_GRAPH].triples == 6
    assert release.counts[CORE_GRAPH].classes == {TERM + "State": 2}
    assert release.counts[INFERRED_GRAPH].classes[TERM + "Actor"] == 2
    assert release.report.findings == ()
    assert not release.cached


def test_each_stage_is_told_and_timed(tmp_path: Path) -> None:
    told: list[str] = []
    release = compile_release(
        read_sources(write_home(tmp_path)),
        reasoner("sparql"),
        reasoner_name="sparql",
        on_stage=lambda name, _detail: told.append(name),
    )

    assert told == list(release.seconds) == STAGES


def test_both_reasoners_make_the_same_release(tmp_path: Path) -> None:
    write_home(tmp_path)

    assert compiled(tmp_path, "sparql").id == compiled(tmp_path, "owlrl").id


def test_the_name_is_the_same_in_every_process_and_whatever_the_files_are_called(tmp_path: Path) -> None:
    here, there = write_home(tmp_path / "here"), write_home(tmp_path / "there")
    (there / "ontology" / "khyber.ttl").rename(there / "ontology" / "another.ttl")
    (there / "ontology" / "more.ttl").write_text(
        (there / "ontology" / "vocabularies" / "stances.ttl").read_text()
    )
    program = (
        "import sys, pathlib; from khyber.release.cache import load_or_compile;"
        "print(load_or_compile(pathlib.Path(sys.argv[1]), reasoner='sparql', state=None).id)"
    )

    names = {
        subprocess.run(
            [sys.executable, "-c", program, str(home)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for home, seed in ((here, "1"), (there, "2"))
    }

    assert len(names) == 1


def test_the_name_changes_when_a_fact_changes(tmp_path: Path) -> None:
    before = compiled(write_home(tmp_path)).id

    assert compiled(write_home(tmp_path, triples=DATA.replace('"North"', '"Far North"'))).id != before


def test_what_violates_a_shape_is_refused_with_the_shapes_message(tmp_path: Path) -> None:
    error = refused(
        write_home(tmp_path, triples=DATA.replace('khyber:name "South"', "khyber:stance stance:claims"))
    )

    assert [finding.message for finding in error.report.findings] == ["An actor has a name; add khyber:name."]
    assert error.report.findings[0].focus == ID + "actor/south"


def test_a_warning_is_reported_and_does_not_refuse(tmp_path: Path) -> None:
    release = compiled(write_home(tmp_path, triples=DATA.replace("stance:claims", "actor:south")))

    assert [finding.severity for finding in release.report.findings] == ["Warning"]


def test_a_code_of_the_ontology_counts_as_known_to_the_shapes(tmp_path: Path) -> None:
    strict = SHAPES.replace("sh:severity sh:Warning ;", "")

    assert compiled(write_home(tmp_path, actors=strict)).report.conforms


def test_an_unknown_term_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    error = refused(write_home(tmp_path, triples=DATA.replace("khyber:alliedWith", "khyber:aliedWith")))

    assert any("Did you mean khyber:alliedWith?" in finding.message for finding in error.report.findings)


def test_what_contradicts_the_ontology_is_refused(tmp_path: Path) -> None:
    error = refused(write_home(tmp_path, triples=DATA + "\nactor:south a khyber:ArmedGroup .\n"))

    assert {finding.focus for finding in error.report.findings} == {ID + "actor/south"}
    assert error.report.findings[0].severity == "Violation"


def test_what_is_asserted_is_validated_not_what_follows_from_it(tmp_path: Path) -> None:
    ranged = (
        ONTOLOGY
        + "<http://www.w3.org/2002/07/owl#Nothing> a owl:Class . khyber:alliedWith rdfs:range khyber:Actor ."
    )
    data = DATA.replace("actor:south ;", "actor:south , actor:east ;")

    error = refused(write_home(tmp_path, khyber=ranged, triples=data))

    assert any(finding.message == "An ally is an actor." for finding in error.report.findings)


def test_a_shape_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    broken = SHAPES.replace("sh:minCount 1", 'sh:minCount "one"')

    with pytest.raises(InputError):
        compiled(write_home(tmp_path, actors=broken))


def test_the_release_holds_the_example_queries_and_the_prefixes_and_is_named_by_them_too(
    tmp_path: Path,
) -> None:
    home = write_home(tmp_path)
    before = compiled(home)
    queries = {str(q.subject) for q in before.quads if q.graph_name == NamedNode(SERVICE_GRAPH)}
    assert f"<{ID}prefix/khyber>" in queries

    file = home / "data" / "queries" / "boats.rq"
    file.parent.mkdir(exist_ok=True)
    file.write_text("# title: Boats\n# description: All boats.\n# tags: boats\n\nASK {}\n", encoding="utf-8")
    after = compiled(home)
    added = {q.subject for q in after.quads} - {q.subject for q in before.quads}
    assert added == {NamedNode(ID + "query/boats")}
    assert after.id != before.id
    assert read_sources(home).digest() != read_sources(write_home(tmp_path / "other")).digest()

    file.write_text(
        "# title: Boats\n# description: All boats.\n# tags: boats\n\nFIND BOATS\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="FIND"):
        compiled(home)
