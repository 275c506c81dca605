"""What passes between judging and recording: what was found out, and on which version of the graph."""

from __future__ import annotations

from dataclasses import dataclass, field

from khyber.contributions.door import Judged
from khyber.errors import Conflict


@dataclass(frozen=True)
class Examined:
    """A submission as it was judged: ``patch`` is what it asks for, as an RDF Patch that names no graph."""

    judged: Judged
    patch: bytes = field(repr=False)


@dataclass(frozen=True)
class Plan:
    """What a decision would do: ``patch`` is what changes for somebody who looks at no graphs."""

    patch: bytes = field(repr=False)


class Moved(Conflict):
    """The published graph is not the one that was judged against any more."""
