from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khyber.engine.outbound import Errand, Outbound, restored
from khyber.errors import QueryRefused, QuerySyntaxError
from khyber.federation.policy import Policy
from khyber.sparql.guard import MOST_CALLS, admit
from khyber.sparql.protocol import QueryOperation, UpdateOperation
from khyber.sparql.update import admit_update
from khyber.sparql.wellformed import NotWellFormed, require_query

ENDPOINT = "http://allowed.example/sparql"
OTHER = "http://allowed.example/other"
FORBIDDEN = "http://forbidden.example/sparql"
FORWARDER = f"http://127.0.0.1:9/{'w' * 43}"
OUTBOUND = Outbound((ENDPOINT, OTHER), ("http://allowed.example/data/", "http://a.example/d.ttl"), FORWARDER)
CALL = f"SERVICE <{OUTBOUND.address(Errand.SERVICE, ENDPOINT)}>"
SILENT = f"SERVICE SILENT <{OUTBOUND.address(Errand.SERVICE, ENDPOINT)}>"
GROUP = "{ ?s ?p ?o }"


def admitted(text: str, base: str | None = None) -> str:
    return admit(QueryOperation(text, base=base), OUTBOUND).text


SPELLINGS = {
    "plain": f"SERVICE <{ENDPOINT}>",
    "small_letters": f"service <{ENDPOINT}>",
    "mixed_letters": f"sErViCe\t<{ENDPOINT}>",
    "no_space": f"SERVICE<{ENDPOINT}>",
    "line_breaks": f"SERVICE\r\n\n<{ENDPOINT}>",
    "comments": f"SERVICE # <{FORBIDDEN}>\n # SERVICE\r<{ENDPOINT}>",
    "empty_comment": f"SERVICE#\n<{ENDPOINT}>",
    "prefixed_name": "SERVICE ex:sparql",
    "prefixed_name_glued": "SERVICE:sparql",
    "prefix_called_service": "SERVICE service:sparql",
    "prefix_only": "SERVICE whole:",
    "escaped_letters_in_the_iri": f"SERVICE <{ENDPOINT.replace('a', chr(92) + 'u0061')}>",
    "relative_to_the_base": "SERVICE <sparql>",
    "relative_from_the_root": "SERVICE </sparql>",
    "relative_with_dots": "SERVICE <x/../sparql>",
    "without_scheme": "SERVICE <//allowed.example/sparql>",
}
DECLARATIONS = (
    "BASE <http://allowed.example/> PREFIX ex: <http://allowed.example/> PREFIX : <http://allowed.example/> "
    f"PREFIX service: <http://allowed.example/> PREFIX whole: <{ENDPOINT}> "
)


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_an_allowed_call_goes_to_the_forwarder_however_it_is_spelt(spelling: str) -> None:
    text = admitted(f"{DECLARATIONS} SELECT * {{ {spelling} {GROUP} }}")
    assert text == f"{DECLARATIONS} SELECT * {{  {CALL}  {GROUP} }}"


SILENT_SPELLINGS = ("SERVICE SILENT ", "service silent", "SERVICESILENT", "Service#\nSilent#\n")


@pytest.mark.parametrize("keyword", SILENT_SPELLINGS)
@pytest.mark.parametrize("name", [f"<{ENDPOINT}>", ":sparql"])
def test_a_silent_call_stays_silent(keyword: str, name: str) -> None:
    text = admitted(f"{DECLARATIONS} SELECT * {{ {keyword}{name} {GROUP} }}")
    assert text == f"{DECLARATIONS} SELECT * {{  {SILENT}  {GROUP} }}"


def test_a_literal_or_a_number_glued_to_the_keyword_stays_where_it_is() -> None:
    assert admitted(f"ASK {{?s ?p trueSERVICE<{ENDPOINT}>{GROUP}}}") == f"ASK {{?s ?p true {CALL} {GROUP}}}"
    assert admitted(f"ASK {{?s ?p 1SERVICE<{ENDPOINT}>{GROUP}}}") == f"ASK {{?s ?p 1 {CALL} {GROUP}}}"


def test_the_base_of_the_server_resolves_a_relative_name() -> None:
    text = admitted(f"SELECT * {{ SERVICE <sparql> {GROUP} }}", base="http://allowed.example/")
    assert text == f"SELECT * {{  {CALL}  {GROUP} }}"


