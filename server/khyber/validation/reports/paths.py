"""Property paths: from the SPARQL text in a finding to RDF (W3C SHACL, section 2.3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.rdf.namespaces import PREFIXES, RDF, SH
from khyber.validation.reports.presentation import is_iri

_TOKEN = re.compile(r"\s*(<[^<>\s]*>|[\w-]*:[\w.%-]*[\w%-]|[\w-]*:|[/|^()*+?])\s*")
_MODIFIERS = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}

Node = NamedNode | BlankNode


def triples_of_path(subject: BlankNode, predicate: NamedNode, path: str, *, prefix: str) -> Iterator[Triple]:
    """Say that a path is a value of ``subject``; its blank nodes have names that begin with ``prefix``.

    What is no path (there is none in a report of ours) is told as it stands, as a literal.
    """
    if is_iri(path) and "://" in path:
        yield Triple(subject, predicate, NamedNode(path))
        return
    written = _Written(prefix)
    try:
        tokens = _tokens(path)
        node = written.alternatives(tokens)
        if tokens:
            raise ValueError(path)
    except (ValueError, IndexError):
        yield Triple(subject, predicate, Literal(path))
        return
    yield Triple(subject, predicate, node)
    yield from written.triples


def _tokens(path: str) -> list[str]:
    """Give the tokens of a path, the first one last."""
    tokens, at = [], 0
    while at < len(path):
        found = _TOKEN.match(path, at)
        if found is None:
            raise ValueError(path)
        tokens.append(found[1])
        at = found.end()
    return tokens[::-1]


@dataclass
class _Written:
    """The triples of one path, while it is read; each method takes its tokens from the end of the list."""

    prefix: str
    triples: list[Triple] = field(default_factory=list)
    count: int = 0

    def alternatives(self, tokens: list[str]) -> Node:
        parts = [self.sequence(tokens)]
        while tokens and tokens[-1] == "|":
            tokens.pop()
            parts.append(self.sequence(tokens))
        return parts[0] if len(parts) == 1 else self._with("alternativePath", self._list(parts))

    def sequence(self, tokens: list[str]) -> Node:
        parts = [self.step(tokens)]
        while tokens and tokens[-1] == "/":
            tokens.pop()
            parts.append(self.step(tokens))
        return parts[0] if len(parts) == 1 else self._list(parts)

    def step(self, tokens: list[str]) -> Node:
        if tokens[-1] == "^":
            tokens.pop()
            return self._with("inversePath", self.step(tokens))
        node = self.primary(tokens)
        while tokens and tokens[-1] in _MODIFIERS:
            node = self._with(_MODIFIERS[tokens.pop()], node)
        return node

    def primary(self, tokens: list[str]) -> Node:
        token = tokens.pop()
        if token == "(":  # noqa: S105 - a parenthesis
            node = self.alternatives(tokens)
            if tokens.pop() != ")":
                raise ValueError
            return node
        if token.startswith("<"):
            return NamedNode(token[1:-1])
        prefix, colon, local = token.partition(":")
        if not colon or prefix not in PREFIXES:
            raise ValueError(token)
        return NamedNode(PREFIXES[prefix] + local)

    def _list(self, parts: list[Node]) -> Node:
        rest: Node = NamedNode(f"{RDF}nil")
        for part in reversed(parts):
            cell = self._blank()
            self.triples += (
                Triple(cell, NamedNode(f"{RDF}first"), part),
                Triple(cell, NamedNode(f"{RDF}rest"), rest),
            )
            rest = cell
        return rest

    def _with(self, name: str, node: Node) -> Node:
        blank = self._blank()
        self.triples.append(Triple(blank, NamedNode(SH + name), node))
        return blank

    def _blank(self) -> BlankNode:
        self.count += 1
        return BlankNode(f"{self.prefix}{self.count}")
