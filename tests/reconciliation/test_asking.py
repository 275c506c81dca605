"""Whatever is asked is read, or refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khyber.engine.memory import MemoryEngine
from khyber.errors import InputError
from khyber.reconciliation.asking import MOST_CANDIDATES, NameQuery, read_batch
from khyber.reconciliation.extending import read_extension
from khyber.reconciliation.index import Index
from khyber.reconciliation.matching import answer_batch
from named_graph import engine, index

Value = TypeVar("Value")

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
MEMBERS = st.sampled_from(
    ["query", "type", "limit", "properties", "type_strict", "pid", "v", "ids", "id", "settings"]
)
ASKED = st.dictionaries(
    st.text(max_size=3),
    st.dictionaries(MEMBERS, JSON | st.lists(st.dictionaries(MEMBERS, JSON), max_size=3), max_size=6),
    max_size=3,
)


@pytest.fixture(scope="module")
def published() -> MemoryEngine:
    return engine()


@pytest.fixture(scope="module")
def names() -> Index:
    return index()


def read_or_refused(read: Callable[[str], Value], asked: object) -> Value | str:
    """Give what is read of what was asked, or why it is refused."""
    try:
        return read(json.dumps(asked))
    except InputError as error:
        return error.detail


@given(ASKED | JSON)
@settings(max_examples=200, deadline=None)
def test_any_batch_is_read_or_refused(asked: Any) -> None:
    read = read_or_refused(read_batch, asked)
    if isinstance(read, str):
        assert read.endswith(".")
    else:
        assert read.keys() == asked.keys()
        assert all(1 <= query.limit <= MOST_CANDIDATES for query in read.values())


@given(st.dictionaries(MEMBERS, JSON | st.lists(st.dictionaries(MEMBERS, JSON), max_size=3)) | JSON)
@settings(max_examples=200, deadline=None)
def test_any_extension_is_read_or_refused(asked: Any) -> None:
    read = read_or_refused(read_extension, asked)
    if isinstance(read, str):
        assert read.endswith(".")
    else:
        assert set(read.ids) == set(asked["ids"])


@pytest.mark.parametrize("limit", ["1e300", "99999999999999999999"])
def test_no_more_than_the_most_candidates(limit: str) -> None:
    assert read_batch(f'{{"q": {{"query": "x", "limit": {limit}}}}}')["q"].limit == MOST_CANDIDATES


@given(st.text(max_size=60) | st.text("aehkmnـپ ک اu12.-()'", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_name_is_answered_with_scores_in_order(published: MemoryEngine, names: Index, name: str) -> None:
    found = answer_batch(published, names, {"q": NameQuery(name or "x", limit=50)})["q"]
    scores = [candidate.score for candidate in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 100 for score in scores)
    assert not any(candidate.is_match for candidate in found[1:])


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_each_label_finds_its_node_first_or_a_namesake(
    published: MemoryEngine, names: Index, data: st.DataObject
) -> None:
    entity = data.draw(st.sampled_from(sorted(names.catalogue.entities.values(), key=lambda each: each.id)))
    name = data.draw(st.sampled_from(entity.names))
    written = data.draw(st.sampled_from([name.text, name.text.upper(), f"  {name.text.lower()} "]))
    found = answer_batch(published, names, {"q": NameQuery(written)})["q"]
    best = [candidate.entity.id for candidate in found if candidate.score == found[0].score]
    assert entity.id in best