def test_letters_of_service_that_are_no_keyword_stay_what_they_are() -> None:
    rest = (
        "?s service:service 'SERVICE' , \"SERVICE <http://forbidden.example/> {}\" , 'x'@en-service , "
        "<http://a/SERVICE#service> ; ?service $SERVICE . # SERVICE <http://forbidden.example/sparql> {}\n"
    )
    text = admitted(f"{DECLARATIONS} SELECT * {{ {rest} SERVICE service:sparql {GROUP} {rest} }}")
    assert text == f"{DECLARATIONS} SELECT * {{ {rest}  {CALL}  {GROUP} {rest} }}"


PLACES = {
    "subquery": f"SELECT * {{ {{ SELECT ?s {{ SERVICE <{ENDPOINT}> {GROUP} }} }} }}",
    "exists": f"ASK {{ ?s ?p ?o FILTER NOT EXISTS {{ SERVICE <{ENDPOINT}> {GROUP} }} }}",
    "optional": f"ASK {{ OPTIONAL {{ SERVICE <{ENDPOINT}> {GROUP} }} }}",
    "minus": f"ASK {{ ?s ?p ?o MINUS {{ SERVICE <{ENDPOINT}> {GROUP} }} }}",
    "union": f"ASK {{ {{ }} UNION {{ SERVICE <{ENDPOINT}> {GROUP} }} }}",
    "graph": f"ASK {{ GRAPH ?g {{ SERVICE <{ENDPOINT}> {GROUP} }} }}",
    "construct": f"CONSTRUCT {GROUP} {{ SERVICE <{ENDPOINT}> {GROUP} }}",
    "describe": f"DESCRIBE ?s {{ SERVICE <{ENDPOINT}> {GROUP} }}",
    "with_a_comparison": f"ASK {{ ?s ?p ?o FILTER(?s<?p && ?o>'a') SERVICE <{ENDPOINT}> {GROUP} }}",
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES.keys())
def test_a_call_is_found_wherever_a_group_may_stand(text: str) -> None:
    assert admitted(text) == text.replace(f"SERVICE <{ENDPOINT}>", f" {CALL} ")


def test_several_calls_go_to_the_forwarder_and_their_names_come_back() -> None:
    text = (
        f"ASK {{ SERVICE <{ENDPOINT}> {{ ?s ?p ?o SERVICE <{OTHER}> {GROUP} }} SERVICE <{OTHER}> {GROUP} }}"
    )
    found = admitted(text)
    assert found.count(FORWARDER) == 3
    assert "allowed.example/" not in found
    assert restored(found, FORWARDER).replace("  ", " ").replace("{ S", "{ S") == text


FORBIDDEN_CALLS = {
    "unlisted": (f"SERVICE <{FORBIDDEN}>", FORBIDDEN),
    "silent": (f"SERVICE SILENT <{FORBIDDEN}>", FORBIDDEN),
    "variable": ("SERVICE ?x", "?x"),
    "silent_variable": ("SERVICE SILENT $x", "$x"),
    "longer_path": (f"SERVICE <{ENDPOINT}/more>", f"{ENDPOINT}/more"),
    "query_string": (f"SERVICE <{ENDPOINT}?x>", f"{ENDPOINT}?x"),
    "user_information": ("SERVICE <http://allowed.example@evil.example/>", "@evil.example"),
    "other_scheme": ("SERVICE <file:///etc/passwd>", "file:///etc/passwd"),
    "forwarder_itself": (f"SERVICE <{FORWARDER}/service/x>", "127.0.0.1"),
    "label_service_alone": ("SERVICE <http://wikiba.se/ontology#label>", "only Wikidata"),
    "nested": (f"SERVICE <{ENDPOINT}> {{ SERVICE <{FORBIDDEN}> {GROUP} }} SERVICE <{ENDPOINT}>", FORBIDDEN),
    "nested_variable": (f"SERVICE <{ENDPOINT}> {{ SERVICE ?x {GROUP} }} SERVICE <{ENDPOINT}>", "?x"),
}


