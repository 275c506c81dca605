"""What the server tells about itself, on running servers: a description per version, in RDF, that is true."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from pyoxigraph import RdfFormat

from khyber.engine.memory import MemoryEngine
from khyber.errors import TooBusy
from khyber.rdf.namespaces import BASE, DCAT, DCTERMS, GRAPH, RDF, SCHEMA_ORG, SD, SH, VOID, VOID_EXT
from khyber.web.app import create_app
from problem_shape import assert_problem
from running import Server, serving

PATHS = ("/sparql", "/.well-known/void", "/.well-known/dcat", "/.well-known/sparql-examples")
FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
PREFIXES = f"""
    PREFIX sd: <{SD}> PREFIX void: <{VOID}> PREFIX void-ext: <{VOID_EXT}> PREFIX sh: <{SH}> PREFIX rdf: <{RDF}>
    PREFIX dcat: <{DCAT}> PREFIX dcterms: <{DCTERMS}> PREFIX schema: <{SCHEMA_ORG}>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
EDITOR_EXAMPLES = """SELECT DISTINCT ?sq ?comment ?query WHERE {
    ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|sh:describe ?query .
} ORDER BY ?sq"""
EDITOR_PREFIXES = "SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix"
EDITOR_VOID = """SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype WHERE {
    ?cp void:class ?subjectClass ; void:propertyPartition ?pp . ?pp void:property ?prop .
    OPTIONAL {{ ?pp void:classPartition [ void:class ?objectClass ] } UNION
              { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] }} }"""


def rows_of(server: Server, path: str, query: str) -> list[dict[str, str]]:
    answer = server.fetch(path, headers={"Accept": "text/turtle"})
    assert (answer.status, answer.media_type) == (200, "text/turtle")
    store = ox.Store()
    store.load(answer.body, format=RdfFormat.TURTLE)
    results = store.query(PREFIXES + query)
    assert isinstance(results, ox.QuerySolutions)
    names = [variable.value for variable in results.variables]
    return [{n: str(getattr(row[n], "value", "")) for n in names} for row in results]


def asked(server: Server, query: str) -> list[dict[str, str]]:
    answer = server.ask(PREFIXES + query, accept="application/sparql-results+json")
    bindings = json.loads(answer.body)["results"]["bindings"]
    return [{name: term["value"] for name, term in binding.items()} for binding in bindings]


def count(server: Server, pattern: str, what: str = "*") -> int:
    (row,) = asked(server, f"SELECT (COUNT({what}) AS ?n) {{ {pattern} }}")
    return int(row["n"])


@pytest.mark.parametrize("path", PATHS)
def test_a_description_says_the_same_in_every_format(khyber: Server, server: Server, path: str) -> None:
    for running in (khyber, server):
        sizes = set()
        for media_type, rdf_format in FORMATS.items():
            answer = running.fetch(path, headers={"Accept": media_type})
            assert (answer.status, answer.media_type) == (200, media_type)
            assert "Accept" in answer.headers["Vary"].split(", ")
            sizes.add(len({quad.triple for quad in ox.parse(answer.body, format=rdf_format)}))
        assert len(sizes) == 1
        assert sizes.pop() > 10


@pytest.mark.parametrize("path", PATHS)
def test_a_description_is_the_same_each_time(khyber: Server, path: str) -> None:
    headers = {"Accept": "text/turtle"}
    assert khyber.fetch(path, headers=headers).body == khyber.fetch(path, headers=headers).body


def test_the_endpoint_that_is_told_is_the_one_that_answers_whatever_the_host_header(server: Server) -> None:
    query = "SELECT ?endpoint { ?service a sd:Service ; sd:endpoint ?endpoint }"
    assert rows_of(server, "/sparql", query) == [{"endpoint": server.endpoint}]
    answer = server.fetch("/sparql", headers={"Accept": "text/turtle", "Host": "evil.example"})
    assert "evil.example" not in answer.text


