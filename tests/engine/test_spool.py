from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khyber.engine.spool import MOST_IN_MEMORY, FileResult, Spool
from khyber.errors import ResultTooLarge


@given(st.lists(st.integers(0, MOST_IN_MEMORY), max_size=12))
def test_what_is_written_comes_out(sizes: list[int]) -> None:
    pieces = [os.urandom(size) for size in sizes]
    spool = Spool(Path("/tmp"))  # noqa: S108
    for piece in pieces:
        assert spool.write(piece) == len(piece)
    taken = spool.taken()
    if isinstance(taken, bytes):
        assert len(taken) <= MOST_IN_MEMORY
        assert taken == b"".join(pieces)
    else:
        result = FileResult(taken, spool.size)
        assert b"".join(result) == b"".join(pieces)
        result.close()


def test_a_result_beyond_the_limit_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit=2 * MOST_IN_MEMORY)
    spool.write(bytes(2 * MOST_IN_MEMORY))
    with pytest.raises(ResultTooLarge, match=f"{2 * MOST_IN_MEMORY:,} bytes"):
        spool.write(b"1")
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_may_not_grow_is_told_as_no_room(tmp_path: Path) -> None:
    """The limit of the system for files stands for a full disk: writing fails in the same place."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_IN_MEMORY, hard))
    spool = Spool(tmp_path)
    try:
        with pytest.raises(ResultTooLarge, match="no room"):
            spool.write(bytes(100 * MOST_IN_MEMORY))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        spool.close()
