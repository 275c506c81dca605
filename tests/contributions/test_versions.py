"""What versions are called."""

from __future__ import annotations

import pytest

from khyber.contributions.versions import VersionName
from khyber.errors import UsageError


def test_a_version_is_named_by_its_number_or_by_number_and_id() -> None:
    assert VersionName.read("12") == VersionName(12)
    assert VersionName.read("12-8c7d1a631d44d2b4") == VersionName(12, "8c7d1a631d44d2b4")


@pytest.mark.parametrize("wrong", ["", "latest", "-1", "12-", "12-8C7D1A631D44D2B4", "12-8c7d", "1 2"])
def test_what_is_no_name_of_a_version_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="is no name of a version"):
        VersionName.read(wrong)
