"""The thin client reads answers however their bytes arrive."""

from __future__ import annotations

import pytest
from bench.http1 import Answer, BrokenAnswer, Incoming, request

WITH_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"


@pytest.mark.parametrize("answer", [WITH_LENGTH, IN_CHUNKS], ids=["with its length", "in chunks"])
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_an_answer_is_whole_with_its_last_byte(answer: bytes, step: int) -> None:
    incoming = Incoming()
    pieces = [answer[start : start + step] for start in range(0, len(answer), step)]
    got: list[Answer | None] = [incoming.take(piece) for piece in pieces]
    last = got.pop()
    assert not any(got)
    assert last is not None
    assert (last.status, last.body, last.closes) == (200, b"hello", False)


def test_a_chunk_that_looks_like_the_end_is_not_the_end() -> None:
    body = b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    incoming = Incoming()
    assert incoming.take(head + b"5\r\n" + body) is None
    last = incoming.take(b"\r\n0\r\n\r\n")
    assert last is not None
    assert last.body == body


def test_a_connection_that_closes_early_is_told() -> None:
    incoming = Incoming()
    incoming.take(WITH_LENGTH[:-1])
    with pytest.raises(BrokenAnswer):
        incoming.take(b"")


def test_a_request_keeps_the_parameters_of_the_endpoint() -> None:
    sent = request("http://127.0.0.1:8000/sparql?default-graph-uri=urn%3Ag", "ASK {}", "text/csv")
    assert sent.startswith(b"GET /sparql?default-graph-uri=urn%3Ag&query=ASK%20%7B%7D HTTP/1.1\r\n")
    assert b"\r\nCache-Control: no-cache\r\n" in sent
    assert b"Cache-Control" not in request("http://127.0.0.1:8000/sparql", "ASK {}", "*/*", cached=True)
