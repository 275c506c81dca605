"""A server of other files takes no contributions, and says so at every address of theirs."""

from __future__ import annotations

import pytest

from khyber.errors import NotFound
from web.writable import AUTHORISED, application, assert_refused

ADDRESSES = [
    (method, rule.rule.replace("<int:", "<"))
    for rule in application().url_map.iter_rules()
    for method in sorted(rule.methods or ())
    if rule.endpoint.partition(".")[0] in ("validation", "contributions", "deciding", "versions", "tokens")
    and method in ("GET", "POST", "DELETE")
]


def test_the_addresses_are_all_there() -> None:
    assert len(ADDRESSES) >= 20


@pytest.mark.parametrize(("method", "rule"), ADDRESSES)
@pytest.mark.parametrize("headers", [{}, AUTHORISED], ids=["anonymous", "admin"])
def test_there_is_nothing_at_it(method: str, rule: str, headers: dict[str, str]) -> None:
    path = "/".join("1" if part.startswith("<") else part for part in rule.split("/"))
    answer = application().test_client().open(path, method=method, headers=headers)
    assert "no contributions" in assert_refused(answer, NotFound)["remedy"]
