"""``khyber backup``: the copy is the ledger of one moment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from khyber.contributions.ledger.ledger import Ledger
from running import khyber


def names(state: Path) -> list[str]:
    with Ledger.open(state, clock=lambda: datetime.now(UTC)) as ledger:
        return [facts.name for facts in ledger.tokens()]


def test_the_copy_holds_what_the_ledger_held_and_not_what_came_later(tmp_path: Path) -> None:
    state, copy = tmp_path / "state", tmp_path / "copy"
    khyber("token", "create", "--name", "Ann", "--role", "admin", "--state", str(state))
    answer = khyber("backup", str(copy), "--state", str(state))
    assert answer.returncode == 0, answer.stderr
    assert str(copy) in answer.stdout
    khyber("token", "create", "--name", "Bob", "--role", "admin", "--state", str(state))
    assert (names(copy), names(state)) == (["Ann"], ["Ann", "Bob"])


def test_a_copy_is_not_written_over_another(tmp_path: Path) -> None:
    state, copy = tmp_path / "state", tmp_path / "copy"
    khyber("token", "create", "--name", "Ann", "--role", "admin", "--state", str(state))
    khyber("backup", str(copy), "--state", str(state))
    khyber("token", "create", "--name", "Bob", "--role", "admin", "--state", str(state))
    answer = khyber("backup", str(copy), "--state", str(state))
    assert answer.returncode == 2
    assert str(copy) in answer.stderr
    assert names(copy) == ["Ann"]
