"""Names for blank nodes that depend on nothing but what is said about them.

A release is named by a hash, and the same inputs must always give the same hash. So each blank node of the
ontology and the shapes gets a name from the structure around it: RDF Dataset Canonicalization (RDFC-1.0,
https://www.w3.org/TR/rdf-canon/), applied to each group of connected blank nodes by itself, so that a
change of one axiom renames the nodes of that axiom and no other.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, Triple


def with_stable_names(triples: Iterable[Triple], space: str) -> list[Triple]:
    """Give the triples, each once and sorted, with blank nodes named by their structure.

    ``space`` (letters) begins each name, so that blank nodes of two spaces never have the same name. The
    result is isomorphic to the input, and equal for isomorphic inputs.
    """
    distinct = set(triples)
    with_blank_nodes = {triple for triple in distinct if blank_nodes_of(triple)}
    named = distinct - with_blank_nodes
    seen: Counter[str] = Counter()
    for group in _connected(with_blank_nodes):
        canonical = _canonical(group)
        text = "\n".join(sorted(str(triple) for triple in canonical))
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        # Groups with the same canonical text are interchangeable, so a number in any order tells them apart.
        prefix = f"{space}-{digest}-{seen[digest]}-"
        seen[digest] += 1
        named.update(_renamed(triple, prefix) for triple in canonical)
    return sorted(named, key=str)


def blank_nodes_of(triple: Triple) -> list[BlankNode]:
    """List the blank nodes that a triple is about, those inside a triple term as well."""
    found: list[BlankNode] = []
    for term in (triple.subject, triple.object):
        if isinstance(term, BlankNode):
            found.append(term)
        elif isinstance(term, Triple):
            found.extend(blank_nodes_of(term))
    return found


def _connected(triples: Iterable[Triple]) -> list[list[Triple]]:
    """Part triples that hold blank nodes into groups that share none (union-find)."""
    parent: dict[BlankNode, BlankNode] = {}

    def root(node: BlankNode) -> BlankNode:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    listed = list(triples)
    for triple in listed:
        first, *others = blank_nodes_of(triple)
        for other in others:
            parent[root(other)] = root(first)
    groups: defaultdict[BlankNode, list[Triple]] = defaultdict(list)
    for triple in listed:
        groups[root(blank_nodes_of(triple)[0])].append(triple)
    return list(groups.values())


def _canonical(group: Iterable[Triple]) -> list[Triple]:
    dataset = Dataset(Quad(triple.subject, triple.predicate, triple.object) for triple in group)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [quad.triple for quad in dataset]


def _renamed(triple: Triple, prefix: str) -> Triple:
    subject, value = triple.subject, triple.object
    if isinstance(subject, BlankNode):
        subject = BlankNode(prefix + subject.value)
    if isinstance(value, BlankNode):
        value = BlankNode(prefix + value.value)
    elif isinstance(value, Triple):
        value = _renamed(value, prefix)
    return Triple(subject, triple.predicate, value)
