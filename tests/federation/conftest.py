"""Fixtures: other servers on real sockets, and Khyber's engine behind its guard and its forwarder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat

from federation.remote import Remote, remote
from khyber.engine.memory import MemoryEngine
from khyber.engine.outbound import Outbound
from khyber.errors import KhyberError
from khyber.federation.forwarder import forwarding
from khyber.federation.policy import Policy
from khyber.sparql.guard import admit
from khyber.sparql.protocol import QueryOperation

CONTACT = "mailto:operator@example.org"


@dataclass
class Khyber:
    """Asks as a client does: what the guard lets through runs on an engine, and calls the forwarder."""

    outbound: Outbound
    engine: MemoryEngine = field(
        default_factory=lambda: MemoryEngine.load(
            [Quad(NamedNode("urn:a"), NamedNode("urn:p"), Literal(str(number))) for number in range(3)]
        )
    )

    def ask(self, query: str) -> str:
        admitted = admit(QueryOperation(query), self.outbound)
        try:
            return b"".join(self.engine.answer(admitted, QueryResultsFormat.CSV)).decode()
        except KhyberError as error:
            failure = type(error)(error.detail, remedy=error.remedy, retry_after=error.retry_after)
        raise failure  # without the frames that hold Oxigraph's results, which belong to one thread


Start = Callable[..., Khyber]


@pytest.fixture
def other() -> Iterator[Remote]:
    """Give another SPARQL server."""
    with remote() as running:
        yield running


@pytest.fixture
def canary() -> Iterator[Remote]:
    """Give a server that must not be asked anything, and make sure of it."""
    with remote() as running:
        yield running
        assert running.asked == []


@pytest.fixture
def start() -> Iterator[Start]:
    """Give what starts Khyber with a policy; the loopback address is allowed if nothing else is said."""
    with ExitStack() as stack:

        def khyber(*services: str, **policy: object) -> Khyber:
            given = Policy(services=services, private=("127.0.0.1",), contact=CONTACT, seconds=20)
            return Khyber(stack.enter_context(forwarding(replace(given, **policy))))  # type: ignore[arg-type]

        yield khyber


@pytest.fixture
def khyber(start: Start, other: Remote) -> Khyber:
    """Give Khyber with the other server allowed."""
    return start(other.endpoint)
