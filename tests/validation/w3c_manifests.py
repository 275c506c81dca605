"""The W3C's SHACL tests: read from their manifests, with the results that each expects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from khyber.rdf.namespaces import RDF, SH
from khyber.validation.findings import SEVERITIES, Finding
from khyber.validation.names import text_of

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
BASE = "https://w3c.example/shacl/"
"""What the tests are said to lie under, so that their names do not hang on a folder."""

Term = NamedNode | BlankNode | Literal | Triple
Result = tuple[str, str, str, str | None, str | None, str | None]
"""Focus, severity, component, value, path if it is a property, shape if it has an IRI."""


@dataclass(frozen=True)
class ShaclTest:
    """One test: a graph, its shapes and the expected results; None for a failure."""

    name: str
    data: tuple[Triple, ...]
    shapes: tuple[Triple, ...]
    results: frozenset[Result] | None


class _Document:
    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self.iri = BASE + path.relative_to(root).as_posix()
        quads = parse(path=path, format=RdfFormat.TURTLE, base_iri=self.iri)
        self.triples = tuple(quad.triple for quad in quads)

    def values(self, subject: Term, predicate: str) -> list[Term]:
        return [
            each.object
            for each in self.triples
            if each.subject == subject and each.predicate.value == predicate
        ]

    def value(self, subject: Term, predicate: str) -> Term | None:
        return next(iter(self.values(subject, predicate)), None)


def shacl_tests(root: Path) -> Iterator[ShaclTest]:
    """Yield the tests that the manifest in a folder leads to."""
    yield from _tests(root / "manifest.ttl", root)


def _tests(path: Path, root: Path) -> Iterator[ShaclTest]:
    document = _Document(path, root)
    for triple in document.triples:
        if triple.predicate.value == MF + "include" and isinstance(triple.object, NamedNode):
            yield from _tests(root / triple.object.value.removeprefix(BASE), root)
    for triple in document.triples:
        if triple.predicate.value == RDF + "type" and triple.object == NamedNode(SHT + "Validate"):
            yield _test(document, triple.subject, root)


def _test(document: _Document, test: Term, root: Path) -> ShaclTest:
    action, result = document.value(test, MF + "action"), document.value(test, MF + "result")
    assert action is not None, "a test has an action"
    assert result is not None, "a test has a result"
    data, shapes = (
        _graph(document, document.value(action, SHT + name), root) for name in ("dataGraph", "shapesGraph")
    )
    failure = result == NamedNode(SHT + "Failure")
    return ShaclTest(
        text_of(test).removeprefix(BASE),
        data,
        shapes,
        None if failure else frozenset(_results(document, result)),
    )


def _graph(document: _Document, name: Term | None, root: Path) -> tuple[Triple, ...]:
    assert isinstance(name, NamedNode), "a graph has a name"
    if name.value == document.iri:
        return document.triples
    return _Document(root / name.value.removeprefix(BASE), root).triples


def _results(document: _Document, report: Term) -> Iterator[Result]:
    for result in document.values(report, SH + "result"):
        focus, severity, component, value, path, shape = (
            document.value(result, SH + name)
            for name in (
                *("focusNode", "resultSeverity", "sourceConstraintComponent"),
                *("value", "resultPath", "sourceShape"),
            )
        )
        assert focus is not None, "a result has a focus node"
        yield (
            text_of(focus),
            _severity(severity),
            text_of(component) if component else "",
            text_of(value) if value else None,
            path.value if isinstance(path, NamedNode) else None,
            shape.value if isinstance(shape, NamedNode) else None,
        )


def _severity(severity: Term | None) -> str:
    """Name a severity; one of somebody's own counts as a violation here."""
    name = text_of(severity).removeprefix(SH) if severity else ""
    return name if name in SEVERITIES else "Violation"


def as_result(finding: Finding, expected: frozenset[Result]) -> Result:
    """Write a finding as the manifests do: a path and a shape only where one with an IRI is expected.

    A finding writes a longer path in SPARQL, and names the nearest shape that has an IRI, where a result has
    blank nodes.
    """
    result = (finding.focus, finding.severity, finding.constraint or "", finding.value)
    named = ((*result, path, shape) for path in (finding.path, None) for shape in (finding.shape, None))
    return next((each for each in named if each in expected), (*result, finding.path, finding.shape))
