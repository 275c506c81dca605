from __future__ import annotations

from urllib.parse import urlencode

import pytest

from khyber.errors import (
    InputError,
    KhyberError,
    MethodNotAllowed,
    QueryRefused,
    UnsupportedMediaType,
    UsageError,
)
from khyber.sparql.protocol import (
    FORM,
    QUERY,
    UPDATE,
    DescriptionOperation,
    QueryOperation,
    RequestParts,
    UpdateOperation,
    parse,
    parse_update,
)

ASK = "ASK {}"
A, B = "http://example.org/a", "http://example.org/b"


def get(query_string: str) -> RequestParts:
    return RequestParts("GET", query_string.encode())


def form(body: str, query_string: str = "", content_type: str = FORM) -> RequestParts:
    return RequestParts("POST", query_string.encode(), content_type, body.encode())


def direct(body: bytes, query_string: str = "", content_type: str = QUERY) -> RequestParts:
    return RequestParts("POST", query_string.encode(), content_type, body)


ACCEPTED = {
    "get_query": (get("query=ASK%20%7B%7D"), QueryOperation(ASK)),
    "get_query_plus_is_a_space": (get("query=ASK+%7B%7D"), QueryOperation(ASK)),
    "get_query_with_unknown_parameter": (get("query=ASK+%7B%7D&format=json"), QueryOperation(ASK)),
    "get_query_empty": (get("query="), QueryOperation("")),
    "get_query_default_graph": (
        get(urlencode({"query": ASK, "default-graph-uri": A})),
        QueryOperation(ASK, (A,), None),
    ),
    "get_query_two_default_graphs": (
        get(urlencode([("query", ASK), ("default-graph-uri", A), ("default-graph-uri", B)])),
        QueryOperation(ASK, (A, B), None),
    ),
    "get_query_same_graph_twice": (
        get(urlencode([("query", ASK), ("named-graph-uri", A), ("named-graph-uri", A)])),
        QueryOperation(ASK, None, (A,)),
    ),
    "head_query": (RequestParts("HEAD", b"query=ASK+%7B%7D"), QueryOperation(ASK)),
    "post_form": (form("query=ASK+%7B%7D"), QueryOperation(ASK)),
    "post_form_with_charset": (
        form("query=ASK+%7B%7D", content_type=f"{FORM}; charset=UTF-8"),
        QueryOperation(ASK),
    ),
    "post_form_default_graph": (
        form(urlencode({"query": ASK, "default-graph-uri": A})),
        QueryOperation(ASK, (A,), None),
    ),
    "post_form_graph_in_query_string": (
        form("query=ASK+%7B%7D", urlencode({"named-graph-uri": A})),
        QueryOperation(ASK, None, (A,)),
    ),
    "post_direct": (direct(b"ASK {}"), QueryOperation(ASK)),
    "post_direct_type_in_capitals": (
        direct(b"ASK {}", content_type="Application/SPARQL-Query"),
        QueryOperation(ASK),
    ),
    "post_direct_utf_8": (direct("ASK { ?s ?p 'é' }".encode()), QueryOperation("ASK { ?s ?p 'é' }")),
    "post_direct_graphs": (
        direct(b"ASK {}", urlencode({"default-graph-uri": A, "named-graph-uri": B})),
        QueryOperation(ASK, (A,), (B,)),
    ),
    "get_query_version": (get("query=ASK+%7B%7D&version=12"), QueryOperation(ASK, version="12")),
    "get_query_timeout": (get("query=ASK+%7B%7D&timeout=2.5"), QueryOperation(ASK, seconds=2.5)),
    "query_direct": (RequestParts("QUERY", b"", QUERY, b"ASK {}"), QueryOperation(ASK)),
    "query_form": (RequestParts("QUERY", b"", FORM, b"query=ASK+%7B%7D"), QueryOperation(ASK)),
    "query_direct_graphs": (
        RequestParts("QUERY", urlencode({"default-graph-uri": A}).encode(), QUERY, b"ASK {}"),
        QueryOperation(ASK, (A,)),
    ),
    "post_form_update": (form("update=CLEAR+ALL"), UpdateOperation("CLEAR ALL")),
    "post_form_update_dataset": (
        form(urlencode({"update": "CLEAR ALL", "using-graph-uri": A, "using-named-graph-uri": B})),
        UpdateOperation("CLEAR ALL", (A,), (B,)),
    ),
    "post_direct_update": (direct(b"CLEAR ALL", content_type=UPDATE), UpdateOperation("CLEAR ALL")),
    "post_direct_update_dataset": (
        direct(b"CLEAR ALL", urlencode([("using-graph-uri", A), ("using-graph-uri", B)]), UPDATE),
        UpdateOperation("CLEAR ALL", (A, B)),
    ),
    "get_nothing": (get(""), DescriptionOperation()),
    "get_only_unknown_parameters": (get("page=2"), DescriptionOperation()),
}


