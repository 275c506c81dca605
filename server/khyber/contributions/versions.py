"""Versions: their names, and the way from one to another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Quad

from khyber.errors import UsageError
from khyber.rdf.delta import Delta

_NAME = re.compile(r"(?P<sequence>[0-9]{1,18})(?:-(?P<id>[0-9a-f]{16}))?")


@dataclass(frozen=True)
class VersionName:
    """What a person calls a version by: its sequence number, and the id of its content if they give it."""

    sequence: int
    id: str | None = None

    @classmethod
    def read(cls, text: str) -> VersionName:
        """Read ``12`` or ``12-8c7d1a631d44d2b4``; raise UsageError for anything else."""
        match = _NAME.fullmatch(text)
        if match is None:
            raise UsageError(
                f"{text!r} is no name of a version.",
                remedy="Give its number, such as 12, or its name, such as 12-8c7d1a631d44d2b4.",
            )
        return cls(int(match["sequence"]), match["id"])


def composed(deltas: Iterable[Delta]) -> Delta:
    """Give the one delta that does what all do, one after the other, oldest first."""
    signs: dict[Quad, int] = {}
    for delta in deltas:
        for sign, quads in ((-1, delta.removed), (1, delta.added)):
            for quad in quads:
                if signs.get(quad) == -sign:
                    del signs[quad]
                else:
                    signs[quad] = sign
    return Delta.of(
        (quad for quad, sign in signs.items() if sign > 0),
        (quad for quad, sign in signs.items() if sign < 0),
    )
