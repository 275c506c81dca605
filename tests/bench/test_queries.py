"""The questions of the benchmark can be asked of the graph that is generated for it."""

from __future__ import annotations

from io import StringIO

import pytest
from bench.generate import write
from bench.queries import QUESTIONS, SMALL, Question, parameters
from bench.world import World
from pyoxigraph import QueryBoolean, RdfFormat, Store

SIZE = World(20_000)
ASKINGS = 40


@pytest.fixture(scope="module")
def store() -> Store:
    out = StringIO()
    write(SIZE, out)
    filled = Store()
    filled.bulk_load(out.getvalue().encode(), format=RdfFormat.N_TRIPLES)
    return filled


def test_there_are_twenty_questions_of_six_kinds_of_work() -> None:
    assert len({question.name for question in QUESTIONS}) == 20
    assert {question.work for question in QUESTIONS} == {
        "lookup",
        "join",
        "aggregate",
        "path",
        "text",
        "export",
    }
    assert set(SMALL) <= {question.name for question in QUESTIONS}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_question_finds_something(store: Store, question: Question) -> None:
    assert any(found(store, question, asking) for asking in range(ASKINGS))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_no_asking_has_the_text_of_another(question: Question) -> None:
    texts = {question.query(parameters(SIZE, asking), asking) for asking in range(ASKINGS)}
    assert len(texts) == ASKINGS
    assert not any("{" + name + "}" in text for text in texts for name in parameters(SIZE, 0))


def found(store: Store, question: Question, asking: int) -> bool:
    answer = store.query(question.query(parameters(SIZE, asking), asking))
    return bool(answer) if isinstance(answer, QueryBoolean) else next(iter(answer), None) is not None
