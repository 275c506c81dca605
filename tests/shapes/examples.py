"""Examples of the shapes: small Turtle files that keep one rule, or break exactly one.

::

    tests/shapes/<Shape>/valid-<what>.ttl     # shape: shape:ClaimantOnce shape:Claimant
    tests/shapes/<Shape>/invalid-<what>.ttl   # constraint: shape:ClaimantOnce sh:MinCountConstraintComponent

``<Shape>`` is the local name of the shape, or of a shape that holds it. The first line of a valid example
names the shapes that it keeps (one or more), that of an invalid one the shape and the constraint component
that it breaks. A second line ``# focus: actor:pakistan …`` adds nodes to be judged of which the file says
nothing.

An example is added to the curated graph and the code lists, so that it can speak of ``actor:pakistan`` and
need not describe it. Only the nodes of which it says something (its subjects), and those of the ``focus``
line, are judged. A valid example violates nothing and has no finding of its shapes; all findings of an
invalid one are of the shape and the constraint that it names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from khyber.rdf.namespaces import PREFIXES
from khyber.rdf.reading import read_file

FOLDER = Path(__file__).parent

_HEADER = re.compile(r"# (?P<field>shape|constraint|focus): (?P<names>.+)")
_NAME = re.compile(r"(?P<prefix>[a-z0-9]+):(?P<local>\S+)")


@dataclass(frozen=True)
class Example:
    """One example file."""

    path: Path

    @property
    def name(self) -> str:
        """The name by which the tests show it: folder and file."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def valid(self) -> bool:
        return self.path.name.startswith("valid-")

    @cached_property
    def header(self) -> dict[str, tuple[str, ...]]:
        """Field → IRIs, of the comment lines at the top; raises ValueError for a header that is not right."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        fields = {}
        for line in lines:
            match = _HEADER.fullmatch(line.strip())
            if match is None:
                break
            fields[match["field"]] = tuple(self._iri(name) for name in match["names"].split())
        first = "shape" if self.valid else "constraint"
        if first not in fields or (not self.valid and len(fields[first]) != 2):
            wanted = "# shape: shape:NAME …" if self.valid else "# constraint: shape:NAME sh:COMPONENT"
            raise ValueError(f"{self.path}: the first line must be '{wanted}'.")
        return fields

    @property
    def shapes(self) -> tuple[str, ...]:
        """The IRIs of the shapes that it is an example of."""
        return self.header["shape"] if self.valid else self.header["constraint"][:1]

    @property
    def constraint(self) -> tuple[str, str]:
        """The shape and the constraint component that an invalid example breaks, as IRIs."""
        shape, component = self.header["constraint"]
        return shape, component

    @cached_property
    def triples(self) -> list[Triple]:
        return [quad.triple for quad in read_file(self.path)]

    @property
    def focus(self) -> list[NamedNode]:
        """The nodes that are judged."""
        subjects = {triple.subject for triple in self.triples if isinstance(triple.subject, NamedNode)}
        return sorted(subjects | {NamedNode(iri) for iri in self.header.get("focus", ())}, key=str)

    def _iri(self, name: str) -> str:
        match = _NAME.fullmatch(name)
        if match is None or match["prefix"] not in PREFIXES:
            raise ValueError(f"{self.path}: {name!r} in the header is no name with a prefix of the project.")
        return PREFIXES[match["prefix"]] + match["local"]


def examples() -> list[Example]:
    """Every example, by folder and name."""
    return [Example(path) for path in sorted(FOLDER.glob("*/*.ttl"))]
