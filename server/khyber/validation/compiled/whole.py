"""Validation of a whole graph: by compiled shapes, and by pySHACL where they do not reach."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Triple

from khyber.validation.compiled.compile import compile_shapes
from khyber.validation.findings import Report


def validate(
    data: Iterable[Triple], ontology: Iterable[Triple], shapes: Iterable[Triple], *, reference: bool = False
) -> Report:
    """Judge a whole graph, as :meth:`khyber.validation.shacl.Validator.validate` does; the same findings.

    With ``reference`` pySHACL judges all of it, in many times the time. Raises InputError where the shapes
    are broken.
    """
    triples, background, rules = list(data), list(ontology), list(shapes)
    if reference:
        return _by_pyshacl(triples, background, rules, None)
    verdict = compile_shapes(background, rules).judge(triples)
    if not verdict.left:
        return verdict.report
    return verdict.report + _by_pyshacl(triples, background, rules, verdict.left)


def _by_pyshacl(
    data: list[Triple], ontology: list[Triple], shapes: list[Triple], only: frozenset[str] | None
) -> Report:
    from khyber.validation.shacl import Validator  # noqa: PLC0415 - loads rdflib and pySHACL

    return Validator(ontology, shapes).validate(data, only=only)
