"""Names of nodes as a person reads them: ``khyber:claimant`` for an IRI, Turtle for a literal."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.errors import InputError
from khyber.rdf.namespaces import PREFIXES, XSD

_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda entry: (-len(entry[1]), entry[0]))


def short(name: str) -> str:
    """Shorten an IRI by the prefix table; what no prefix covers, or is no IRI, stays as it is."""
    for prefix, namespace in _LONGEST_FIRST:
        local = name.removeprefix(namespace)
        if local != name and local and "/" not in local and "#" not in local:
            return f"{prefix}:{local}"
    return name


def text_of(term: NamedNode | BlankNode | Literal | Triple) -> str:
    """Write a term so that no two read alike: a bare IRI, a blank node as ``_:b``, a literal as in Turtle."""
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    if isinstance(term, Triple):
        raise InputError(
            "A triple stands as a term of another triple.", remedy="Use an assertion node instead."
        )
    return _literal(term)


def _literal(literal: Literal) -> str:
    if literal.language or literal.datatype.value == XSD + "string":
        return str(literal)
    return f"{Literal(literal.value)}^^{short(literal.datatype.value)}"
