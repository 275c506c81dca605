from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from khyber.sparql.letters import Letters, may_occur

PIECES = [
    "SERVICE",
    "service",
    "SERV",
    "ICE",
    "\\u0053ervice",
    "\\",
    "ſervice",
    "SERVİCE",
    "K",
    " ",
    "ß",
    "ﬀ",
    "Σ",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
@example("\\U00000053ERVICE")
def test_the_cheap_test_finds_all_that_the_exact_one_finds(text: str) -> None:
    assert may_occur("service", text) or not Letters("SERVICE", text).occur(text)


def test_the_cheap_test_passes_most_texts() -> None:
    assert not may_occur("service", "SELECT * { ?serv ?ice 'SERV' } # ice")
    assert may_occur("service", "SELECT * { SeRvIcE <http://example.org/> { } }")
