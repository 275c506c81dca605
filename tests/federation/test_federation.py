from __future__ import annotations

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import pytest

from federation.conftest import CONTACT, Khyber, Start
from federation.remote import JSON, SOLUTIONS, Remote
from khyber.errors import BadGateway, EndpointBusy, GatewayTimeout, KhyberError, QueryRefused

KABUL = "label\r\nKabul\r\n"


def call(remote: Remote, group: str = "?place <urn:label> ?label", *, silent: bool = False) -> str:
    return f"SELECT ?label {{ SERVICE {'SILENT ' * silent}<{remote.endpoint}> {{ {group} }} }}"


def test_an_allowed_endpoint_is_asked_the_group_in_the_name_of_the_operator(
    khyber: Khyber, other: Remote
) -> None:
    assert khyber.ask(call(other)) == KABUL
    (asked,) = other.asked
    assert asked.query == "SELECT * WHERE { ?place <urn:label> ?label . }"
    assert asked.method == "GET"
    assert asked.headers["User-Agent"].startswith("Khyber/")
    assert CONTACT in asked.headers["User-Agent"]
    assert asked.headers["Accept"].startswith("application/sparql-results+json")
    assert asked.headers["Host"] == f"127.0.0.1:{other.port}"
    assert not {"Cookie", "Authorization", "Referer"} & asked.headers.keys()


def test_the_answer_joins_with_what_is_here(khyber: Khyber, other: Remote) -> None:
    other.body = b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"1"}}]}}'
    query = f"SELECT ?s ?n {{ ?s <urn:p> ?n SERVICE <{other.endpoint}> {{ ?x <urn:q> ?n }} }}"
    assert khyber.ask(query) == "s,n\r\nurn:a,1\r\n"


def test_a_long_query_goes_by_post(khyber: Khyber, other: Remote) -> None:
    values = " ".join(f"<urn:{number:0100}>" for number in range(30))
    khyber.ask(call(other, f"VALUES ?place {{ {values} }} ?place <urn:label> ?label"))
    (asked,) = other.asked
    assert asked.method == "POST"
    assert asked.query.count("<urn:0000") == 30


def test_a_result_in_xml_is_read_too(khyber: Khyber, other: Remote) -> None:
    other.media_type = "application/sparql-results+xml; charset=utf-8"
    other.body = (
        b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
        b'<variable name="label"/></head><results><result><binding name="label"><literal>Kabul</literal>'
        b"</binding></result></results></sparql>"
    )
    assert khyber.ask(call(other)) == KABUL


def test_a_result_in_gzip_is_read_too(khyber: Khyber, other: Remote) -> None:
    other.body = gzip.compress(SOLUTIONS)
    other.headers = {"Content-Encoding": "gzip"}
    assert khyber.ask(call(other)) == KABUL
    assert other.asked[0].headers["Accept-Encoding"] == "gzip"


def test_the_same_call_is_not_sent_twice_in_a_short_while(khyber: Khyber, other: Remote) -> None:
    assert khyber.ask(call(other)) == khyber.ask(call(other)) == KABUL
    assert len(other.asked) == 1
    khyber.ask(call(other, "?another <urn:label> ?label"))
    assert len(other.asked) == 2


def test_a_call_inside_of_a_call_keeps_its_name(start: Start, other: Remote, canary: Remote) -> None:
    khyber = start(other.endpoint, canary.endpoint)
    label = "http://wikiba.se/ontology#label"
    group = f"?place ?p ?label SERVICE <{canary.endpoint}> {{ ?a ?b ?c }} SERVICE <{label}> {{ ?d ?e ?f }}"
    khyber.ask(call(other, group))
    asked = other.asked[0].query
    assert f"SERVICE <{canary.endpoint}>" in asked
    assert f"SERVICE <{label}>" in asked
    assert (khyber.outbound.forwarder or "no address") not in asked


def hang(handler: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(30)
    handler.close_connection = True


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n")
    for _ in range(600):
        handler.wfile.write(b" ")
        threading.Event().wait(0.05)


def break_off(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(
        f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(SOLUTIONS)}\r\n\r\n".encode()
    )
    handler.wfile.write(SOLUTIONS[:20])


def speak_no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 mail.example.org ESMTP\r\n")


def reply(
    status: int = 200, media_type: str = JSON, body: bytes = SOLUTIONS, **headers: str
) -> dict[str, object]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"status": status, "media_type": media_type, "body": body, "headers": named}


