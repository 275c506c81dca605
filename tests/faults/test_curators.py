"""Many at once: of two who decide the same, one wins; readers are never kept waiting by those who publish."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event, Thread

from contributing import Contributing, members, person
from faults.outcomes import came
from running import Answer

ROUNDS = 10


def at_once(*questions: Callable[[], Answer]) -> list[Answer]:
    """Ask several things at the same moment."""
    barrier = Barrier(len(questions))

    def ask(question: Callable[[], Answer]) -> Answer:
        barrier.wait()
        return question()

    with ThreadPoolExecutor(len(questions)) as pool:
        return list(pool.map(ask, questions))


def test_of_two_curators_who_accept_the_same_one_wins(running: Contributing) -> None:
    for turn in range(ROUNDS):
        number = running.contributed(person(f"wanted-{turn}"))
        answers = at_once(*[partial(running.decide, number, "accept")] * 2)
        assert sorted(answer.status for answer in answers) == [200, 409], [answer.text for answer in answers]
        decisions = members(running.fetch(f"/contributions/{number}/decisions"))["decisions"]
        assert len(decisions) == 1
        assert running.knows(f"wanted-{turn}")


def test_of_one_who_accepts_and_one_who_rejects_one_wins(running: Contributing) -> None:
    for turn in range(ROUNDS):
        slug = f"disputed-{turn}"
        number = running.contributed(person(slug))
        accepted, rejected = at_once(
            partial(running.decide, number, "accept"),
            partial(running.decide, number, "reject"),
        )
        assert sorted([accepted.status, rejected.status]) == [200, 409]
        assert running.knows(slug) == (accepted.status == 200)


def test_two_contributions_accepted_at_once_both_get_in(running: Contributing) -> None:
    for turn in range(ROUNDS):
        slugs = [f"both-{turn}-{each}" for each in "ab"]
        numbers = [running.contributed(person(slug)) for slug in slugs]
        answers = at_once(*(partial(running.decide, number, "accept") for number in numbers))
        assert [answer.status for answer in answers] == [200, 200], [answer.text for answer in answers]
        assert all(map(running.knows, slugs))


def test_readers_are_answered_while_versions_are_published(running: Contributing) -> None:
    """What is read is never half of a version: two triples of one contribution are seen both or not at all."""
    answers: list[Answer] = []
    ended = Event()
    query = (
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX khyber: <https://w3id.org/khyber/ontology#> "
        'SELECT (COUNT(?a) AS ?labels) (COUNT(?b) AS ?types) { ?s rdfs:label "Read"@en . '
        "BIND (1 AS ?a) OPTIONAL { ?s a khyber:Person BIND (1 AS ?b) } }"
    )

    def read() -> None:
        while not ended.is_set():
            answers.append(running.server.ask(query, accept="text/csv"))

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for turn in range(ROUNDS):
            number = running.contributed(person(f"read-{turn}", "Read"))
            assert running.decide(number, "accept").status == 200
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert {answer.status for answer in answers} == {200}
    rows = [tuple(map(int, answer.text.split()[1].split(","))) for answer in answers]
    assert all(labels == types for labels, types in rows)
    assert rows[-1] == (ROUNDS, ROUNDS)
    came(f"{len(answers):,} queries by two readers while {ROUNDS} versions were published, all answered")
