"""Copies that are made while contributions come in: each is of one moment, and restores everything."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

from contributing import ADMIN_TOKEN, Contributing, members, person
from faults.outcomes import came
from khyber.config import graph_home
from khyber.contributions.ledger import Ledger
from khyber.contributions.opening import now
from khyber.contributions.records import Status
from khyber.contributions.standing import history_of
from khyber.contributions.upgrades import replay
from khyber.reasoning.base import reasoner
from khyber.release.cache import load_or_compile
from running import RELEASES, khyber, serving

COPIES = 4


def accept_many(running: Contributing, accepted: list[str], ended: Event) -> None:
    """Send in and accept one person after the other."""
    while not ended.is_set():
        slug = f"person-{len(accepted)}"
        number = running.contributed(person(slug))
        assert running.decide(number, "accept").status == 200
        accepted.append(slug)


def test_a_copy_made_while_serving_restores_what_was_acknowledged(
    running: Contributing, tmp_path: Path
) -> None:
    accepted: list[str] = []
    ended = Event()
    working = Thread(target=accept_many, args=(running, accepted, ended))
    working.start()
    copies: list[tuple[Path, int, int]] = []
    try:
        for number in range(COPIES):
            copy, before = tmp_path / f"copy-{number}", len(accepted)
            made = khyber("backup", str(copy), "--state", str(running.state))
            assert made.returncode == 0, made.stderr
            copies.append((copy, before, len(accepted) + 1))
    finally:
        ended.set()
        working.join()
    for copy, least, most in copies:
        assert least <= assert_consistent(copy) <= most
    assert len(accepted) > COPIES
    came(f"{COPIES} copies made while {len(accepted)} contributions were accepted, each consistent")
    assert_serves(copies[-1][0], accepted[: copies[-1][1]])


def assert_consistent(copy: Path) -> int:
    """Assert that a copy agrees with itself and with the graph made of it from scratch; count what it accepted."""
    with Ledger.open(copy, clock=now) as ledger:
        assert ledger.verify() == ()
        head = ledger.head()
        assert head is not None
        release = load_or_compile(graph_home(), reasoner="sparql", state=RELEASES.parent)
        anew = replay(release.quads, tuple(history_of(ledger).values()), reasoner("sparql"))
        assert anew.id == head.id
        return len(ledger.contributions(Status.ACCEPTED, limit=None))


def assert_serves(copy: Path, slugs: list[str]) -> None:
    """Assert that a server on the copy has what was acknowledged before it, and takes more."""
    (copy / "releases").symlink_to(RELEASES)
    with serving("--state", str(copy), environment={"KHYBER_ADMIN_TOKEN": ADMIN_TOKEN}) as server:
        restored = Contributing(server, copy, {"admin": ADMIN_TOKEN})
        assert all(map(restored.knows, slugs))
        answer = restored.contribute(person("later"), role="admin")
        assert answer.status == 201
        assert restored.decide(int(members(answer)["id"]), "accept", role="admin").status == 200
