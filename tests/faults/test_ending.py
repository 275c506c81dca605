"""How the server of the published graph ends: when one of its processes has ended, and when it is told to."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from contributing import ADMIN_TOKEN, Contributing, contributing, members, person
from faults.outcomes import came
from faults.test_contributions import GONE
from isolated import descendants, eventually, is_running, name_of, named
from khyber.contributions.ledger import Ledger
from khyber.contributions.opening import now
from khyber.contributions.records import Status
from khyber.errors import ServerEnding
from problem_shape import assert_problem
from running import SECONDS, Answer, serving


def test_the_server_ends_with_a_line_when_the_desk_is_killed(tmp_path: Path) -> None:
    with contributing(tmp_path) as running:
        number = running.contributed(person("kept"))
        process = running.server.process
        os.kill(named("khyber-desk", process.pid)[0], signal.SIGKILL)
        assert process.wait(timeout=SECONDS) == 2
        assert process.stderr is not None
        told = process.stderr.read()
        assert "The server has ended because the process that takes contributions has" in told
        assert "Traceback" not in told
    with Ledger.open(running.state, clock=now) as ledger:
        assert ledger.contribution(number).status is Status.SUBMITTED


def test_a_holder_that_is_killed_comes_back_with_what_was_accepted(tmp_path: Path) -> None:
    with contributing(tmp_path) as running:
        number = running.contributed(person("kept"))
        assert running.decide(number, "accept").status == 200
        process = running.server.process.pid
        supervisor = named("khyber-supervis", process)[0]
        for below in descendants(supervisor):
            if is_running(below):
                os.kill(below, signal.SIGKILL)
        assert eventually(lambda: running.server.ask("ASK {}").status == 200)
        assert running.knows("kept")
        assert members(running.fetch("/health"))["release"].startswith("2-")
        other = running.contributed(person("other"))
        assert running.decide(other, "accept").status == 200
        assert running.knows("kept")
        assert running.knows("other")


def test_a_clerk_that_is_killed_takes_only_its_answer_with_it(tmp_path: Path) -> None:
    with contributing(tmp_path) as running:
        many = person("first") + "".join(person(f"p{n}").partition("\n\n")[2] for n in range(2000))
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(running.contribute(many).status))
        asking.start()
        while asking.is_alive():
            for clerk in named("khyber-clerk", running.server.process.pid):
                with suppress(ProcessLookupError):
                    os.kill(clerk, signal.SIGKILL)
            sleep(0.05)
        asking.join()
        assert answers in ([500], [503], [507])
        assert members(running.fetch("/contributions"))["contributions"] == []
        assert running.contributed(person("next")) == 1


def test_the_server_ends_with_a_line_when_the_http_worker_is_killed_under_load(tmp_path: Path) -> None:
    with contributing(tmp_path) as running:
        process, answers = running.server.process, list[int]()
        processes = descendants(process.pid)

        def ask() -> None:
            with suppress(*GONE):
                while True:
                    answers.append(running.server.ask("SELECT * { ?s ?p ?o } LIMIT 500").status)

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for thread in asking:
            thread.start()
        assert eventually(lambda: len(answers) > 20)
        (worker,) = (each for each in processes if name_of(each) == "khyber")
        os.kill(worker, signal.SIGKILL)
        assert process.wait(timeout=SECONDS) == 2
        for thread in asking:
            thread.join(timeout=SECONDS)
        assert set(answers) == {200}
        assert eventually(lambda: not any(map(is_running, processes)))
        assert process.stderr is not None
        told = process.stderr.read()
        assert "The server has ended because the process that answers HTTP has" in told
        assert "Traceback" not in told


def test_a_contribution_that_is_still_judged_when_the_grace_is_over_is_told_so(tmp_path: Path) -> None:
    with contributing(tmp_path, "--grace", "0.5") as running:
        process, answers = running.server.process, list[Answer]()
        assert eventually(lambda: bool(named("khyber-clerk", process.pid)))
        for clerk in named("khyber-clerk", process.pid):
            os.kill(clerk, signal.SIGSTOP)
        asking = threading.Thread(target=lambda: answers.append(running.contribute(person("late"))))
        asking.start()
        sleep(0.3)
        assert running.server.ask("ASK {}").status == 200  # so the one before it is on its way
        process.send_signal(signal.SIGTERM)
        asking.join(timeout=SECONDS)
        (answer,) = answers
        problem = assert_problem(answer.status, answer.headers["Content-Type"], answer.body, ServerEnding)
        assert "nothing was changed" in problem["detail"]
        assert answer.headers["Retry-After"] == "5"
        assert process.wait(timeout=SECONDS) == 0
    with Ledger.open(running.state, clock=now) as ledger:
        assert not ledger.contributions()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=lambda stop: stop.name)
def test_what_runs_when_the_server_is_told_to_end_is_done_or_not_done(
    tmp_path: Path, stop: signal.Signals
) -> None:
    with contributing(tmp_path) as running:
        number = running.contributed(person("told"))
        process, statuses = running.server.process, dict[str, int]()

        def ask(name: str) -> None:
            try:
                answer = (
                    running.decide(number, "accept") if name == "accept" else running.contribute(person(name))
                )
                statuses[name] = answer.status
            except GONE:
                statuses[name] = 0

        asking = [threading.Thread(target=ask, args=(name,)) for name in ("accept", "one", "two")]
        for thread in asking:
            thread.start()
        sleep(0.1)  # they are being judged
        processes = descendants(process.pid)
        began = monotonic()
        process.send_signal(stop)
        assert process.wait(timeout=SECONDS) == 0
        took = monotonic() - began
        for thread in asking:
            thread.join(timeout=SECONDS)
        assert eventually(lambda: not any(map(is_running, processes)))
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    came(f"{stop.name} while an acceptance and two submissions ran: ended cleanly in {took:.1f} s")
    with Ledger.open(running.state, clock=now) as ledger:
        assert ledger.verify() == ()
        status = ledger.contribution(number).status
        assert status in (
            {Status.ACCEPTED} if statuses["accept"] == 200 else {Status.SUBMITTED, Status.ACCEPTED}
        )
        submitted = len(ledger.contributions()) - 1
        assert submitted >= [statuses["one"], statuses["two"]].count(201)
        head = ledger.head()
    assert head is not None
    with serving("--state", str(running.state), environment={"KHYBER_ADMIN_TOKEN": ADMIN_TOKEN}) as server:
        again = Contributing(server, running.state, {"admin": ADMIN_TOKEN})
        assert members(again.fetch("/health"))["release"] == head.name
        assert again.knows("told") == (status is Status.ACCEPTED)
