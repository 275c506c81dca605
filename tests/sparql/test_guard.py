from __future__ import annotations

import pytest

from khyber.engine.base import Query, ResultKind
from khyber.errors import KhyberError, QueryRefused, QuerySyntaxError
from khyber.sparql.guard import admit
from khyber.sparql.protocol import QueryOperation

ELSEWHERE = "http://127.0.0.1:9/"
A, B, C = "http://example.org/a", "http://example.org/b", "http://example.org/c"

CALLS = {
    "plain": f"SELECT * {{ SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
    "silent": f"SELECT * {{ SERVICE SILENT <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
    "small_letters": f"SELECT * {{ service <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
    "mixed_letters": f"SELECT * {{ SeRvIcE <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
    "no_spaces": f"ASK{{SERVICE<{ELSEWHERE}>{{?s?p?o}}}}",
    "comment_between": f"SELECT * {{ SERVICE # no IRI\n <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
    "variable": f"SELECT * {{ VALUES ?x {{ <{ELSEWHERE}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
    "prefixed_name_glued_to_the_keyword": f"PREFIX : <{ELSEWHERE}> SELECT * {{SERVICE:a {{?s ?p ?o}}}}",
    "silent_glued_to_the_keyword": f"PREFIX : <{ELSEWHERE}> SELECT * {{SERVICESILENT:a {{?s ?p ?o}}}}",
    "literal_glued_to_the_keyword": f"SELECT * {{?s ?p trueSERVICE<{ELSEWHERE}>{{?a ?b ?c}}}}",
    "comparison_that_looks_like_an_iri": f"ASK {{?s ?p ?o FILTER(?s<'>')SERVICE<{ELSEWHERE}>{{}} #'\n}}",
    "keyword_in_what_looks_like_an_iri": "SELECT * {?s ?p ?o FILTER(?s<?o)SERVICE?x#>\n{?a ?b ?c}}",
    "subquery": f"SELECT * {{ {{ SELECT ?s {{ SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }} }} }}",
    "exists": f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }} }}",
    "optional": f"SELECT * {{ OPTIONAL {{ SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }} }}",
    "construct": f"CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
    "describe": f"DESCRIBE ?s {{ SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
    "prefix_of_changed_letters": f"PREFIX trueSERVIXE: <http://x/> PREFIX : <{ELSEWHERE}> ASK {{?s ?p trueSERVICE:a {{}}}}",
    "number_glued_to_the_keyword": f"ASK {{?s ?p 1SERVICE<{ELSEWHERE}>{{?a ?b ?c}}}}",
    "lateral": f"SELECT * {{ ?s ?p ?o LATERAL {{ SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }} }}",
    "after_a_string_of_the_same_letters": f"ASK {{ ?s ?p 'SERVICE' SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
}


@pytest.mark.parametrize("text", CALLS.values(), ids=CALLS.keys())
def test_a_query_that_calls_another_server_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        admit(QueryOperation(text))
    error = caught.value
    assert "federation is off" in error.detail
    assert error.location is not None
    assert error.location.line is not None
    assert error.location.column is not None
    line = text.split("\n")[error.location.line - 1][error.location.column - 1 :]
    assert line.upper().startswith("SERVICE")


NO_CALLS = {
    "string": "SELECT * { ?s ?p 'SERVICE' }",
    "string_with_escaped_letter": "SELECT * { ?s ?p '\\u0053ERVICE' }",
    "long_string": 'SELECT * { ?s ?p """a " SERVICE <http://x> { } """ }',
    "comment": f"SELECT * {{ ?s ?p ?o # SERVICE <{ELSEWHERE}> {{ }}\n }}",
    "iri": "SELECT * { ?s <http://example.org/SERVICE> ?o }",
    "iri_with_fragment": "SELECT * { ?s <http://example.org/service#x> ?o }",
    "local_name": "PREFIX ex: <http://example.org/> SELECT * { ?s ex:service ?o }",
    "prefix": "PREFIX service: <http://example.org/> SELECT * { ?s service:a ?o }",
    "prefix_alone": "PREFIX service: <http://example.org/> SELECT * { service: service:a service:b }",
    "variable": "SELECT ?service { ?service ?p $SERVICE }",
    "language": "SELECT * { ?s ?p 'a'@en-service }",
    "blank_node": "SELECT * { _:service ?p ?o }",
}


@pytest.mark.parametrize("text", NO_CALLS.values(), ids=NO_CALLS.keys())
def test_the_letters_of_service_elsewhere_are_no_call(text: str) -> None:
    assert admit(QueryOperation(text)) == Query(text, ResultKind.SOLUTIONS)


def test_another_mistake_beside_the_letters_of_service_is_told_as_what_it_is() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        admit(QueryOperation("SELECT * { ?s ?p 'service' "))
    assert str(caught.value.location) == "query:1:10"


