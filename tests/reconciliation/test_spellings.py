"""The labelled list of spellings, on the curated graph: what is said to match is what is meant."""

from __future__ import annotations

from collections import Counter

import pytest
from bench.reconciliation import Spelling, spellings

from khyber.config import STATE, graph_home
from khyber.engine.published import load_published
from khyber.reconciliation.asking import NameQuery
from khyber.reconciliation.index import Index
from khyber.reconciliation.matching import Candidate, answer_batch
from khyber.reconciliation.reading import read_catalogue
from khyber.release.cache import load_or_compile

Found = list[tuple[Spelling, tuple[Candidate, ...]]]


@pytest.fixture(scope="module")
def found() -> Found:
    release = load_or_compile(graph_home(), reasoner="sparql", state=STATE.default_value())
    engine = load_published(release.quads)
    index = Index(read_catalogue(engine))
    listed = spellings()
    batch = {
        str(number): NameQuery(each.name, (each.type,) if each.type else ())
        for number, each in enumerate(listed)
    }
    answers = answer_batch(engine, index, batch)
    return [(each, answers[str(number)]) for number, each in enumerate(listed)]


def test_the_list_is_long_enough_and_of_all_kinds(found: Found) -> None:
    kinds = Counter(each.spelling for each, _ in found)
    assert sum(kinds.values()) >= 200
    assert {"error in typing", "transliteration", "script", "near miss", "not in the graph"} <= kinds.keys()
    assert min(kinds.values()) >= 2
    assert {each.round for each, _ in found} == {1, 2}


def test_no_match_is_wrong(found: Found) -> None:
    matches = [(each, first) for each, (first, *_) in ((e, c) for e, c in found if c) if first.is_match]
    assert len(matches) > 150
    assert [(each.name, first.entity.id) for each, first in matches if first.entity.id != each.node] == []


def test_most_of_what_is_meant_comes_first(found: Found) -> None:
    meant = [(each, candidates) for each, candidates in found if each.node]
    first = [each for each, candidates in meant if candidates and candidates[0].entity.id == each.node]
    matched = [each for each, candidates in meant if candidates and candidates[0].is_match]
    assert len(first) / len(meant) >= 0.97
    assert len(matched) / len(meant) >= 0.88
