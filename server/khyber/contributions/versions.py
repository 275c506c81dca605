"""The names of versions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from khyber.errors import UsageError

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