@pytest.mark.parametrize("letter", ["\\u0053", "\\U00000053", "\\u0073"])
def test_a_keyword_with_an_escaped_letter_is_none_and_calls_nothing(letter: str) -> None:
    with pytest.raises(QuerySyntaxError):
        admit(QueryOperation(f"SELECT * {{ {letter}ERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }}"))


FORMS = {
    "select": ("SELECT * {}", ResultKind.SOLUTIONS),
    "select_small_letters": ("select*{}", ResultKind.SOLUTIONS),
    "ask": ("ASK{}", ResultKind.BOOLEAN),
    "construct": ("CONSTRUCT WHERE {}", ResultKind.GRAPH),
    "describe": ("DESCRIBE <http://example.org/a>", ResultKind.GRAPH),
    "after_prologue": ("BASE <http://a/> PREFIX : <b#> PREFIX c:<d> ASK {}", ResultKind.BOOLEAN),
    "after_comment": ("# SELECT\nASK {}", ResultKind.BOOLEAN),
    "after_prefix_named_like_a_form": (
        "PREFIX select: <http://a/> ASK { select:a ?p ?o }",
        ResultKind.BOOLEAN,
    ),
    "after_version": ('VERSION "1.2" ASK {}', ResultKind.BOOLEAN),
    "subquery_does_not_count": ("ASK { { SELECT * {} } }", ResultKind.BOOLEAN),
}


@pytest.mark.parametrize(("text", "kind"), FORMS.values(), ids=FORMS.keys())
def test_the_kind_of_the_result_follows_from_the_form(text: str, kind: ResultKind) -> None:
    assert admit(QueryOperation(text)).kind is kind


NO_QUERIES = {
    "insert": ("INSERT DATA { <a:b> <a:b> <a:b> }", QueryRefused, "query:1:1"),
    "delete": ("PREFIX a: <b:>\nDELETE WHERE { ?s ?p ?o }", QueryRefused, "query:2:1"),
    "load": ("LOAD <http://example.org/>", QueryRefused, "query:1:1"),
    "with": ("WITH <a:b> DELETE {} WHERE {}", QueryRefused, "query:1:1"),
    "misspelt": ("# a\n SELCT * {}", QuerySyntaxError, "query:2:2"),
    "empty": ("", QuerySyntaxError, "query"),
    "only_a_comment": ("# SELECT", QuerySyntaxError, "query:1:9"),
    "only_a_prologue": ("PREFIX a: <b:>", QuerySyntaxError, "query:1:15"),
    "a_string": ("'SELECT'", QuerySyntaxError, "query:1:1"),
}


@pytest.mark.parametrize(("text", "error", "place"), NO_QUERIES.values(), ids=NO_QUERIES.keys())
def test_what_is_no_query_is_refused_with_its_place(text: str, error: type[KhyberError], place: str) -> None:
    with pytest.raises(error) as caught:
        admit(QueryOperation(text))
    assert str(caught.value.location) == place
    assert caught.value.remedy is not None
    assert "SELECT, ASK, CONSTRUCT or DESCRIBE" in caught.value.remedy


DATASETS = {
    "none": ("SELECT * {}", None, None),
    "from": (f"ASK FROM <{A}> {{}}", (A,), ()),
    "from_several": (f"ASK FROM <{A}> FROM NAMED <{B}> from<{C}> {{}}", (A, C), (B,)),
    "from_prefixed": ("PREFIX ex: <http://example.org/> ASK FROM ex:a FROM NAMED ex:b {}", (A,), (B,)),
    "from_relative": ("BASE <http://example.org/x/> ASK FROM <../a> {}", (A,), ()),
    "from_after_template": (f"CONSTRUCT {{ ?s ?p 'FROM' }} FROM <{A}> WHERE {{ ?s ?p ?o }}", (A,), ()),
    "from_named_twice": (f"ASK FROM NAMED <{A}> FROM NAMED <{A}> {{}}", (), (A,)),
    "describe": (f"DESCRIBE <{B}> FROM <{A}>", (A,), ()),
    "word_in_a_string": (f"SELECT * {{ ?s ?p 'FROM <{A}>' }}", None, None),
}


@pytest.mark.parametrize(("text", "default", "named"), DATASETS.values(), ids=DATASETS.keys())
def test_the_dataset_is_read_from_the_query(
    text: str, default: tuple[str, ...] | None, named: tuple[str, ...] | None
) -> None:
    query = admit(QueryOperation(text))
    assert (query.default_graphs, query.named_graphs) == (default, named)


def test_the_dataset_of_the_protocol_wins_over_the_query() -> None:
    query = admit(QueryOperation(f"ASK FROM <{A}> FROM NAMED <{A}> {{}}", default_graphs=(B,)))
    assert (query.default_graphs, query.named_graphs) == ((B,), None)
