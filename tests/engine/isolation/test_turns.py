from __future__ import annotations

import pytest

from khyber.engine.isolation.messages import Request, Task
from khyber.engine.isolation.turns import PATIENCE, QUANTUM, SLICE, Bounds, Turn, Turns
from khyber.errors import TooBusy, TooManyRequests


class Course:
    """The queue, a clock, and the children that would run what it decides."""

    def __init__(self, running: int = 1, paused: int = 8, waiting: int = 8, each: int = 4) -> None:
        self.turns = Turns(Bounds(running, paused, waiting, each))
        self.now = 0.0
        self.active: list[Turn] = []

    def ask(self, client: str) -> Turn:
        turn, _ = self.turns.add(Request(Task.ANSWER, client=client), self.now)
        return turn

    def settle(self) -> list[Turn]:
        """Do what the queue decides until it decides nothing more; give what runs."""
        while (turn := self.turns.next(self.now, child_ready=True)) is not None:
            victim = self.turns.victim(turn, self.now)
            if victim is not None:
                self.turns.pause(victim, self.now)
                self.active.remove(victim)
            self.turns.start(turn, self.now)
            self.active.append(turn)
        return self.active

    def end(self, turn: Turn) -> None:
        self.turns.end(turn, self.now)
        if turn in self.active:
            self.active.remove(turn)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds


def test_as_many_run_as_there_are_slots_and_the_rest_wait() -> None:
    course = Course(running=2)
    asked = [course.ask("a") for _ in range(4)]
    assert course.settle() == asked[:2]
    assert (course.turns.running, course.turns.waiting) == (2, 2)


def test_a_client_that_floods_does_not_hold_up_another() -> None:
    course = Course()
    flood = [course.ask("flood") for _ in range(4)]
    assert course.settle() == flood[:1]
    course.pass_time(0.01)
    other = course.ask("other")
    course.end(flood[0])
    assert course.settle() == [other]


def test_a_long_query_is_paused_for_a_new_one_of_another_client_and_goes_on_afterwards() -> None:
    course = Course()
    long = course.ask("long")
    course.settle()
    course.pass_time(QUANTUM * 2)
    short = course.ask("short")
    assert course.settle() == [short]
    assert course.turns.paused == 1
    course.end(short)
    assert course.settle() == [long]


def test_many_who_come_do_not_hold_up_one_who_waits() -> None:
    course = Course(paused=20, waiting=20)
    first = course.ask("first")
    others = [course.ask(f"other {number}") for number in range(9)]
    course.settle()
    course.end(first)
    course.ask("killer")
    course.settle()
    waiting = course.ask("first")
    late = [course.ask(f"late {number}") for number in range(9)]
    begun = []
    while waiting not in begun:
        course.pass_time(QUANTUM)
        begun += [turn for turn in course.settle() if turn not in begun]
    assert not set(late) & set(begun)
    assert course.now < 2 * QUANTUM * len(others)


def test_a_query_that_has_just_begun_is_not_paused() -> None:
    course = Course()
    first = course.ask("a")
    course.settle()
    course.pass_time(QUANTUM / 2)
    course.ask("b")
    assert course.settle() == [first]


def test_two_long_queries_of_two_clients_take_turns() -> None:
    course = Course()
    first, second = course.ask("a"), course.ask("b")
    ran = {first: 0, second: 0}
    for _ in range(100):
        course.pass_time(SLICE)
        (runs,) = course.settle()
        ran[runs] += 1
    assert abs(ran[first] - ran[second]) <= 2


def test_a_short_query_of_the_same_client_goes_before_its_long_one_but_not_for_ever() -> None:
    course = Course()
    long = course.ask("a")
    course.settle()
    course.pass_time(QUANTUM * 2)
    short = course.ask("a")
    assert course.settle() == [short]
    course.pass_time(PATIENCE * 2)
    course.end(short)
    course.ask("a")
    assert course.settle() == [long]


def test_what_one_client_has_too_many_of_is_refused_with_a_time_to_come_back() -> None:
    course = Course(each=2)
    for _ in range(2):
        course.ask("a")
    with pytest.raises(TooManyRequests) as raised:
        course.ask("a")
    assert raised.value.retry_after
    course.ask("b")


def test_when_all_places_are_taken_the_client_with_most_makes_room_for_one_with_less() -> None:
    course = Course(waiting=4, each=4)
    flood = [course.ask("flood") for _ in range(4)]
    turn, leaves = course.turns.add(Request(Task.ANSWER, client="other"), course.now)
    assert leaves is flood[-1]
    course.end(leaves)
    assert turn.account is not leaves.account
    assert course.turns.waiting == 4


def test_when_all_places_are_taken_by_as_many_clients_one_more_is_refused() -> None:
    course = Course(waiting=3, each=2)
    for client in "abc":
        course.ask(client)
    with pytest.raises(TooBusy) as raised:
        course.ask("d")
    assert raised.value.retry_after


def test_no_more_are_begun_than_may_be_paused() -> None:
    course = Course(paused=2, waiting=100, each=100)
    for client in "abcdef":
        course.ask(client)
        course.settle()
        course.pass_time(QUANTUM * 2)
    course.settle()
    assert course.turns.running + course.turns.paused == 3
    assert course.turns.waiting == 3


def test_the_queue_is_empty_when_everything_has_ended() -> None:
    course = Course(running=2)
    turns = [course.ask(client) for client in "aabbc"]
    while turns:
        course.settle()
        course.pass_time(QUANTUM * 2)
        course.end(turns.pop())
    assert (course.turns.running, course.turns.paused, course.turns.waiting) == (0, 0, 0)