@pytest.mark.parametrize(("call", "said"), FORBIDDEN_CALLS.values(), ids=FORBIDDEN_CALLS.keys())
def test_a_call_that_is_not_allowed_is_refused_and_told_what_is(call: str, said: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        admitted(f"SELECT * {{\n  {call} {GROUP} }}")
    error = caught.value
    assert said in error.detail
    assert error.remedy is not None
    assert ENDPOINT in error.remedy or "query.wikidata.org" in error.remedy
    assert error.location is not None
    assert error.location.line == 2


HIDDEN = {
    "in_what_looks_like_an_iri": "SELECT * {?s ?p ?o FILTER(?s<?o)SERVICE?x#>\n{?a ?b ?c}}",
    "behind_what_looks_like_a_string": f"ASK {{?s ?p ?o FILTER(?s<'>')SERVICE<{ENDPOINT}>{{}} #'\n}}",
    "prefix_of_changed_letters": f"PREFIX trueSERVIXE: <x:> PREFIX : <{FORBIDDEN}> ASK {{?s ?p trueSERVICE:a {{}}}}",
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_a_call_that_the_tokens_do_not_show_is_refused(text: str) -> None:
    require_query(text)
    with pytest.raises(QueryRefused) as caught:
        admitted(text)
    assert caught.value.location is not None
    assert caught.value.location.line is not None


def test_a_text_made_of_all_rare_letters_is_refused_not_run() -> None:
    from itertools import product

    every = " ".join("q" + "".join(letters) for letters in product("xzjvkw", repeat=6))
    text = admitted(f"SELECT * {{ SERVICE <{ENDPOINT}> {{ ?s ?p '{every}' }} }}")
    assert text == f"SELECT * {{  {CALL}  {{ ?s ?p '{every}' }} }}"
    with pytest.raises(QueryRefused):
        admitted(f"SELECT * {{ SERVICE <{FORBIDDEN}> {{ ?s ?p '{every}' }} }}")


def test_a_syntax_error_beside_a_call_is_told_as_what_it_is() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        admitted(f"SELECT * {{ SERVICE <{FORBIDDEN}> {GROUP} ")
    assert str(caught.value.location) == "query:1:10"


def test_more_calls_than_a_person_writes_are_refused() -> None:
    def calls(number: int) -> str:
        return f"SELECT * {{ {f'SERVICE <{ENDPOINT}> {GROUP} ' * number} }}"

    assert admitted(calls(MOST_CALLS)).count(CALL) == MOST_CALLS
    with pytest.raises(QueryRefused, match=f"more than {MOST_CALLS} times"):
        admitted(calls(MOST_CALLS + 1))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {" + "{" * 50_000 + "}" * 50_000 + "} # service",
        "ASK {" + "?s ?p ?o FILTER EXISTS {" * 2_000 + "}" * 2_000 + "} # service",
        "ASK { FILTER(" + "!" * 900_000 + "1) } # service",
    ],
    ids=["groups", "exists", "operators"],
)
def test_a_text_that_overflows_the_parser_takes_nothing_down(text: str) -> None:
    try:
        admitted(text)
    except QueryRefused as refused:
        assert "for the parser" in refused.detail  # noqa: PT017 - both outcomes are right


def test_without_a_contact_the_refusal_names_the_setting() -> None:
    closed = Policy(services=(ENDPOINT,)).outbound()
    with pytest.raises(QueryRefused) as caught:
        admit(QueryOperation(f"SELECT * {{ SERVICE <{ENDPOINT}> {GROUP} }}"), closed)
    assert "federation is off" in caught.value.detail
    assert "--contact" in (caught.value.remedy or "")
    assert "KHYBER_CONTACT" in (caught.value.remedy or "")


@pytest.mark.parametrize(
    "word", ["\u017fERVICE", "\u0405ERVICE", "\uff33ERVICE", "SERV\u0130CE", "serv\u0131ce"]
)
def test_letters_that_look_alike_make_no_keyword(word: str) -> None:
    with pytest.raises(NotWellFormed):
        require_query(f"SELECT * {{ {word} <{FORBIDDEN}> {GROUP} }}")


def updated(text: str) -> str:
    return admit_update(UpdateOperation(text), OUTBOUND).text


LOADS = {
    "document": "http://a.example/d.ttl",
    "below_a_folder": "http://allowed.example/data/2026/x.nt",
}


@pytest.mark.parametrize("iri", LOADS.values(), ids=LOADS.keys())
def test_a_load_that_is_allowed_goes_to_the_forwarder(iri: str) -> None:
    address = OUTBOUND.address(Errand.LOAD, iri)
    text = updated(
        f"PREFIX load: <urn:> INSERT DATA {{ load:load load:p 'LOAD' }} ; LOAD <{iri}> INTO GRAPH <urn:g>"
    )
    assert f"LOAD <{address}>  INTO GRAPH <urn:g>" in text
    assert "load:load load:p 'LOAD'" in text


