"""A named graph as its sorted N-Quads lines: what its hash is taken of."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator

_MOST = 512
"""How many lines a block may hold before it is cut in two."""


class SortedLines:
    """Distinct lines in their order, kept in blocks, so that a change touches a block and no more.

    The order is that of the characters' numbers, which is that of the bytes of UTF-8.
    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """Sort the lines; none may hold a line end."""
        distinct = sorted({line.encode() for line in lines})
        half = _MOST // 2
        parts = [distinct[start : start + half] for start in range(0, len(distinct), half)]
        self._blocks = [_joined(part) for part in parts]
        self._firsts = [part[0] for part in parts]
        self._count = len(distinct)
        self._digest: str | None = None

    def __len__(self) -> int:
        """Count the lines."""
        return self._count

    def __iter__(self) -> Iterator[str]:
        """Give the lines in their order."""
        for block in self._blocks:
            yield from block.decode().split("\n")[:-1]

    def __contains__(self, line: str) -> bool:
        """Tell whether a line is there."""
        written = line.encode()
        position = self._position(written)
        if position < 0:
            return False
        block = self._blocks[position]
        return block.startswith(written + b"\n") or b"\n" + written + b"\n" in block

    def starting_with(self, beginning: str) -> Iterator[str]:
        """Give the lines that begin with a text, in their order."""
        written = beginning.encode()
        for block in self._blocks[max(self._position(written), 0) :]:
            for line in block.split(b"\n")[:-1]:
                if line.startswith(written):
                    yield line.decode()
                elif line > written:
                    return

    def add(self, line: str) -> bool:
        """Put a line in; False if it was there."""
        if line in self:
            return False
        written = line.encode()
        position = max(self._position(written), 0)
        lines = self._blocks[position].split(b"\n")[:-1] if self._blocks else []
        lines.insert(bisect_right(lines, written), written)
        self._replace(position, lines)
        self._count += 1
        return True

    def remove(self, line: str) -> bool:
        """Take a line out; False if it was not there."""
        if line not in self:
            return False
        written = line.encode()
        position = self._position(written)
        lines = self._blocks[position].split(b"\n")[:-1]
        lines.remove(written)
        self._replace(position, lines)
        self._count -= 1
        return True

    @property
    def digest(self) -> str:
        """Hash the lines, each with a line end (SHA-256, hexadecimal); kept until a line changes."""
        if self._digest is None:
            hashed = hashlib.sha256()
            for block in self._blocks:
                hashed.update(block)
            self._digest = hashed.hexdigest()
        return self._digest

    def _position(self, line: bytes) -> int:
        return bisect_right(self._firsts, line) - 1

    def _replace(self, position: int, lines: list[bytes]) -> None:
        half = len(lines) // 2
        parts = [lines[:half], lines[half:]] if len(lines) > _MOST else [lines] if lines else []
        self._blocks[position : position + 1] = [_joined(part) for part in parts]
        self._firsts[position : position + 1] = [part[0] for part in parts]
        self._digest = None


def _joined(lines: list[bytes]) -> bytes:
    return b"\n".join(lines) + b"\n"
