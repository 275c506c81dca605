"""One process to a state folder."""

from __future__ import annotations

import fcntl
import os
import weakref
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from khyber.errors import LedgerFailure, StateInUse

FILE_NAME = "lock"
"""The name of the locked file in the state folder; it says who holds the lock, or held it last."""


@dataclass
class StateLock:
    """The lock on a state folder, held until it is released or the process ends, however it ends.

    Children made by ``os.fork`` do not hold it.
    """

    file: Path
    _descriptor: int | None = field(default=None, repr=False)

    @classmethod
    def take(cls, folder: Path, address: str = "", *, name: str = FILE_NAME) -> StateLock:
        """Take the lock on a folder, made if it is not there; ``address`` says where this process listens.

        Raises StateInUse, which names the process that holds it; LedgerFailure where the folder cannot be
        written.
        """
        file = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise LedgerFailure(
                f"The folder {folder} cannot be written ({error.strerror}).",
                remedy="Give Khyber the right to write there, or name another folder with --state.",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise StateInUse(
                f"The folder {folder} is in use by {holder(folder, name=name) or 'another process'}.",
                remedy="Stop that one first, or give this one a folder of its own with --state.",
            ) from None
        lock = cls(file, descriptor)
        lock._say(address)
        leave = weakref.WeakMethod(lock._leave)
        os.register_at_fork(after_in_child=lambda: (method := leave()) and method())
        return lock

    def tell(self, address: str) -> None:
        """Write down where this process listens, once that is known."""
        self._say(address)

    def release(self) -> None:
        """Let go."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
        self._leave()

    def __enter__(self) -> StateLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _say(self, address: str) -> None:
        if self._descriptor is not None:
            text = f"{os.getpid()}\n{address}\n".encode()
            with suppress(OSError):  # on a full disk the lock holds, and only does not tell who has it
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, text, 0)

    def _leave(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def holder(folder: Path, *, name: str = FILE_NAME) -> str | None:
    """Say who holds the lock on a folder: ``process 12 at http://127.0.0.1:8000``; None if nobody does."""
    try:
        with (folder / name).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                number, _, address = file.read(1000).decode(errors="replace").strip().partition("\n")
                at = f" at {address}" if address else ""
                return f"process {number}{at}" if number else "another process"
            return None
    except FileNotFoundError:
        return None
