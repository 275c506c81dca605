"""Turtle in tests, with the project's prefixes already declared."""

from __future__ import annotations

from pyoxigraph import RdfFormat, Triple, parse

from khyber.rdf.namespaces import PREFIXES

_HEADER = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())


def triples(text: str) -> list[Triple]:
    """Parse Turtle that uses the project's prefixes without declaring them."""
    return [quad.triple for quad in parse((_HEADER + text).encode(), format=RdfFormat.TURTLE)]
