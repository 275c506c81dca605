"""Results on their way from the process that writes them: in memory while small, else in a nameless file."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from khyber.errors import ResultTooLarge

MOST_IN_MEMORY = 256 * 1024
"""The largest result, in bytes, that is not put into a file."""

BLOCK = 256 * 1024
"""How many bytes go to and from a file at once."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Spool:
    """A writer that keeps at most ``limit`` bytes, and more than ``MOST_IN_MEMORY`` in a file in ``folder``.

    The file has no name, so it goes with the last process that holds it. Raises ResultTooLarge beyond the
    limit, and where the disk has no room.
    """

    def __init__(self, folder: Path, limit: int | None = None) -> None:
        self.size = 0
        self._folder = folder
        self._limit = limit
        self._pending = bytearray()
        self._file: int | None = None

    def write(self, data: bytes, /) -> int:
        """Take ``data``."""
        self.size += len(data)
        if self._limit is not None and self.size > self._limit:
            raise ResultTooLarge(
                f"The result is larger than the limit of {self._limit:,} bytes.",
                remedy="Ask for it in parts, with ORDER BY, LIMIT and OFFSET, or ask for less.",
            )
        self._pending += data
        if len(self._pending) >= (MOST_IN_MEMORY + 1 if self._file is None else BLOCK):
            self._store()
        return len(data)

    def flush(self) -> None:
        """Do nothing: ``taken`` hands over what was written."""

    def taken(self) -> bytes | int:
        """Give what was written: the bytes, or the descriptor of the file, which is the caller's to close."""
        if self._file is None:
            return bytes(self._pending)
        self._store()
        file, self._file = self._file, None
        return file

    def close(self) -> None:
        """Throw away what was written and not taken."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._pending.clear()

    def _store(self) -> None:
        try:
            if self._file is None:
                self._file = _nameless(self._folder)
            with memoryview(self._pending) as rest:
                written = 0
                while written < len(rest):
                    written += os.write(self._file, rest[written:])
        except OSError as error:
            reason = "there is no room left" if error.errno in _NO_ROOM else (error.strerror or str(error))
            raise ResultTooLarge(
                f"The result cannot be kept until it is sent: {reason} where results are put down.",
                remedy="Ask for less, or try again later.",
            ) from None
        self._pending.clear()


class FileResult:
    """A result in a file without a name, read block by block; the file goes when this is closed."""

    def __init__(self, file: int, size: int) -> None:
        """Take over the descriptor ``file``, which holds ``size`` bytes."""
        self._file = file
        self._size = size

    @property
    def size(self) -> int:
        """Give the number of bytes."""
        return self._size

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes in blocks, from the beginning."""
        offset = 0
        while offset < self._size and (block := os.pread(self._file, BLOCK, offset)):
            offset += len(block)
            yield block

    def __iter__(self) -> Iterator[bytes]:
        """Give the bytes in blocks, from the beginning."""
        return self.chunks()

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        """Let go of the file where nobody did."""
        self.close()


def _nameless(folder: Path) -> int:
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        return os.dup(file.fileno())
