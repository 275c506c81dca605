"""Clients behind proxies: whom a trusted proxy names is believed, what a client writes itself is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khyber.web.proxies import BehindProxies
from running import serving

TRUSTED = ("127.0.0.1", "10.0.0.0/8", "fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ("198.51.100.9", "203.0.113.7", "198.51.100.9"),
        ("127.0.0.1", "203.0.113.7, unknown", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("fd00::1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", ",", "127.0.0.1"),
        ("", "203.0.113.7", ""),
    ],
)
def test_the_client_is_the_last_that_no_trusted_proxy_is(peer: str, forwarded: str, client: str) -> None:
    app = BehindProxies(lambda _environ, _start: [], TRUSTED)
    assert app.client(peer, forwarded) == client


@pytest.mark.parametrize(("trusted", "client"), [("127.0.0.1 ::1", "203.0.113.7"), ("none", "127.0.0.1")])
def test_the_access_log_names_the_client(people: Path, tmp_path: Path, trusted: str, client: str) -> None:
    log = tmp_path / "access.log"
    with serving(str(people), "--access-log", str(log), "--trusted-proxies", trusted) as server:
        for path in ("/sparql?query=ASK%7B%7D", "/.well-known/void"):
            assert server.fetch(path, headers={"X-Forwarded-For": "203.0.113.7"}).status == 200
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for path in ("/sparql", "/.well-known/void"):
        assert [line["client"] for line in lines if line["path"] == path] == [client]
