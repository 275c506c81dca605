"""The modules of the ontology and of the shapes: which file says what, and what the file is about.

A file begins with a comment that says in a sentence or two what it holds; that is its description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePosixPath

from pyoxigraph import NamedNode

from khyber.rdf.namespaces import SHAPE, TERM
from khyber.rdf.reading import parse_file
from khyber.release.sources import SourceFile, Sources

_FILE = re.compile(r"(?:ontology|shapes)/[^/]+")


@dataclass(frozen=True)
class Module:
    """A file of the ontology or the shapes; ``name`` is its stem, ``terms`` the IRIs that it describes."""

    graph: str
    name: str
    description: str
    terms: tuple[str, ...]


def modules(sources: Sources) -> tuple[Module, ...]:
    """Give the modules that describe terms of ours, in the order of their names; raises RdfSyntaxError.

    The files in folders below hold code lists and mappings and describe no terms.
    """
    found = (_module(file) for file in sources.files if _FILE.fullmatch(file.name))
    return tuple(module for module in found if module.terms)


def _module(file: SourceFile) -> Module:
    subjects = (quad.subject for quad in parse_file(file.data, file.path))
    terms = _own(node.value for node in subjects if isinstance(node, NamedNode))
    lines = takewhile(lambda line: line.startswith("#"), file.data.decode().splitlines())
    description = " ".join(line.lstrip("#").strip() for line in lines)
    return Module(file.graph, PurePosixPath(file.name).stem, description, terms)


def _own(iris: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(iri for iri in iris if iri.startswith((TERM, SHAPE))))