TROUBLE: dict[str, tuple[dict[str, object], type[KhyberError], str]] = {
    "says_500": (
        reply(500, "text/plain", b"Malformed\r\nat java.lang"),
        BadGateway,
        "answered 500: Malformed",
    ),
    "says_404": (reply(404, "text/html", b"<h1>"), BadGateway, "answered 404."),
    "says_403": (reply(403, "text/plain", b"Please set a user-agent"), BadGateway, "set a user-agent"),
    "says_504": (reply(504, "text/html", b""), GatewayTimeout, "gave up"),
    "times_out_with_500": (
        reply(500, "text/plain", b"java.util.concurrent.TimeoutException"),
        GatewayTimeout,
        "gave up",
    ),
    "times_out_within_200": (
        reply(body=SOLUTIONS[:-2] + b"\njava.util.concurrent.TimeoutException"),
        GatewayTimeout,
        "gave up",
    ),
    "answers_garbage": (reply(body=b"{{{{"), BadGateway, "no complete result"),
    "answers_half_a_result": (reply(body=SOLUTIONS[:-4]), BadGateway, "no complete result"),
    "answers_a_result_and_an_error": (reply(body=SOLUTIONS + b"Exception"), BadGateway, "no complete result"),
    "answers_an_error_with_200": (
        reply(body=b"Please set a user-agent", media_type="text/plain"),
        BadGateway,
        "text/plain, which is no result",
    ),
    "answers_a_page": (reply(media_type="text/html", body=b"<h1>"), BadGateway, "text/html"),
    "answers_true": (reply(body=b'{"head":{},"boolean":true}'), BadGateway, "true or false"),
    "answers_nothing": (reply(204, body=b""), BadGateway, "answered 204"),
    "answers_in_an_unknown_coding": (reply(Content_Encoding="br"), BadGateway, "coding br"),
    "answers_in_broken_gzip": (reply(Content_Encoding="gzip"), BadGateway, "broken gzip"),
    "answers_in_half_a_gzip": (
        reply(body=gzip.compress(SOLUTIONS)[:-12], Content_Encoding="gzip"),
        BadGateway,
        "broke off",
    ),
    "hangs": ({"write": hang}, GatewayTimeout, "did not answer within 1 seconds"),
    "drips": ({"write": drip}, GatewayTimeout, "did not answer within 1 seconds"),
    "breaks_off": ({"write": break_off}, BadGateway, ""),
    "speaks_no_http": ({"write": speak_no_http}, BadGateway, "cannot be reached"),
    "answers_too_much": (reply(body=b" " * 70_000 + SOLUTIONS), BadGateway, "more than 65,536 bytes"),
    "answers_a_gzip_bomb": (
        reply(body=gzip.compress(b" " * 10_000_000), Content_Encoding="gzip"),
        BadGateway,
        "more than 65,536 bytes",
    ),
    "redirects_nowhere": (reply(302), BadGateway, "does not say where"),
    "redirects_to_a_file": (reply(302, Location="file:///etc/passwd"), BadGateway, "may not call"),
    "redirects_to_no_address": (reply(302, Location="http://["), KhyberError, ""),
    "redirects_to_itself": (reply(302, Location="/sparql"), BadGateway, "more than 3 times"),
    "redirects_to_another_path": (reply(307, Location="/admin"), BadGateway, "may not call"),
}


@pytest.mark.parametrize(("behaviour", "error", "said"), TROUBLE.values(), ids=TROUBLE.keys())
def test_trouble_of_an_endpoint_is_told_with_its_name(
    start: Start,
    other: Remote,
    behaviour: dict[str, object],
    error: type[KhyberError],
    said: str,
) -> None:
    khyber = start(other.endpoint, seconds=1, most_bytes=65_536)
    for name, value in behaviour.items():
        setattr(other, name, value)
    with pytest.raises(error) as caught:
        khyber.ask(call(other))
    assert said in caught.value.detail
    assert other.endpoint in caught.value.detail
    assert (khyber.outbound.forwarder or "no address") not in str(caught.value)
    assert khyber.ask(call(other, silent=True)) == "label\r\n\r\n"


