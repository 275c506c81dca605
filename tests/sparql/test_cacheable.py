"""Which results may be kept: those that the dataset and the query alone decide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khyber.engine.base import Query
from khyber.sparql.cacheable import CHANGING, is_cacheable
from khyber.sparql.outline import outline


def cacheable(text: str) -> bool:
    return is_cacheable(Query(text, outline(text).kind))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        'ASK { ?s ?p "RAND()" }',
        "SELECT ('NOW()' AS ?x) { }",
        'SELECT ("""UUID() "BNODE()" """ AS ?x) { }',
        "SELECT * { ?s ?p ?o } # RAND()",
        "SELECT ?rand ?now { ?rand ?now ?o }",
        "SELECT * { <http://example.org/RAND> ?p <http://example.org/service#now> }",
        "PREFIX now: <http://example.org/> SELECT * { now:rand now:uuid ?o }",
        "SELECT (COUNT(*) AS ?n) { FILTER(?n > 1) }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p [] FILTER(?s = ?o) }",
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p '[_:x]' } WHERE { ?s ?p ?o }",
        "DESCRIBE ?s { ?s ?p [ ?q ?o ] }",
        'SELECT ("\\u0627" AS ?alef) { }',
    ],
)
def test_a_result_that_the_data_decide_may_be_kept(text: str) -> None:
    assert cacheable(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (RAND() AS ?x) { }",
        "SELECT (rand() AS ?x) { }",
        "SELECT (NOW() AS ?x) { }",
        "SELECT(NOW#c\n()AS ?x) { }",
        "SELECT (STR(UUID()) AS ?x) { }",
        "SELECT (STRUUID() AS ?x) { }",
        "SELECT (BNODE() AS ?x) { }",
        "SELECT * { BIND(1AS ?x)BIND(NOW()AS?y) }",
        "SELECT * { { SELECT * { ?s ?p ?o } ORDER BY RAND() LIMIT 1 } }",
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
        "SELECT * { SERVICE:a { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o SERVICESILENT:a { ?s ?p ?o } }",
        "ASK { ?s ?p ?x FILTER(?x<RAND()&&?y>1) }",
        "ASK { ?s ?p ?x FILTER(?x<'>'&&RAND()>'1') }",
        "CONSTRUCT { ?s ?p _:b } WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p [] } WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p (1 2) } WHERE { ?s ?p ?o }",
        "CONSTRUCT WHERE { ?s ?p [] }",
        "CONSTRUCT { ?s ?p ?x } WHERE { ?s ?p ?o BIND(BNODE() AS ?x) }",
        "DESCRIBE ?s { ?s ?p ?o FILTER(RAND() > 0.5) }",
        "SELECT (\\u0052AND() AS ?x) { }",
    ],
)
def test_a_result_that_changes_from_run_to_run_is_not_kept(text: str) -> None:
    assert not cacheable(text)


@given(st.sampled_from(CHANGING), st.text(alphabet=" \n\t()?<>'\"#{}aZ1", max_size=8))
def test_a_call_between_spaces_is_seen_whatever_comes_behind_it(keyword: str, noise: str) -> None:
    assert not cacheable(f"SELECT * {{ BIND( {keyword} () AS ?x) {noise} }}")