def test_the_address_that_clients_use_is_the_one_that_is_told(people: Path) -> None:
    with serving(str(people), "--base-url", "https://data.example.org/kg/") as running:
        rows = rows_of(running, "/sparql", "SELECT ?endpoint { ?service sd:endpoint ?endpoint }")
        assert rows == [{"endpoint": "https://data.example.org/kg/sparql"}]
        text = running.fetch("/.well-known/void").text
        assert running.root not in text
        assert "https://data.example.org/kg/export?format=trig" in text


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void"])
def test_the_counts_are_those_that_queries_give(khyber: Server, path: str) -> None:
    query = """SELECT ?title ?triples ?entities ?subjects ?objects ?properties ?classes {
        ?graph a sd:Graph ; dcterms:title ?title ; void:triples ?triples ; void:entities ?entities ;
          void:distinctSubjects ?subjects ; void:distinctObjects ?objects ;
          void:properties ?properties ; void:classes ?classes } ORDER BY ?title"""
    rows = {row["title"]: row for row in rows_of(khyber, path, query)}
    names = sorted(row["g"] for row in asked(khyber, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"))
    assert set(rows) == {"Default graph", *(f"Graph {name}" for name in names)}
    for title, row in rows.items():
        name = title.removeprefix("Graph ")

        def within(pattern: str, name: str = name) -> str:
            return pattern if name == "Default graph" else f"GRAPH <{name}> {{ {pattern} }}"

        assert int(row["triples"]) == count(khyber, within("?s ?p ?o"))
        assert int(row["subjects"]) == count(khyber, within("?s ?p ?o"), "DISTINCT ?s")
        assert int(row["objects"]) == count(khyber, within("?s ?p ?o"), "DISTINCT ?o")
        assert int(row["properties"]) == count(khyber, within("?s ?p ?o"), "DISTINCT ?p")
        assert int(row["entities"]) == count(khyber, within("?s ?p ?o FILTER(isIRI(?s))"), "DISTINCT ?s")
        assert int(row["classes"]) == count(khyber, within("?s a ?c FILTER(isIRI(?c))"), "DISTINCT ?c")


def test_the_partitions_are_those_that_queries_give(khyber: Server) -> None:
    told = rows_of(
        khyber,
        "/.well-known/void",
        f"""SELECT ?class ?property ?triples {{
            ?graph dcterms:title "Graph {GRAPH}core"@en ; void:classPartition ?part .
            ?part void:class ?class ; void:propertyPartition [ void:property ?property ; void:triples ?triples ] }}""",
    )
    counted = asked(
        khyber,
        f"""SELECT ?class ?property (COUNT(*) AS ?triples) {{
            GRAPH <{GRAPH}core> {{ ?s a ?class ; ?property ?o }} }} GROUP BY ?class ?property""",
    )
    assert len(told) > 100
    assert {tuple(row.values()) for row in told} == {tuple(row.values()) for row in counted}
    dated = [
        row
        for row in rows_of(khyber, "/.well-known/void", EDITOR_VOID)
        if row["objectDatatype"].endswith("#date")
    ]
    assert any(row["subjectClass"].endswith("#Accusation") for row in dated)


def test_the_default_graph_tells_which_graphs_it_holds(khyber: Server) -> None:
    query = 'SELECT ?title { ?d dcterms:title "Default graph"@en ; void:subset [ dcterms:title ?title ] } ORDER BY ?title'
    held = [
        row["title"].removeprefix(f"Graph {GRAPH}") for row in rows_of(khyber, "/.well-known/void", query)
    ]
    assert held == ["core", "inferred", "mappings", "ontology", "service"]
    assert not rows_of(khyber, "/sparql", "SELECT ?s { ?s sd:feature sd:UnionDefaultGraph }")


def test_a_union_is_told_where_the_default_graph_is_one(people: Path, tmp_path: Path) -> None:
    file = tmp_path / "named.nq"
    file.write_text("<x:s> <x:p> <x:o> <x:g> .\n<x:s> <x:p> <x:o> <x:h> .\n")
    with serving(str(file), "--union") as running:
        assert rows_of(running, "/sparql", "SELECT ?s { ?s sd:feature sd:UnionDefaultGraph }")
        triples = rows_of(
            running,
            "/.well-known/void",
            'SELECT ?n { ?g dcterms:title "Default graph"@en ; void:triples ?n }',
        )
        assert triples == [{"n": "1"}]
    with serving(str(people), "--union") as running:  # its default graph has triples of its own
        assert not rows_of(running, "/sparql", "SELECT ?s { ?s sd:feature sd:UnionDefaultGraph }")


def test_an_editor_finds_the_queries_and_the_prefixes_in_the_dataset_and_at_their_address(
    khyber: Server,
) -> None:
    for query, least in ((EDITOR_EXAMPLES, 40), (EDITOR_PREFIXES, 30)):
        inside, at_address = asked(khyber, query), rows_of(khyber, "/.well-known/sparql-examples", query)
        assert inside == at_address
        assert len(inside) > least
    prefixes = {row["prefix"]: row["namespace"] for row in asked(khyber, EDITOR_PREFIXES)}
    assert prefixes["khyber"] == BASE + "ontology#"
    targets = rows_of(khyber, "/.well-known/sparql-examples", "SELECT DISTINCT ?t { ?q schema:target ?t }")
    assert targets == [{"t": khyber.endpoint}]


def test_a_plain_server_has_no_examples_and_the_common_prefixes(server: Server) -> None:
    assert not rows_of(server, "/.well-known/sparql-examples", EDITOR_EXAMPLES)
    prefixes = rows_of(server, "/.well-known/sparql-examples", EDITOR_PREFIXES)
    assert "rdfs" in {row["prefix"] for row in prefixes}
    assert not [row for row in prefixes if row["namespace"].startswith(BASE)]


def test_dcat_tells_licence_publisher_dates_and_version(khyber: Server) -> None:
    query = """SELECT ?licence ?publisher ?version ?issued ?title { ?d a dcat:Dataset ; dcterms:license ?licence ;
        dcterms:publisher/<http://xmlns.com/foaf/0.1/name> ?publisher ; dcat:version ?version ;
        dcterms:issued ?issued ; dcterms:title ?title }"""
    health = json.loads(khyber.fetch("/health").body)
    for path in ("/.well-known/dcat", "/.well-known/void"):
        (row,) = rows_of(khyber, path, query)
        assert row["licence"] == "https://creativecommons.org/licenses/by/4.0/"
        assert row["publisher"] == "The Khyber team"
        assert row["version"] == health["release"]
        assert row["issued"].startswith("2026-")


def test_each_download_that_is_told_is_there(khyber: Server) -> None:
    rows = rows_of(
        khyber, "/.well-known/dcat", "SELECT ?url ?type { ?d dcat:downloadURL ?url ; dcat:mediaType ?type }"
    )
    assert len(rows) == 2
    for row in rows:
        answer = khyber.fetch(row["url"].removeprefix(khyber.root))
        assert answer.status == 200
        assert row["type"].endswith(answer.media_type)


def test_the_description_follows_a_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHYBER_ADMIN_TOKEN", "secret-of-the-test")
    query = 'SELECT ?n { ?g dcterms:title "Default graph"@en ; void:triples ?n }'
    with serving("--empty", "--writable") as running:
        assert rows_of(running, "/.well-known/void", query) == [{"n": "0"}]
        languages = rows_of(running, "/sparql", "SELECT ?l { ?s sd:supportedLanguage ?l }")
        assert {row["l"] for row in languages} == {SD + "SPARQL11Query", SD + "SPARQL11Update"}
        assert rows_of(running, "/sparql", "SELECT ?f { ?s sd:inputFormat ?f }")
        body = urlencode({"update": "INSERT DATA { <x:s> <x:p> 1 }"}).encode()
        headers = {
            "Authorization": "Bearer secret-of-the-test",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        assert running.fetch("/update", method="POST", headers=headers, body=body).status in (200, 204)
        assert rows_of(running, "/.well-known/void", query) == [{"n": "1"}]


def test_who_asks_while_another_counts_is_told_to_come_back_and_can_ask_for_the_service() -> None:
    app = create_app(MemoryEngine.load([]))
    with app.extensions["khyber.sites"].counting, app.test_client() as client:
        answer = client.get("/.well-known/void")
        assert_problem(answer.status_code, answer.headers["Content-Type"], answer.data, TooBusy)
        assert int(answer.headers["Retry-After"]) > 0
        assert client.get("/.well-known/dcat").status_code == 200
    with app.test_client() as client:
        assert client.get("/.well-known/void").status_code == 200
