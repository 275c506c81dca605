"""Clients that send a byte now and then, or never read, stop nobody else."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress

from fuzz.raw import WITHSTOOD, connected
from running import Server

MANY = 150
"""More than the threads that answer requests on a small machine."""

SLOW = 20

HEAD = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 100000\r\n\r\n"
LONG = "SELECT * { VALUES ?a { " + "1 " * 300 + "} VALUES ?b { " + "1 " * 300 + "} }"


def assert_others_are_answered(server: Server) -> None:
    for _ in range(5):
        assert server.ask("ASK {}").status == 200
        assert server.fetch("/health/ready").status == 200


def test_clients_that_never_finish_their_headers_stop_nobody(victim: Server) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(victim)) for _ in range(MANY)]
        for connection in slow:
            connection.sendall(b"GET /sparql?query=ASK")
        assert_others_are_answered(victim)
        for connection in slow:
            connection.sendall(b"%7B%7D HTTP/1.1\r\nX-")
        assert_others_are_answered(victim)
    WITHSTOOD.append(f"{MANY} clients that never finish their headers")


def test_clients_that_never_finish_their_bodies_stop_nobody(victim: Server) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(victim)) for _ in range(MANY)]
        for connection in slow:
            connection.sendall(HEAD + b"ASK")
        assert_others_are_answered(victim)
        for connection in slow:
            with suppress(OSError):  # most of them were refused
                connection.sendall(b" {")
        assert_others_are_answered(victim)
    WITHSTOOD.append(f"{MANY} clients that never finish their bodies")


def test_clients_that_never_read_a_long_answer_stop_nobody(victim: Server) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW):
            connection = stack.enter_context(connected(victim))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            body = LONG.encode()
            head = HEAD.replace(b"100000", str(len(body)).encode())
            connection.sendall(head + body)
        assert_others_are_answered(victim)
    WITHSTOOD.append(f"{SLOW} clients that never read a long answer")


def test_clients_that_hang_up_at_once_stop_nobody(victim: Server) -> None:
    for _ in range(SLOW):
        with connected(victim) as connection:
            connection.sendall(HEAD.replace(b"100000", str(len(LONG)).encode()) + LONG.encode())
    assert_others_are_answered(victim)
    WITHSTOOD.append(f"{SLOW} clients that hang up at once")
