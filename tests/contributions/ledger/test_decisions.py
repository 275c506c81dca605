from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from deciding import Task, in_processes
from keeping import ANN, CURA, START, Time, contribution, version
from khyber.contributions.ledger import Ledger, NewVersion
from khyber.contributions.records import Action, Kind, Status
from khyber.errors import Conflict, NotFound

OUTCOMES = {
    Action.ACCEPT: Status.ACCEPTED,
    Action.REJECT: Status.REJECTED,
    Action.WITHDRAW: Status.WITHDRAWN,
    Action.REVERT: Status.REVERTED,
    Action.SUPERSEDE: Status.SUPERSEDED,
}
LEGAL = {
    (Status.SUBMITTED, Action.ACCEPT),
    (Status.SUBMITTED, Action.REJECT),
    (Status.SUBMITTED, Action.WITHDRAW),
    (Status.ACCEPTED, Action.REVERT),
    (Status.ACCEPTED, Action.SUPERSEDE),
}
WAY = {
    Status.SUBMITTED: [],
    Status.ACCEPTED: [Action.ACCEPT],
    Status.REJECTED: [Action.REJECT],
    Status.WITHDRAWN: [Action.WITHDRAW],
    Status.REVERTED: [Action.ACCEPT, Action.REVERT],
    Status.SUPERSEDED: [Action.ACCEPT, Action.SUPERSEDE],
}


def next_version(ledger: Ledger, action: Action) -> NewVersion | None:
    if action not in {Action.ACCEPT, Action.REVERT}:
        return None
    head = ledger.head()
    kind = Kind.ACCEPT if action is Action.ACCEPT else Kind.REVERT
    return version(head.sequence + 1 if head else 1, kind=kind)


def decide(ledger: Ledger, number: int, action: Action) -> None:
    ledger.decide(number, action, CURA, "because", next_version(ledger, action))


@pytest.mark.parametrize("action", OUTCOMES, ids=str)
@pytest.mark.parametrize("status", WAY, ids=str)
def test_only_legal_transitions_happen(ledger: Ledger, status: Status, action: Action) -> None:
    ledger.submit(contribution())
    for step in WAY[status]:
        decide(ledger, 1, step)
    before, head = ledger.contribution(1), ledger.head()
    assert before.status is status
    if (status, action) in LEGAL:
        decide(ledger, 1, action)
        assert ledger.contribution(1).status is OUTCOMES[action]
        return
    with pytest.raises(Conflict, match=f"is {status}.*cannot become {OUTCOMES[action]}"):
        decide(ledger, 1, action)
    assert (ledger.contribution(1), ledger.head()) == (before, head)
    assert len(ledger.decisions(1)) == len(WAY[status])
    assert ledger.verify() == ()


def test_accepting_keeps_the_decision_and_the_version(ledger: Ledger) -> None:
    ledger.submit(contribution())
    ledger.record_base(version(1, kind=Kind.BASE, note="The curated graph"))
    new = version(2, "one", "two", note="Accept 1", counts={"http://example.org/g": 2**40})
    decision = ledger.decide(1, Action.ACCEPT, CURA, "Well sourced – ꙮ.", new)
    assert [decision] == ledger.decisions(1)
    assert (decision.action, decision.by, decision.version) == (Action.ACCEPT, CURA, 2)
    assert decision.reason == "Well sourced – ꙮ."
    kept = ledger.version(2)
    assert kept == ledger.head()
    assert (kept.name, kept.kind, kept.note) == ("2-0000000000000002", Kind.ACCEPT, "Accept 1")
    assert (kept.contribution, kept.author, kept.time) == (1, CURA, decision.time)
    assert (kept.added, kept.removed, kept.missing) == (2, 0, 0)
    assert kept.counts == {"http://example.org/g": 2**40}
    assert ledger.delta(2) == new.delta
    accepted = ledger.contribution(1)
    assert (accepted.version, accepted.decided) == (2, decision.time)
    base = ledger.version(1)
    assert (base.kind, base.author, base.contribution) == (Kind.BASE, None, None)