def test_an_endpoint_that_is_down_is_told_with_its_name(start: Start) -> None:
    gone = f"http://127.0.0.1:{_free_port()}/sparql"
    khyber = start(gone)
    with pytest.raises(BadGateway) as caught:
        khyber.ask(f"SELECT * {{ SERVICE <{gone}> {{ ?s ?p ?o }} }}")
    assert f"{gone} cannot be reached" in caught.value.detail
    assert khyber.ask(f"SELECT ?s {{ SERVICE SILENT <{gone}> {{ ?s ?p ?o }} }}") == "s\r\n\r\n"


def test_an_answer_that_breaks_the_parser_takes_nothing_else_down(khyber: Khyber, other: Remote) -> None:
    iri = '{"type":"uri","value":"urn:a"}'
    deep = (
        f'{{"type":"triple","value":{{"subject":{iri},"predicate":{iri},"object":' * 60_000
        + iri
        + "}}" * 60_000
    )
    other.body = f'{{"head":{{"vars":["label"]}},"results":{{"bindings":[{{"label":{deep}}}]}}}}'.encode()
    with pytest.raises(BadGateway):
        khyber.ask(call(other))
    other.body = SOLUTIONS
    assert khyber.ask(call(other, "?another <urn:label> ?label")) == KABUL


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_name_that_no_name_server_knows_is_told(start: Start) -> None:
    khyber = start("http://nowhere.invalid/sparql")
    with pytest.raises(BadGateway, match=r"nowhere\.invalid is not known"):
        khyber.ask("SELECT * { SERVICE <http://nowhere.invalid/sparql> { ?s ?p ?o } }")


@pytest.mark.parametrize("status", [429, 503])
def test_an_endpoint_that_wants_to_be_left_alone_is_left_alone(
    khyber: Khyber, other: Remote, status: int
) -> None:
    other.status = status
    other.headers = {"Retry-After": "120"}
    with pytest.raises(EndpointBusy) as caught:
        khyber.ask(call(other))
    assert caught.value.retry_after == 120
    other.status = 200
    with pytest.raises(EndpointBusy, match="asked to be left alone") as caught:
        khyber.ask(call(other, "?another <urn:label> ?label"))
    assert 0 < (caught.value.retry_after or 0) <= 120
    assert len(other.asked) == 1
    assert khyber.ask(call(other, silent=True)) == "label\r\n\r\n"


def test_a_failure_is_not_repeated_for_every_row(khyber: Khyber, other: Remote) -> None:
    other.status = 500
    group = f"SERVICE SILENT <{other.endpoint}> {{ ?x <urn:q> ?y }}"
    khyber.ask(f"SELECT * {{ ?s <urn:p> ?o FILTER EXISTS {{ {group} }} OPTIONAL {{ {group} }} }}")
    assert len(other.asked) == 1


def test_a_host_is_asked_one_query_at_a_time(khyber: Khyber, other: Remote) -> None:
    queries = [call(other, f"?place <urn:{number}> ?label") for number in range(4)]

    def work() -> None:
        threading.Event().wait(0.05)

    other.before_answer = work
    with ThreadPoolExecutor(4) as clients:
        assert list(clients.map(lambda query: Khyber(khyber.outbound).ask(query), queries)) == [KABUL] * 4
    assert len(other.asked) == 4
    assert other.most_at_once == 1


def test_a_redirection_to_an_allowed_endpoint_is_followed(
    start: Start, other: Remote, canary: Remote
) -> None:
    khyber = start(other.endpoint, f"{other.root}/new")

    def write(handler: BaseHTTPRequestHandler) -> None:
        is_old = handler.path.startswith("/sparql")
        head = f"301 Moved\r\nLocation: {other.root}/new" if is_old else f"200 OK\r\nContent-Type: {JSON}"
        handler.wfile.write(f"HTTP/1.0 {head}\r\n\r\n".encode() + b"" * is_old + SOLUTIONS * (not is_old))

    other.write = write
    assert khyber.ask(call(other)) == KABUL
    assert [asked.path.partition("?")[0] for asked in other.asked] == ["/sparql", "/new"]
    assert other.asked[0].query == other.asked[1].query
    del canary


