"""A server that is killed again and again while contributions are sent, accepted and reverted loses nothing."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import sleep
from urllib.error import URLError

from contributing import ADMIN_TOKEN, Contributing, person
from faults.outcomes import came
from isolated import descendants, eventually, is_running, name_of
from khyber.config import graph_home
from khyber.contributions.ledger import Ledger
from khyber.contributions.opening import now
from khyber.contributions.records import Status
from khyber.contributions.standing import history_of
from khyber.contributions.upgrades import replay
from khyber.reasoning.base import reasoner
from khyber.release.cache import load_or_compile
from running import SECONDS, Answer, Server, serving, state_folder

OPERATIONS = int(os.environ.get("KHYBER_FAULT_OPERATIONS", "20"))
"""How many acknowledged operations the test wants; docs/reliability.md says what came of 200."""

OPERATIONS_TO_A_KILL = 4
"""How many operations there may be to a kill."""

GONE = (URLError, HTTPException, ConnectionError, TimeoutError)
ENDS_ALL = 0.4
"""How often all processes are killed; else any single one is."""


@dataclass
class Told:
    """What was acknowledged: the states of contributions, and the ones whose state nobody was told."""

    states: dict[int, Status] = field(default_factory=dict)
    slugs: dict[int, str] = field(default_factory=dict)
    unsure: set[int] = field(default_factory=set)
    acknowledged: int = 0
    unanswered: int = 0
    starts: int = 0
    killed: Counter[str] = field(default_factory=Counter)

    def that(self, number: int, status: Status) -> None:
        self.states[number] = status
        self.acknowledged += 1

    def sure(self, *statuses: Status) -> list[int]:
        return [n for n, status in self.states.items() if status in statuses and n not in self.unsure]

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.killed.items()))
        return (
            f"{self.acknowledged} acknowledged submissions, acceptances and reverts, {self.unanswered} without "
            f"an answer, {self.starts} starts; killed: {kills}; nothing acknowledged was lost, nothing half"
        )


def operate(running: Contributing, told: Told, dice: Random) -> None:
    """Do one operation, and write down what was acknowledged."""
    waiting, standing = told.sure(Status.SUBMITTED), told.sure(Status.ACCEPTED)
    choice = dice.random()
    if choice < 0.4 or not (waiting or standing):
        slug = f"killed-{dice.getrandbits(60)}"
        answer = acknowledged(running.contribute(person(slug), role="admin"))
        number = int(json.loads(answer.body)["id"])
        told.slugs[number] = slug
        told.that(number, Status.SUBMITTED)
    elif waiting and (choice < 0.8 or not standing):
        _decide(running, told, dice.choice(waiting), "accept", Status.ACCEPTED)
    else:
        _decide(running, told, dice.choice(standing), "revert", Status.REVERTED)


def _decide(running: Contributing, told: Told, number: int, decision: str, status: Status) -> None:
    told.unsure.add(number)
    acknowledged(running.decide(number, decision, role="admin"))
    told.unsure.discard(number)
    told.that(number, status)
    assert_shown(running, told, [number])


def acknowledged(answer: Answer) -> Answer:
    """Give an answer that says it is done; one that says that the server is going is as good as none."""
    if answer.status >= 500:
        raise ConnectionError(answer.text)
    assert answer.status in (200, 201), answer.text
    return answer


def assert_shown(running: Contributing, told: Told, numbers: list[int]) -> None:
    """Assert that queries see those contributions that are accepted, and no others."""
    nodes = {f"https://w3id.org/khyber/id/person/{told.slugs[number]}": number for number in numbers}
    values = " ".join(f"<{node}>" for node in nodes)
    query = f"SELECT ?s {{ VALUES ?s {{ {values} }} ?s a <https://w3id.org/khyber/ontology#Person> }}"
    answer = acknowledged(running.server.ask(query, accept="text/csv"))
    shown = {nodes[line] for line in answer.text.split("\r\n")[1:] if line}
    assert shown == {number for number in numbers if told.states[number] is Status.ACCEPTED}


def killing(server: Server, told: Told, dice: Random, ended: Event) -> None:
    """Kill a process of the server now and then, and in the end all at once, as a power cut does."""
    while not ended.wait(dice.uniform(0.05, 2.0)) and server.process.poll() is None:
        ends_all = dice.random() < ENDS_ALL
        below = [each for each in descendants(server.process.pid) if is_running(each)]
        victim = server.process.pid if ends_all or not below else dice.choice(below)
        name = "all" if victim == server.process.pid else name_of(victim)
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            told.killed[name] += 1


def until_ended(state: Path, told: Told, dice: Random) -> None:
    """Start the server and ask it until it has ended; what is killed and does not end it, it survives."""
    environment = {"KHYBER_ADMIN_TOKEN": ADMIN_TOKEN}
    with serving("--state", str(state), environment=environment) as server:
        told.starts += 1
        running, ended = Contributing(server, state, {"admin": ADMIN_TOKEN}), Event()
        processes = descendants(server.process.pid)
        killer = Thread(target=killing, args=(server, told, Random(dice.random()), ended))  # noqa: S311
        killer.start()
        try:
            assert_shown(running, told, told.sure(Status.SUBMITTED, Status.ACCEPTED, Status.REVERTED))
            while server.process.poll() is None:
                _operate_or_wait(running, told, dice)
        except GONE:
            server.process.wait(timeout=SECONDS)
        finally:
            ended.set()
            killer.join()
    assert eventually(lambda: not any(map(is_running, processes))), "processes are left"


def _operate_or_wait(running: Contributing, told: Told, dice: Random) -> None:
    """Do an operation; where it is not answered, wait until the server is well again or has ended."""
    try:
        operate(running, told, dice)
    except GONE:
        told.unanswered += 1
        assert eventually(lambda: running.server.process.poll() is not None or _is_well(running), SECONDS)


def _is_well(running: Contributing) -> bool:
    sleep(0.05)
    try:
        return running.fetch("/health/ready").status == running.fetch("/contributions").status == 200
    except GONE:
        return False


def assert_nothing_lost(state: Path, told: Told) -> None:
    with Ledger.open(state, clock=now) as ledger:
        assert ledger.verify() == ()
        for number, status in told.states.items():
            found = ledger.contribution(number).status
            allowed = {status, *status.next} if number in told.unsure else {status}
            assert found in allowed, f"contribution {number} is {found}"
        head = ledger.head()
        assert head is not None
        release = load_or_compile(graph_home(), reasoner="sparql", state=state)
        anew = replay(release.quads, tuple(history_of(ledger).values()), reasoner("sparql"))
        assert anew.id == head.id


def test_what_was_acknowledged_outlives_kills(tmp_path: Path) -> None:
    state, told, dice = state_folder(tmp_path), Told(), Random(1)  # noqa: S311 - the same throws every time
    while told.acknowledged < OPERATIONS or told.killed.total() < OPERATIONS // OPERATIONS_TO_A_KILL:
        until_ended(state, told, dice)
        assert_nothing_lost(state, told)
    came(str(told))
    with serving("--state", str(state)) as server:
        running = Contributing(server, state, {})
        assert str(json.loads(server.fetch("/health").body)["release"]).startswith(f"{_sequence(state)}-")
        assert_shown(running, told, told.sure(Status.SUBMITTED, Status.ACCEPTED, Status.REVERTED))


def _sequence(state: Path) -> int:
    with Ledger.open(state, clock=now) as ledger:
        head = ledger.head()
        assert head is not None
        return head.sequence
