from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from keeping import ADA, CURA, Time, contribution, version
from khyber.contributions.ledger import Ledger
from khyber.contributions.records import Action, Kind
from khyber.contributions.roles import Role
from khyber.errors import Conflict, LedgerFailure
from postgresql import PostgreSQL


def everything(ledger: Ledger) -> dict[str, object]:
    numbers = [each.id for each in ledger.contributions(limit=None)]
    return {
        "contributions": ledger.contributions(limit=None),
        "payloads": [
            ledger.payload(number) for number in numbers if not ledger.contribution(number).redacted
        ],
        "patches": [ledger.patch(number) for number in numbers],
        "decisions": [ledger.decisions(number) for number in numbers],
        "deltas": list(ledger.deltas()),
        "tokens": ledger.tokens(),
        "redactions": ledger.redactions(),
    }


def fill(ledger: Ledger) -> str:
    """Put something into every table; give the secret of a token."""
    ledger.record_base(version(1, kind=Kind.BASE, counts={"http://example.org/g": 7}))
    for number in range(1, 6):
        ledger.submit(contribution(str(number), idempotency_key=str(number)))
    ledger.decide(1, Action.ACCEPT, CURA, "yes", version(2))
    ledger.decide(2, Action.REJECT, CURA, "no")
    ledger.redact(3, ADA, "why")
    return ledger.create_token("Ann", Role.ADMIN, query_timeout=1.5)[1]


def test_a_backup_restores_by_being_opened(ledger: Ledger, tmp_path: Path) -> None:
    secret = fill(ledger)
    file = ledger.backup(tmp_path / "new" / "folder")
    assert file == tmp_path / "new" / "folder" / "ledger.sqlite"
    assert [each.name for each in file.parent.iterdir()] == ["ledger.sqlite"]
    assert file.stat().st_mode & 0o777 == 0o600
    with Ledger.open(file.parent, clock=Time()) as restored:
        assert everything(restored) == everything(ledger)
        assert restored.find(secret) == ledger.find(secret)
        assert restored.verify() == ()
        assert restored.submit(contribution()).id == 6
    assert len(ledger.contributions()) == 5


def test_a_backup_never_takes_the_place_of_a_ledger(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    file = ledger.backup(tmp_path / "copy")
    before = file.read_bytes()
    with pytest.raises(Conflict, match="a ledger in"):
        ledger.backup(tmp_path / "copy")
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == ["ledger.sqlite"]


def test_a_backup_into_a_file_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerFailure):
        ledger.backup(tmp_path / "file")


def test_a_backup_while_others_write_is_consistent(ledger: Ledger, where: str, tmp_path: Path) -> None:
    ended = threading.Event()
    done = 0

    def write() -> None:
        nonlocal done
        with Ledger.open(where, clock=Time()) as writing:
            while not ended.is_set():
                made = writing.submit(contribution(str(done)))
                writing.decide(made.id, Action.ACCEPT, CURA, "yes", version(made.id, str(done)))
                done += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(8):
            acknowledged = done
            ledger.backup(tmp_path / str(number))
            with Ledger.open(tmp_path / str(number), clock=Time()) as copy:
                assert copy.verify() == ()
                assert len(copy.versions(limit=None)) >= acknowledged
                assert len(copy.contributions(limit=None)) - len(copy.versions(limit=None)) in {0, 1}
    finally:
        ended.set()
        writer.join(timeout=60)
    assert done > 8


def test_a_ledger_moves_from_one_database_to_the_other_and_back(server: PostgreSQL, tmp_path: Path) -> None:
    with ExitStack() as stack:
        there, here, back = (
            stack.enter_context(Ledger.open(each, clock=Time()))
            for each in (server.new_schema(), tmp_path / "here", tmp_path / "back")
        )
        secret = fill(here)
        here.copy_to(there)
        there.copy_to(back)
        assert everything(there) == everything(here) == everything(back)
        assert there.find(secret) == here.find(secret)
        assert there.verify() == ()
        assert there.submit(contribution()).id == 6
        with pytest.raises(Conflict, match="not empty"):
            here.copy_to(there)
        assert len(there.contributions()) == 6
