from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from khyber.engine.wholeness import DIGESTS, is_whole, write_digests


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "one"
    (made / "store").mkdir(parents=True)
    (made / "facts").write_bytes(b"facts")
    (made / "store" / "data").write_bytes(b"data")
    (made / "store" / "LOG").write_bytes(b"opened")
    write_digests(made)
    return made


def test_a_folder_is_whole_as_it_was_written(folder: Path) -> None:
    assert is_whole(folder)


def test_what_changes_when_it_is_read_does_not_matter(folder: Path) -> None:
    (folder / "store" / "LOG").write_bytes(b"opened and closed")
    (folder / "store" / "LOG.old.1").write_bytes(b"")
    (folder / "in-use").touch()
    assert is_whole(folder)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "store" / "data").write_bytes(b"date"),
        lambda folder: (folder / "store" / "data").write_bytes(b"dat"),
        lambda folder: (folder / "store" / "data").unlink(),
        lambda folder: (folder / "store" / "more").touch(),
        lambda folder: (folder / DIGESTS).write_bytes(b"{"),
        lambda folder: (folder / DIGESTS).write_bytes(b"[1]"),
        lambda folder: (folder / DIGESTS).unlink(),
    ],
    ids=["changed", "truncated", "gone", "more", "cut digests", "other digests", "no digests"],
)
def test_a_folder_that_is_not_what_was_written_is_not_whole(
    folder: Path, harm: Callable[[Path], object]
) -> None:
    harm(folder)
    assert not is_whole(folder)


def test_there_is_nothing_whole_where_there_is_nothing(tmp_path: Path) -> None:
    assert not is_whole(tmp_path / "nowhere")


def test_what_a_folder_shares_with_the_former_one_need_not_be_read_again(folder: Path) -> None:
    following = folder.with_name("two")
    (following / "store").mkdir(parents=True)
    os.link(folder / "store" / "data", following / "store" / "data")
    (following / "facts").write_bytes(b"other facts")
    write_digests(following, folder)
    assert is_whole(following)
    (following / "store" / "data").write_bytes(b"date")
    assert not is_whole(following)
    assert not is_whole(folder)