@pytest.mark.parametrize(("request_parts", "operation"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_request_is_read_as_the_operation_that_it_asks_for(
    request_parts: RequestParts, operation: object
) -> None:
    assert parse(request_parts) == operation


REFUSED = {
    "get_query_twice": (get("query=ASK+%7B%7D&query=ASK+%7B%7D"), UsageError, "2 times"),
    "post_form_query_also_in_query_string": (form("query=A", "query=A"), UsageError, "2 times"),
    "post_direct_query_also_in_query_string": (direct(b"ASK {}", "query=A"), UsageError, "2 times"),
    "post_form_without_query": (form("a=b"), UsageError, "missing"),
    "post_form_empty": (form(""), UsageError, "missing"),
    "get_update": (get("update=CLEAR+ALL"), QueryRefused, "update"),
    "query_form_update": (RequestParts("QUERY", b"", FORM, b"update=CLEAR+ALL"), QueryRefused, "update"),
    "query_direct_update": (RequestParts("QUERY", b"", UPDATE, b"CLEAR ALL"), UnsupportedMediaType, "update"),
    "query_without_content_type": (RequestParts("QUERY", b"", None, b"ASK {}"), UnsupportedMediaType, "no"),
    "post_form_update_twice": (form("update=CLEAR+ALL&update=CLEAR+ALL"), UsageError, "2 times"),
    "post_form_query_and_update": (form("update=CLEAR+ALL&query=ASK+%7B%7D"), UsageError, "exclude"),
    "post_direct_update_not_utf_8": (direct(b"CLEAR \xe9", content_type=UPDATE), InputError, "0xe9"),
    "post_update_with_dataset_of_a_query": (
        form(urlencode({"update": "CLEAR ALL", "default-graph-uri": A})),
        UsageError,
        "default-graph-uri",
    ),
    "get_query_with_dataset_of_an_update": (
        get(urlencode({"query": ASK, "using-graph-uri": A})),
        UsageError,
        "using-graph-uri",
    ),
    "post_update_using_relative": (form("update=CLEAR+ALL&using-graph-uri=a"), UsageError, "using-graph-uri"),
    "get_version_twice": (get("query=ASK+%7B%7D&version=1&version=2"), UsageError, "version"),
    "get_timeout_no_number": (get("query=ASK+%7B%7D&timeout=soon"), UsageError, "timeout"),
    "get_timeout_zero": (get("query=ASK+%7B%7D&timeout=0"), UsageError, "timeout"),
    "get_timeout_negative": (get("query=ASK+%7B%7D&timeout=-1"), UsageError, "timeout"),
    "get_timeout_not_a_number": (get("query=ASK+%7B%7D&timeout=nan"), UsageError, "timeout"),
    "get_timeout_infinite": (get("query=ASK+%7B%7D&timeout=inf"), UsageError, "timeout"),
    "get_timeout_twice": (get("query=ASK+%7B%7D&timeout=1&timeout=2"), UsageError, "2 times"),
    "post_without_content_type": (
        RequestParts("POST", b"", None, b"ASK {}"),
        UnsupportedMediaType,
        "no Content-Type",
    ),
    "post_wrong_content_type": (
        direct(b"ASK {}", content_type="text/plain"),
        UnsupportedMediaType,
        "text/plain",
    ),
    "post_content_type_of_another_charset": (
        direct(b"ASK {}", content_type=f"{QUERY}; charset=iso-8859-1"),
        UnsupportedMediaType,
        "iso-8859-1",
    ),
    "post_direct_not_utf_8": (direct(b"ASK { ?s ?p '\xe9' }"), InputError, "0xe9"),
    "post_form_not_utf_8": (form("query=%E9"), InputError, "0xe9"),
    "get_not_utf_8": (get("query=%E9"), InputError, "0xe9"),
    "get_bad_percent": (get("query=100%"), InputError, "%"),
    "get_bad_percent_digits": (get("query=%zz"), InputError, "%zz"),
    "get_default_graph_relative": (get("query=A&default-graph-uri=a"), UsageError, "default-graph-uri"),
    "put": (RequestParts("PUT", b""), MethodNotAllowed, "PUT"),
    "delete": (RequestParts("DELETE", b"query=ASK+%7B%7D"), MethodNotAllowed, "DELETE"),
}


@pytest.mark.parametrize(("request_parts", "error", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_request_is_refused_by_name(
    request_parts: RequestParts, error: type[KhyberError], says: str
) -> None:
    with pytest.raises(error) as caught:
        parse(request_parts)
    assert type(caught.value) is error
    assert says in caught.value.detail


@pytest.mark.parametrize("text", ["ASK { ?s ?p '100%25' }", "ASK { ?s ?p '100%' }", "ASK { ?s ?p 'a+b' }"])
def test_a_query_means_the_same_by_every_way_of_sending_it(text: str) -> None:
    encoded = urlencode({"query": text})
    assert parse(get(encoded)) == parse(form(encoded)) == parse(direct(text.encode())) == QueryOperation(text)


UPDATES_REFUSED = {
    "update_get": (get("update=CLEAR+ALL"), MethodNotAllowed, "GET"),
    "update_put": (RequestParts("PUT", b""), MethodNotAllowed, "PUT"),
    "update_post_query": (direct(b"ASK {}"), UsageError, "only takes updates"),
    "update_post_wrong_content_type": (
        direct(b"", content_type="text/plain"),
        UnsupportedMediaType,
        "text/plain",
    ),
    "update_post_form_empty": (form(""), UsageError, "missing"),
}


@pytest.mark.parametrize(
    ("request_parts", "error", "says"), UPDATES_REFUSED.values(), ids=UPDATES_REFUSED.keys()
)
def test_the_update_endpoint_takes_nothing_but_updates(
    request_parts: RequestParts, error: type[KhyberError], says: str
) -> None:
    with pytest.raises(error) as caught:
        parse_update(request_parts)
    assert says in caught.value.detail


def test_the_update_endpoint_takes_what_the_other_takes() -> None:
    for parts in (form("update=CLEAR+ALL"), direct(b"CLEAR ALL", content_type=UPDATE)):
        assert parse_update(parts, base=A) == parse(parts, base=A) == UpdateOperation("CLEAR ALL", base=A)
