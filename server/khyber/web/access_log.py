"""The access log: one line of JSON for every request, and nothing in it that lets anybody in."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Protocol

from khyber.errors import UsageError

STANDARD_OUTPUT = "-"


@dataclass(frozen=True)
class Access:
    """What is told of a request.

    ``path`` stands without the query string, in which a query or something secret could be; ``query`` is
    the beginning of the query's SHA-256, by which runs of the same query are found; ``outcome`` is ``ok`` or
    the code of the problem, ``cache`` what the cache did, both as in docs/operating.md; ``rows`` is how many
    rows the result of a SELECT has.
    """

    time: str
    client: str
    method: str
    path: str
    status: int
    bytes: int
    seconds: float
    outcome: str
    query: str | None = None
    cache: str | None = None
    rows: int | None = None


class AccessLog(Protocol):
    """What takes the lines."""

    def write(self, access: Access) -> None:
        """Tell of one request."""


class NoLog:
    """Takes no line."""

    def write(self, access: Access) -> None:
        """Do nothing."""


class FileLog:
    """Adds lines to a file, each in one write, so that several processes can share it.

    A file that was moved away or deleted, as programs that rotate logs do, is made anew.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or raise UsageError."""
        self._path = path
        self._lock = Lock()
        try:
            self._descriptor = self._opened()
        except OSError as error:
            raise UsageError(
                f"The access log {path} cannot be written: {error.strerror}.",
                remedy="Name a file in a folder that is there and may be written to.",
            ) from None

    def write(self, access: Access) -> None:
        """Add a line; a full disk loses the line and fails no request."""
        with self._lock:
            try:
                if self._was_moved():
                    moved, self._descriptor = self._descriptor, self._opened()
                    os.close(moved)
                os.write(self._descriptor, line(access))
            except OSError as error:
                sys.stderr.write(f"The access log {self._path} cannot be written: {error.strerror}.\n")

    def _opened(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)

    def _was_moved(self) -> bool:
        try:
            there = os.stat(self._path)  # noqa: PTH116 - the same call as fstat below
        except FileNotFoundError:
            return True
        here = os.fstat(self._descriptor)
        return (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino)


class OutputLog:
    """Writes lines to standard output."""

    def write(self, access: Access) -> None:
        """Write a line; one that nobody reads any more fails no request."""
        try:
            os.write(sys.stdout.fileno(), line(access))
        except OSError:
            return


def access_log(setting: str) -> AccessLog:
    """Give the log that the setting names: none for "", standard output for -, else a file."""
    if not setting:
        return NoLog()
    return OutputLog() if setting == STANDARD_OUTPUT else FileLog(Path(setting).expanduser())


def line(access: Access) -> bytes:
    """Write one line; what is not known is left out."""
    members = {name: value for name, value in asdict(access).items() if value is not None}
    return json.dumps(members, ensure_ascii=True).encode() + b"\n"


def query_hash(text: str) -> str:
    """Give the 16 hexadecimal digits that stand for a query in the log."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def now() -> str:
    """Give the time of the clock, in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