def test_a_version_may_tell_the_time_of_its_decision(ledger: Ledger) -> None:
    ledger.submit(contribution())
    told = START + timedelta(days=1)
    decision = ledger.decide(1, Action.ACCEPT, CURA, "yes", version(1, time=told))
    assert decision.time == ledger.version(1).time == ledger.contribution(1).decided == told


def test_reverting_keeps_the_version_that_a_contribution_became_part_of(ledger: Ledger) -> None:
    ledger.submit(contribution())
    ledger.decide(1, Action.ACCEPT, CURA, "yes", version(1))
    ledger.decide(1, Action.REVERT, CURA, "no", version(2, kind=Kind.REVERT))
    assert (ledger.contribution(1).status, ledger.contribution(1).version) == (Status.REVERTED, 1)
    assert [each.version for each in ledger.decisions(1)] == [1, 2]
    assert ledger.version(2).contribution == 1


def test_a_contribution_supersedes_accepted_ones_with_the_same_version(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.submit(contribution())
    ledger.decide(1, Action.ACCEPT, CURA, "yes", version(1))
    with pytest.raises(Conflict, match="Contribution 2 is submitted"):
        ledger.decide(3, Action.ACCEPT, CURA, "better", version(2), superseded=(1, 2))
    assert [each.status for each in ledger.contributions()] == ["submitted", "submitted", "accepted"]
    ledger.decide(3, Action.ACCEPT, CURA, "better", version(2), superseded=(1,))
    assert [each.status for each in ledger.contributions()] == ["accepted", "submitted", "superseded"]
    last = ledger.decisions(1)[-1]
    assert (last.action, last.version) == (Action.SUPERSEDE, 2)
    assert ledger.contribution(1).version == 1
    assert ledger.verify() == ()


@pytest.mark.parametrize("sequence", [1, 2, 4, 0, 10**30])
def test_a_version_that_does_not_follow_the_last_one_is_a_conflict(ledger: Ledger, sequence: int) -> None:
    ledger.submit(contribution())
    ledger.record_base(version(1, kind=Kind.BASE))
    ledger.record_base(version(2, kind=Kind.BASE))
    with pytest.raises(Conflict, match="at version 2-0000000000000002 now"):
        ledger.decide(1, Action.ACCEPT, CURA, "yes", version(sequence))
    with pytest.raises(Conflict, match="at version 2-0000000000000002 now"):
        ledger.record_base(version(sequence, kind=Kind.BASE))
    assert ledger.contribution(1).status is Status.SUBMITTED
    assert len(ledger.versions()) == 2


@pytest.mark.parametrize("sequence", [-1, 2, 3])
def test_the_first_version_is_0_or_1(ledger: Ledger, sequence: int) -> None:
    with pytest.raises(Conflict, match="at version none"):
        ledger.record_base(version(sequence))
    assert ledger.head() is None


@pytest.mark.parametrize(
    ("action", "with_version"),
    [
        (Action.ACCEPT, False),
        (Action.REVERT, False),
        (Action.REJECT, True),
        (Action.WITHDRAW, True),
        (Action.REDACT, False),
    ],
)
def test_what_changes_the_graph_makes_a_version_and_nothing_else_does(
    ledger: Ledger, action: Action, with_version: bool
) -> None:
    ledger.submit(contribution())
    with pytest.raises(ValueError, match=action):
        ledger.decide(1, action, CURA, "because", version(1) if with_version else None)
    assert ledger.head() is None


def test_versions_are_listed_newest_first_in_pages(ledger: Ledger) -> None:
    for sequence in range(6):
        ledger.record_base(version(sequence, kind=Kind.BASE))
    assert [each.sequence for each in ledger.versions(limit=2)] == [5, 4]
    assert [each.sequence for each in ledger.versions(limit=2, before=4)] == [3, 2]
    assert [each.sequence for each in ledger.versions(limit=None)] == [5, 4, 3, 2, 1, 0]
    assert ledger.versions(before=0) == []


def test_versions_of_a_kind_are_listed_by_themselves(ledger: Ledger) -> None:
    for sequence, kind in enumerate((Kind.BASE, Kind.REVERT, Kind.BASE, Kind.REVERT)):
        ledger.record_base(version(sequence, kind=kind))
    assert [each.sequence for each in ledger.versions(kind=Kind.BASE)] == [2, 0]
    assert [each.sequence for each in ledger.versions(limit=1, kind=Kind.BASE)] == [2]
    assert ledger.versions(kind=Kind.MERGE) == []


@pytest.mark.parametrize("first", [0, 1])
def test_deltas_come_in_their_order_from_a_version_on(ledger: Ledger, first: int) -> None:
    assert list(ledger.deltas()) == []
    for sequence in range(first, 50):
        ledger.record_base(version(sequence, f"text {sequence}", kind=Kind.BASE))
    assert list(ledger.deltas()) == [
        (ledger.version(sequence), version(sequence, f"text {sequence}").delta)
        for sequence in range(first, 50)
    ]
    assert [each.sequence for each, _ in ledger.deltas(9)] == list(range(10, 50))
    assert [each.sequence for each, _ in ledger.deltas(48)] == [49]
    assert list(ledger.deltas(49)) == []


@pytest.mark.parametrize("sequence", [-1, 0, 1, 10**30])
def test_a_version_that_is_not_there_is_not_found(ledger: Ledger, sequence: int) -> None:
    for reading in (ledger.version, ledger.delta):
        with pytest.raises(NotFound, match=f"There is no version {sequence}"):
            reading(sequence)


def in_threads(where: str, tasks: Sequence[Task]) -> list[str]:
    """Run each task in a thread with a ledger of its own, all at once; give how they ended."""
    ended: list[str] = []
    together = threading.Barrier(len(tasks))

    def run(task: Task) -> None:
        with Ledger.open(where, clock=Time()) as ledger:
            together.wait(timeout=60)
            try:
                task(ledger)
                ended.append("done")
            except Conflict:
                ended.append("conflict")

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(ended)


def deciding(number: int, action: Action, new: NewVersion | None = None) -> Task:
    return lambda ledger: ledger.decide(number, action, CURA, "mine", new)


AT_ONCE = pytest.mark.parametrize("at_once", [in_threads, in_processes], ids=["threads", "processes"])
AtOnce = Callable[[str, Sequence[Task]], list[str]]


@AT_ONCE
@pytest.mark.parametrize("first", [0, 1, 2])
def test_of_two_curators_at_once_exactly_one_wins(
    ledger: Ledger, where: str, at_once: AtOnce, first: int
) -> None:
    ledger.submit(contribution())
    tasks = [
        deciding(1, Action.ACCEPT, version(1, "one")),
        deciding(1, Action.REJECT),
        deciding(1, Action.ACCEPT, version(1, "two")),
        deciding(1, Action.WITHDRAW),
    ]
    ended = at_once(where, tasks[first:] + tasks[:first])
    assert ended == ["conflict", "conflict", "conflict", "done"]
    assert len(ledger.decisions(1)) == 1
    accepted = ledger.contribution(1).status is Status.ACCEPTED
    assert len(ledger.versions()) == accepted
    assert ledger.verify() == ()


@AT_ONCE
def test_of_two_contributions_at_once_one_becomes_the_next_version(
    ledger: Ledger, where: str, at_once: AtOnce
) -> None:
    for _ in range(4):
        ledger.submit(contribution())
    tasks = [deciding(number, Action.ACCEPT, version(1, str(number))) for number in range(1, 5)]
    assert at_once(where, tasks) == ["conflict", "conflict", "conflict", "done"]
    (head,) = ledger.versions()
    assert head.contribution is not None
    assert ledger.delta(1) == version(1, str(head.contribution)).delta
    assert [each.id for each in ledger.contributions(Status.ACCEPTED)] == [head.contribution]
    assert ledger.verify() == ()


@AT_ONCE
def test_of_requests_at_once_with_one_idempotency_key_one_contribution_is_made(
    ledger: Ledger, where: str, at_once: AtOnce
) -> None:
    new = contribution(idempotency_key="k")
    other = replace(new, idempotency_key=None)
    tasks: list[Task] = [lambda each: each.submit(new)] * 3 + [lambda each: each.submit(other)]
    assert at_once(where, tasks) == ["done"] * 4
    assert [each.id for each in ledger.contributions()] == [2, 1]
    assert {each.author for each in ledger.contributions()} == {ANN}
