from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from khyber.cli.table import aligned
from khyber.config import graph_home
from khyber.release.queries import example_queries
from running import Server, khyber

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("state"))


def ask(state: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return khyber("query", *arguments, "--state", state, stdin=stdin)


def output(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def assert_refused(result: subprocess.CompletedProcess[str], *says: str) -> None:
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1, result.stderr
    for words in says:
        assert words in result.stderr


def test_the_khyber_graph_answers_with_its_prefixes_predefined(state: str) -> None:
    assert output(ask(state, "ASK { actor:ttp a khyber:ArmedGroup }")) == "yes\n"
    table = output(ask(state, "SELECT ?type { actor:ttp a ?type } ORDER BY ?type"))
    assert table.splitlines()[0] == "type"
    assert "khyber:ArmedGroup" in table.splitlines()


def test_every_kind_of_result_can_be_written_in_its_formats(state: str) -> None:
    query = "SELECT ?type { actor:ttp a ?type FILTER(?type = khyber:ArmedGroup) }"
    iri = "https://w3id.org/khyber/ontology#ArmedGroup"
    assert output(ask(state, query, "--format", "csv")) == f"type\n{iri}\n"
    assert output(ask(state, query, "--format", "tsv")) == f"?type\n<{iri}>\n"
    assert json.loads(output(ask(state, query, "--format", "json")))["head"]["vars"] == ["type"]
    assert "<sparql " in output(ask(state, query, "--format", "xml"))
    describe = "DESCRIBE actor:ttp"
    assert "actor:ttp a " in output(ask(state, describe))
    assert "<https://w3id.org/khyber/id/actor/ttp> <" in output(ask(state, describe, "--format", "ntriples"))
    assert "<rdf:RDF" in output(ask(state, describe, "--format", "rdfxml"))
    assert json.loads(output(ask(state, describe, "--format", "jsonld")))


def test_a_format_that_cannot_hold_the_result_is_refused_with_those_that_can(state: str) -> None:
    assert_refused(ask(state, "ASK {}", "--format", "turtle"), "turtle", "json")
    assert_refused(ask(state, "DESCRIBE actor:ttp", "--format", "table"), "table", "turtle")


def test_a_query_is_read_from_a_file_or_from_standard_input(state: str, tmp_path: Path) -> None:
    file = tmp_path / "a.rq"
    file.write_text("ASK {}")
    assert output(ask(state, "-f", str(file))) == "yes\n"
    assert output(ask(state, "-f", "-", stdin="ASK {}")) == "yes\n"


def test_example_queries_are_listed_and_asked_by_name(state: str) -> None:
    examples = example_queries(graph_home())
    assert examples
    listed = output(ask(state, "--list")).splitlines()
    assert [line.split()[0] for line in listed[1:]] == [example.name for example in examples]
    assert output(ask(state, "-e", examples[0].name)) == output(ask(state, examples[0].text))


def test_an_unknown_example_is_told_with_the_nearest_name(state: str) -> None:
    name = example_queries(graph_home())[0].name
    assert_refused(ask(state, "-e", name[:-1]), f"Did you mean {name}?", "--list")


def test_a_mistake_is_told_with_its_place_where_the_person_wrote_it(state: str, tmp_path: Path) -> None:
    assert_refused(ask(state, "ASK {\n  actor:ttp no:p ?o }"), "query:2:13: The prefix no: is not declared.")
    file = tmp_path / "a.rq"
    file.write_text("# about\nASK {\n  actor:ttp ?p }\n")
    assert_refused(ask(state, "-f", str(file)), f"{file}:3:16: '}}' does not fit here")


def test_what_is_no_query_is_refused(state: str) -> None:
    assert_refused(ask(state, "CLEAR ALL"), "query:1:1:", "update")
    assert_refused(ask(state, "ASK { SERVICE <http://127.0.0.1:9/> {} }"), "federation is off")


@pytest.mark.parametrize("arguments", [[], ["ASK {}", "-e", "x"], ["-f", "x", "-e", "y"]], ids=str)
def test_one_query_is_wanted(state: str, arguments: list[str]) -> None:
    assert_refused(ask(state, *arguments), "Give one query")


def test_an_endpoint_is_asked_over_http(state: str, server: Server) -> None:
    asked = ("--endpoint", server.endpoint)
    assert output(ask(state, COUNT, *asked)) == "n\n3\n"
    assert output(ask(state, COUNT, *asked, "--format", "csv")) == "n\n3\n"
    assert "<http://example.org/name>" in output(ask(state, "CONSTRUCT WHERE { ?s ?p ?o }", *asked))
    assert output(ask(state, "ASK { ?s skos:note ?o }", *asked)) == "no\n"


def test_a_mistake_that_an_endpoint_tells_has_its_place_in_what_the_person_wrote(
    state: str, server: Server
) -> None:
    refused = ask(state, "ASK { actor:ttp no:p ?o }", "--endpoint", server.endpoint)
    assert_refused(refused, "query:1:17: The prefix no: is not declared.")


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [
        ("http://127.0.0.1:9/sparql", "cannot be reached"),
        ("file:///etc/passwd", "no web address"),
        ("localhost:8000/sparql", "no web address"),
    ],
)
def test_an_endpoint_that_cannot_be_asked_is_told(state: str, endpoint: str, says: str) -> None:
    assert_refused(ask(state, "ASK {}", "--endpoint", endpoint), endpoint, says)


@pytest.mark.parametrize(
    ("path", "says"), [("/nowhere", "404"), ("/health", "405"), ("/static/icon.svg", "405")]
)
def test_an_address_that_is_no_endpoint_is_told(state: str, server: Server, path: str, says: str) -> None:
    assert_refused(ask(state, "ASK {}", "--endpoint", server.root + path), says)


def test_a_table_is_aligned_and_each_row_stays_on_its_line() -> None:
    assert aligned([["a", "bc"], ["long", "x\ny"], ["é", ""]]) == "a     bc\nlong  x y\né"
    assert aligned([["a", "b"], ["x" * 100, "y"]]).splitlines()[0] == "a" + " " * 61 + "b"
