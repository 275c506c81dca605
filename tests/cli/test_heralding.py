"""The engine follows the ledger, also after it did not take a version."""

from __future__ import annotations

import pytest

from khyber.cli.heralding import Herald
from khyber.errors import EngineFailure, StorageFull
from khyber.rdf.delta import Delta


class Follower:
    """Follows versions named by numbers, of which the newest can be loaded; it may refuse both."""

    def __init__(self) -> None:
        self.newest, self.at = 0, 0
        self.takes, self.loads = True, True

    def apply(self, _delta: Delta, version: str) -> None:
        if not self.takes:
            raise EngineFailure("It is not known whether it holds.")
        assert int(version) == self.at + 1, "a version was left out"
        self.at = int(version)

    def reload(self) -> None:
        if not self.loads:
            raise StorageFull("There is no room.")
        self.at = self.newest


def tell(herald: Herald, follower: Follower) -> int:
    """Record one more version, tell it, and give the one that the follower is at."""
    follower.newest += 1
    herald(Delta(), str(follower.newest))
    return follower.at


def test_versions_are_told_one_after_the_other() -> None:
    follower = Follower()
    herald = Herald(follower)
    assert [tell(herald, follower), tell(herald, follower)] == [1, 2]


def test_a_version_that_is_not_taken_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    follower = Follower()
    herald = Herald(follower)
    follower.takes = False
    assert tell(herald, follower) == 1
    assert "Version 1 is loaded anew: It is not known whether it holds." in capsys.readouterr().err
    follower.takes = True
    assert tell(herald, follower) == 2


def test_a_version_that_can_neither_be_taken_nor_loaded_comes_with_the_next(
    capsys: pytest.CaptureFixture[str],
) -> None:
    follower = Follower()
    herald = Herald(follower)
    follower.takes, follower.loads = False, False
    assert tell(herald, follower) == 0
    assert "Version 1 is not served yet: There is no room." in capsys.readouterr().err
    follower.takes = True
    assert tell(herald, follower) == 0, "a version must not be applied to one that is not before it"
    follower.loads = True
    assert tell(herald, follower) == 3
    assert tell(herald, follower) == 4
