"""The export on running servers: loaded again, it is the dataset that is served."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, DefaultGraph, Quad, RdfFormat

from khyber.errors import NotAcceptable, NotFound, UsageError
from khyber.rdf.reading import read_file
from khyber.release.release import Release
from khyber.sparql.formats import BY_KEY, DUMPS
from problem_shape import assert_problem
from running import Server, serving

EXAMPLE = """\
PREFIX ex: <http://example.org/>
ex:a ex:p [ ex:q "one\\ntwo \\" {" ] , "1"^^ex:unit .
GRAPH ex:g { ex:a ex:p "@prefix x: <y> ." , "–"@en . _:b ex:p ex:a , "}" . GRAPH_ ex:p 1.5 }
GRAPH <urn:x:h> { ex:a ex:p _:b }
""".replace("GRAPH_", "ex:b")


def canonical(quads: list[Quad]) -> set[str]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def exported(server: Server, key: str) -> list[Quad]:
    answer = server.fetch(f"/export?format={key}")
    assert (answer.status, answer.media_type) == (200, BY_KEY[key].media_type)
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    writer = BY_KEY[key].writer
    assert isinstance(writer, RdfFormat)
    return list(ox.parse(answer.body, format=writer))


def test_the_two_dumps_of_the_published_dataset_are_the_release(khyber: Server, release: Release) -> None:
    for dump in DUMPS:
        quads = exported(khyber, dump.key)
        assert len(quads) == len(release.quads)
        assert canonical(quads) == canonical(list(release.quads))


@pytest.mark.parametrize("key", ["turtle", "ntriples", "jsonld", "rdfxml"])
def test_a_format_for_one_graph_holds_the_default_graph(server: Server, people: Path, key: str) -> None:
    default = [quad for quad in read_file(people) if isinstance(quad.graph_name, DefaultGraph)]
    assert canonical(exported(server, key)) == canonical(default)


@pytest.mark.parametrize("dump", [dump.key for dump in DUMPS])
@pytest.mark.parametrize("union", ["--union", "--no-union"])
def test_files_come_out_as_they_went_in(tmp_path: Path, dump: str, union: str) -> None:
    file = tmp_path / "data.trig"
    file.write_text(EXAMPLE, encoding="utf-8")
    with serving(str(file), union) as running:
        assert canonical(exported(running, dump)) == canonical(read_file(file))


@pytest.mark.parametrize("key", [dump.key for dump in DUMPS])
def test_nothing_is_exported_as_nothing(key: str) -> None:
    with serving("--empty") as running:
        assert exported(running, key) == []


def test_the_format_is_negotiated_where_the_address_names_none(server: Server) -> None:
    for accept, expected in (
        ("*/*", "application/trig"),
        ("application/n-quads", "application/n-quads"),
        ("text/turtle", "text/turtle"),
        ("application/trig;q=0.1, application/ld+json", "application/ld+json"),
    ):
        answer = server.fetch("/export", headers={"Accept": accept})
        assert (answer.status, answer.media_type) == (200, expected)
        assert "Accept" in answer.headers["Vary"].split(", ")


def test_the_version_that_is_named_never_changes(khyber: Server, release: Release) -> None:
    answer = khyber.fetch(f"/export?format=nquads&version={release.id}")
    assert "immutable" in answer.headers["Cache-Control"]
    assert release.id in answer.headers["Content-Disposition"]
    latest = khyber.fetch("/export?format=nquads")
    assert latest.headers["ETag"] == answer.headers["ETag"]
    assert "immutable" not in latest.headers["Cache-Control"]
    assert khyber.fetch("/export?format=trig").headers["ETag"] != answer.headers["ETag"]


def test_what_a_client_has_already_is_not_sent_again(khyber: Server) -> None:
    for coding in ("identity", "gzip"):
        headers = {"Accept-Encoding": coding}
        first = khyber.fetch("/export?format=nquads", headers=headers)
        again = khyber.fetch(
            "/export?format=nquads", headers={**headers, "If-None-Match": first.headers["ETag"]}
        )
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]


def test_another_version_is_not_there(khyber: Server) -> None:
    answer = khyber.fetch("/export?format=nquads&version=0123456789abcdef")
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotFound)


def test_an_unknown_format_is_told(server: Server) -> None:
    answer = server.fetch("/export?format=csv")
    problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, UsageError)
    assert "nquads" in problem["remedy"]
    answer = server.fetch("/export", headers={"Accept": "image/png"})
    assert_problem(answer.status, answer.headers["Content-Type"], answer.body, NotAcceptable)


def test_head_tells_the_length(khyber: Server) -> None:
    head, get = (khyber.fetch("/export?format=trig", method=method) for method in ("HEAD", "GET"))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