FORBIDDEN_LOADS = {
    "file": "LOAD <file:///etc/passwd>",
    "unlisted": "LOAD <http://a.example/other.ttl>",
    "out_of_the_folder": "LOAD <http://allowed.example/data/../secret>",
    "out_of_the_folder_escaped": "LOAD <http://allowed.example/data/%2e%2e/secret>",
    "glued": "PREFIX : <http://b.example/>LOAD:x",
    "into_a_graph": "LOAD <http://b.example/> INTO GRAPH <urn:g>",
    "second": "CLEAR ALL ; load<http://b.example/>",
    "after_a_string": "INSERT DATA { <urn:a> <urn:b> 'LOAD' } ;\nLOAD # comment\n<http://b.example/>",
    "service": f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{FORBIDDEN}> {{ ?s ?p ?o }} }}",
    "service_hidden_by_a_prefix": (
        f"PREFIX trueSERVICq: <x:> PREFIX : <{FORBIDDEN}> INSERT {{}} WHERE {{ ?s ?p trueSERVICE:a {{}} }}"
    ),
}


@pytest.mark.parametrize("text", FORBIDDEN_LOADS.values(), ids=FORBIDDEN_LOADS.keys())
@pytest.mark.parametrize("outbound", [OUTBOUND, Outbound()], ids=["allowed_others", "closed"])
def test_an_update_that_reaches_what_is_not_allowed_is_refused(text: str, outbound: Outbound) -> None:
    with pytest.raises(QueryRefused):
        admit_update(UpdateOperation(text), outbound)


def test_an_update_may_ask_an_allowed_endpoint() -> None:
    assert CALL in updated(f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{ENDPOINT}> {{ ?s ?p ?o }} }}")


def test_the_dataset_of_a_request_and_a_call_stand_together() -> None:
    text = f"INSERT {{ ?s ?p ?o }} WHERE {{ ?s ?p 'WHERE' SERVICE <{ENDPOINT}> {{ ?s ?p ?o }} }}"
    found = admit_update(UpdateOperation(text, using_graphs=("urn:g",)), OUTBOUND).text
    assert "USING <urn:g>" in found
    assert CALL in found
    with pytest.raises(QueryRefused) as caught:
        admit_update(UpdateOperation(text.replace(ENDPOINT, FORBIDDEN), using_graphs=("urn:g",)), OUTBOUND)
    assert str(caught.value.location).startswith("update:1:")


space = st.text(" \t\r\n", max_size=3)
comment = st.text("SERVICE<>'\"{}?:#a\\", max_size=12).map(lambda text: f"#{text}\n")
gap = st.lists(st.one_of(space, comment), max_size=3).map("".join)
noise = st.sampled_from(
    [
        "",
        "?a ?b 'SERVICE <http://x/> {' .",
        "?a service:x <http://example.org/SERVICE> .",
        "FILTER(?a<?b&&?c>?d)",
        "FILTER(?a<'>')",
        "FILTER(?a<'#>')",
        '?a ?b """SERVICE " \' """ .',
        "?a ?b true",
        "BIND(1 AS ?service)",
    ]
)


@st.composite
def spelt(draw: st.DrawFn, name: str) -> str:
    keyword = "".join(draw(st.sampled_from((c, c.lower()))) for c in "SERVICE")
    silent = draw(st.sampled_from(("", "SILENT", "sIlEnT")))
    parts = (
        draw(noise),
        draw(gap),
        keyword,
        draw(gap),
        silent,
        draw(gap),
        name,
        draw(gap),
        GROUP,
        draw(noise),
    )
    return f"PREFIX service: <http://example.org/> SELECT * {{ {''.join(parts)} }}"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_spelling_gets_a_forbidden_call_past_the_guard(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from((f"<{FORBIDDEN}>", "?x", "service:x", "<rel>")))
    with pytest.raises((QueryRefused, QuerySyntaxError)):
        admitted(data.draw(spelt(name)))


@settings(max_examples=150, deadline=None)
@given(spelt(f"<{ENDPOINT}>"))
def test_whatever_is_admitted_calls_the_forwarder_only(text: str) -> None:
    try:
        found = admitted(text)
    except (QueryRefused, QuerySyntaxError):
        return
    assert found.count(FORWARDER) == 1
    assert f"<{ENDPOINT}>" not in found
    require_query(found)
