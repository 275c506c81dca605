"""A report as a SHACL validation report (W3C SHACL, section 3.6) in Turtle.

Beside what broke a shape it holds what broke other rules (vocabulary, policy, contradictions) in the same
form, with the IRI of the rule as the constraint. The place in the document stands as rdfs:comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from khyber.rdf.namespaces import PREFIXES, RDF, RDFS, SH, XSD
from khyber.validation.findings import Finding, Report
from khyber.validation.reports.paths import triples_of_path
from khyber.validation.reports.presentation import Presentation, constraint_of, is_iri

Term = NamedNode | BlankNode | Literal

_PROLOGUE = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
_TYPED = re.compile(r'(?P<quoted>"(?:[^"\\]|\\.)*")\^\^(?P<datatype>\S+)', re.DOTALL)
_REPORT = BlankNode("report")


def as_turtle(report: Report, presentation: Presentation = Presentation()) -> str:  # noqa: B008 - frozen
    """Write the report; the same report is always the same document."""
    prefixes = {name: PREFIXES[name] for name in ("rdf", "rdfs", "sh", "xsd", "khyber", "shape")}
    triples = _triples(report, presentation)
    return (ox.serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes) or b"").decode().rstrip("\n")


def _triples(report: Report, presentation: Presentation) -> Iterator[Triple]:
    chosen = presentation.chosen(report)
    yield Triple(_REPORT, _rdf("type"), _sh("ValidationReport"))
    yield Triple(_REPORT, _sh("conforms"), Literal(report.conforms))
    for number in range(1, len(chosen) + 1):
        yield Triple(_REPORT, _sh("result"), BlankNode(f"result{number}"))
    for number, finding in enumerate(chosen, 1):
        yield from _result(finding, f"result{number}")


def _result(finding: Finding, name: str) -> Iterator[Triple]:
    node = BlankNode(name)
    yield Triple(node, _rdf("type"), _sh("ValidationResult"))
    yield Triple(node, _sh("resultSeverity"), _sh(finding.severity))
    yield Triple(node, _sh("focusNode"), term_of(finding.focus))
    yield Triple(node, _sh("resultMessage"), Literal(_unicode(finding.message), language="en"))
    yield Triple(node, _sh("sourceConstraintComponent"), NamedNode(constraint_of(finding)))
    if finding.shape and is_iri(finding.shape):
        yield Triple(node, _sh("sourceShape"), NamedNode(finding.shape))
    if finding.value is not None:
        yield Triple(node, _sh("value"), term_of(finding.value))
    if finding.location:
        yield Triple(node, NamedNode(f"{RDFS}comment"), Literal(_unicode(str(finding.location))))
    if finding.path:
        yield from triples_of_path(node, _sh("resultPath"), finding.path, prefix=f"{name}path")


def term_of(text: str) -> Term:
    """Give the term that a finding names; see ``khyber.validation.names.text_of``."""
    if text.startswith("_:"):
        return BlankNode(text[2:])
    if not text.startswith('"'):
        return NamedNode(text) if is_iri(text) else Literal(text)
    typed = _TYPED.fullmatch(text)
    if typed and "://" in typed["datatype"]:
        text = f"{typed['quoted']}^^<{typed['datatype'].strip('<>')}>"
    try:
        (quad,) = ox.parse(f"{_PROLOGUE}[] <{XSD}> {text} .", format=RdfFormat.TURTLE)
    except (SyntaxError, ValueError):
        return Literal(text)
    return quad.object if isinstance(quad.object, NamedNode | BlankNode | Literal) else Literal(text)


def _unicode(text: str) -> str:
    """Write what is no Unicode, as in the name of a file it may be, as an escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def _sh(name: str) -> NamedNode:
    return NamedNode(SH + name)


def _rdf(name: str) -> NamedNode:
    return NamedNode(RDF + name)
