"""The W3C tests, against a running server over HTTP. The id of each is its IRI."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance import evaluation
from conformance.client import Client, connected
from conformance.evaluation import IllFormed, Refused
from conformance.known_failures import known_failures
from conformance.manifests import MISSING, Case, cases
from conformance.score import judge

CASES = cases()
KNOWN = known_failures()
COUNTS = {
    "SPARQL 1.1 Protocol": 34,
    "SPARQL 1.1 Graph Store Protocol": 13,
    "SPARQL 1.1 Service Description": 3,
}
needs_suites = pytest.mark.skipif(not CASES, reason=MISSING)


def parameter(case: Case) -> object:
    known = KNOWN.get(case.iri)
    raises = (AssertionError, IllFormed, Refused)
    marks = [pytest.mark.xfail(reason=known, raises=raises, strict=True)] if known else []
    return pytest.param(case, id=case.iri, marks=marks)


def is_query_evaluation(case: Case) -> bool:
    return case.is_evaluation and case.suite in ("SPARQL 1.1 Query", "SPARQL 1.1 Results")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Give a client of a server that takes writes."""
    with connected() as running:
        yield running


@needs_suites
@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_the_server_passes(case: Case, client: Client) -> None:
    judge(case, client)


@needs_suites
@pytest.mark.parametrize("case", [pytest.param(case, id=case.iri) for case in CASES if case.iri in KNOWN])
def test_what_fails_here_fails_on_oxigraph_itself(case: Case) -> None:
    with pytest.raises((AssertionError, IllFormed, Refused)):
        evaluation.run(case, evaluation.on_oxigraph())


@needs_suites
def test_every_test_of_the_suites_is_found() -> None:
    for suite, count in COUNTS.items():
        assert sum(case.suite == suite for case in CASES) == count
    assert sum(map(is_query_evaluation, CASES)) == 235
    assert len({case.iri for case in CASES}) == len(CASES) > 800


@needs_suites
def test_few_failures_are_known_and_none_of_protocols_and_updates() -> None:
    known = [case for case in CASES if case.iri in KNOWN]
    assert {case.iri for case in known} == KNOWN.keys()
    assert sum(map(is_query_evaluation, known)) <= 16
    assert {case.suite for case in known} <= {"SPARQL 1.1 Query", "SPARQL 1.2"}
    assert not any("Update" in case.kind for case in known)