def test_a_redirection_to_a_host_that_is_not_allowed_is_not_followed(
    khyber: Khyber, other: Remote, canary: Remote
) -> None:
    other.status = 302
    other.headers = {"Location": canary.endpoint}
    with pytest.raises(BadGateway, match="which this server may not call"):
        khyber.ask(call(other))


def test_a_private_address_is_not_reached_even_by_an_allowed_name(start: Start, canary: Remote) -> None:
    for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0"):  # noqa: S104
        endpoint = f"http://{host}:{canary.port}/sparql"
        khyber = start(endpoint, private=())
        with pytest.raises(QueryRefused, match="only addresses inside of a private network"):
            khyber.ask(f"SELECT * {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}")


def test_an_engine_without_its_forwarder_says_so(start: Start, other: Remote) -> None:
    khyber = start(other.endpoint)
    gone = f"http://127.0.0.1:{_free_port()}/{'w' * 43}"
    from dataclasses import replace

    lost = Khyber(replace(khyber.outbound, forwarder=gone))
    with pytest.raises(BadGateway) as caught:
        lost.ask(call(other))
    assert gone not in str(caught.value)
    assert other.asked == []


def test_whoever_does_not_know_the_word_gets_nothing_from_the_forwarder(
    khyber: Khyber, other: Remote
) -> None:
    from http.client import HTTPConnection
    from urllib.parse import quote, urlsplit

    parts = urlsplit(khyber.outbound.forwarder or "")
    for word in ("", "x" * 43, parts.path[1:-1], parts.path[1:] + "x"):
        connection = HTTPConnection("127.0.0.1", parts.port or 0, timeout=20)
        connection.request("POST", f"/{word}/service/{quote(other.endpoint, safe='')}", b"SELECT * {}")
        assert connection.getresponse().status == 404
        connection.close()
    assert other.asked == []


def test_the_forwarder_holds_to_the_list_whatever_it_is_asked(khyber: Khyber, canary: Remote) -> None:
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    from khyber.engine.outbound import Errand

    for errand, body in ((Errand.SERVICE, b"SELECT * {}"), (Errand.LOAD, None)):
        with pytest.raises(HTTPError) as caught:
            urlopen(Request(khyber.outbound.address(errand, canary.endpoint), body))
        with caught.value as refused:
            assert refused.code == 400
            assert json.loads(refused.read())["code"] == QueryRefused.code


def test_what_the_forwarder_answers_is_json_whatever_came(khyber: Khyber, other: Remote) -> None:
    from urllib.request import Request, urlopen

    from khyber.engine.outbound import Errand

    other.media_type, other.body = "text/tab-separated-values", b'?label\n"Kabul"\n'
    request = Request(khyber.outbound.address(Errand.SERVICE, other.endpoint), b"SELECT * {}")
    with urlopen(request) as response:
        assert response.headers["Content-Type"] == JSON
        assert json.loads(response.read())["results"]["bindings"][0]["label"]["value"] == "Kabul"


def test_an_engine_that_was_ended_while_it_waited_its_turn_is_not_served(
    khyber: Khyber, other: Remote
) -> None:
    import socket
    from urllib.parse import urlsplit

    from khyber.engine.outbound import Errand

    entered, leave = threading.Event(), threading.Event()

    def wait() -> None:
        entered.set()
        leave.wait(20)

    other.before_answer = wait
    with ThreadPoolExecutor(1) as clients:
        first = clients.submit(lambda: Khyber(khyber.outbound).ask(call(other)))
        assert entered.wait(20)
        parts = urlsplit(khyber.outbound.address(Errand.SERVICE, other.endpoint))
        with socket.create_connection(("127.0.0.1", parts.port or 0)) as ended:
            query = b"SELECT * { ?never <urn:asked> ?o }"
            head = f"POST {parts.path} HTTP/1.0\r\nContent-Length: {len(query)}\r\n\r\n"
            ended.sendall(head.encode() + query)
        leave.set()
        assert first.result(20) == KABUL
    khyber.ask(call(other, "?last <urn:asked> ?label"))
    assert not any("never" in asked.query for asked in other.asked)
