"""Validation results of pySHACL as findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyshacl.helper.path_helper import shacl_path_to_sparql_path
from pyshacl.shapes_graph import ShapesGraph
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from khyber.rdf.namespaces import PREFIXES
from khyber.rdf.namespaces import SH as SHACL
from khyber.validation.findings import SEVERITIES, Finding, Severity
from khyber.validation.names import text_of
from khyber.validation.terms import from_rdflib

ShaclResult = tuple[str, BNode, list[tuple[Node, Node, Any]]]
"""A result as pySHACL hands it on: text, node and triples, whose objects may be pairs (graph, node)."""


def findings_of(results: Iterable[ShaclResult], shapes: ShapesGraph) -> list[Finding]:
    """Turn each result into a finding, named after the nearest shape that has an IRI."""
    return [_finding(triples, shapes) for _text, _node, triples in results]


def _finding(triples: list[tuple[Node, Node, Any]], shapes: ShapesGraph) -> Finding:
    values: dict[Node, list[Node]] = {}
    for _result, predicate, found in triples:
        values.setdefault(predicate, []).append(found[1] if isinstance(found, tuple) else found)
    shape = values[SH.sourceShape][0]
    return Finding(
        severity=_severity(values[SH.resultSeverity][0]),
        message=_message(values.get(SH.resultMessage, []), shape, shapes),
        focus=text_of(from_rdflib(values[SH.focusNode][0])),
        path=_path(values.get(SH.resultPath, []), shapes),
        value=next((text_of(from_rdflib(value)) for value in values.get(SH.value, [])), None),
        shape=_named(shape, shapes),
        constraint=str(values[SH.sourceConstraintComponent][0]),
    )


def _severity(severity: Node) -> Severity:
    """Take an unknown severity for the gravest one."""
    name = str(severity).removeprefix(SHACL)
    return next((known for known in SEVERITIES if known == name), "Violation")


def _message(messages: list[Node], shape: Node, shapes: ShapesGraph) -> str:
    """Choose the English message, and that of the constraint (sh:sparql) before that of its shape."""
    of_shape = {str(message) for message in shapes.objects(shape, SH.message)}

    def rank(message: Node) -> tuple[int, bool, str]:
        language = message.language or "" if isinstance(message, Literal) else ""
        return (
            0 if language.startswith("en") else 1 if not language else 2,
            str(message) in of_shape,
            str(message),
        )

    return str(min(messages, key=rank)) if messages else "The node breaks a rule that has no message."


def _path(paths: list[Node], shapes: ShapesGraph) -> str | None:
    if not paths:
        return None
    if isinstance(paths[0], URIRef):
        return str(paths[0])
    return str(shacl_path_to_sparql_path(shapes, paths[0], prefixes=PREFIXES))


def _named(shape: Node, shapes: ShapesGraph) -> str | None:
    """Climb from a blank shape to the shape with an IRI that holds it (sh:property, sh:or, lists)."""
    seen: set[Node] = set()
    level = [shape]
    while level:
        named = sorted(node for node in level if isinstance(node, URIRef))
        if named:
            return str(named[0])
        seen.update(level)
        level = [
            holder for node in level for holder in shapes.graph.subjects(None, node) if holder not in seen
        ]
    return None
