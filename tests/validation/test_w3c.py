"""The W3C's SHACL test suite, through our adapter of pySHACL.

The suite is in pySHACL's source distribution (``test/resources/sht_tests``); KHYBER_SHACL_TESTS names the
folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from khyber.errors import InputError
from khyber.validation.shacl import Validator
from validation.w3c_manifests import ShaclTest, as_result, shacl_tests

FOLDER = os.environ.get("KHYBER_SHACL_TESTS", "")
CORE, SPARQL = 98, 23
KNOWN_FAILURES = {
    "sparql/pre-binding/shapesGraph-001": "pySHACL does not bind $shapesGraph (optional: SHACL §5.3.1)"
}
"""Test → why it fails; it must fail. All of Core passes, and 22 of SPARQL: as many as of pySHACL itself."""

pytestmark = pytest.mark.skipif(
    not (FOLDER and Path(FOLDER, "manifest.ttl").is_file()),
    reason="KHYBER_SHACL_TESTS does not name the W3C's SHACL tests (pySHACL's sdist has them)",
)


def suite() -> list[ShaclTest]:
    return list(shacl_tests(Path(FOLDER))) if FOLDER and Path(FOLDER, "manifest.ttl").is_file() else []


def passes(test: ShaclTest) -> bool:
    try:
        report = Validator((), test.shapes).validate(test.data)
    except InputError:
        return test.results is None
    return (
        test.results is not None
        and {as_result(finding, test.results) for finding in report.findings} == test.results
    )


def test_the_suite_is_all_there() -> None:
    names = [test.name for test in suite()]
    assert len([name for name in names if name.startswith("core/")]) == CORE
    assert len([name for name in names if name.startswith("sparql/")]) == SPARQL
    assert set(KNOWN_FAILURES) <= set(names)


@pytest.mark.parametrize("test", suite(), ids=lambda test: test.name)
def test_a_graph_has_the_results_that_the_w3c_expects(test: ShaclTest) -> None:
    assert passes(test) == (test.name not in KNOWN_FAILURES), KNOWN_FAILURES.get(test.name)
