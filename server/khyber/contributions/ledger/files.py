"""A new file, there in full or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from khyber.contributions.ledger.failures import full, unwritable
from khyber.engine.durability import sync

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """Give the path of an empty file to fill, which then becomes ``file``, on the disk, for its owner only.

    Raises FileExistsError where that is there, which is left as it is; and OSError.
    """
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".ledger-", suffix=".sqlite")
    part = Path(name)
    try:
        os.close(descriptor)
        yield part
        sync(part)
        os.link(part, file)
        sync(file.parent)
    finally:
        for leftover in file.parent.glob(part.name + "*"):
            leftover.unlink(missing_ok=True)


@contextmanager
def filing_clearly(file: Path) -> Iterator[None]:
    """Turn OSErrors into StorageFull or LedgerFailure."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise full(str(file)) from error
        raise unwritable(str(file), error.strerror or str(error)) from error
