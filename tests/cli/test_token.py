"""``khyber token`` on a ledger: made, listed, revoked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from khyber.contributions.ledger.ledger import Ledger
from khyber.contributions.records import Account
from khyber.contributions.roles import Role
from running import khyber


def holder(state: Path, secret: str) -> Account | None:
    with Ledger.open(state, clock=lambda: datetime.now(UTC)) as ledger:
        found = ledger.find(secret)
        return found.account if found else None


def test_a_token_is_made_listed_and_revoked(tmp_path: Path) -> None:
    create = ("token", "create", "--name", "Ann", "--role", "curator", "--state", str(tmp_path))
    made = khyber(*create, "--query-timeout", "90")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert len(secret) >= 32
    assert secret not in made.stderr
    found = holder(tmp_path, secret)
    assert found is not None
    assert (found.name, found.role) == ("Ann", Role.CURATOR)
    assert found.query_timeout == 90
    for wrong in ("soon", "0", "nan", "inf"):
        refused = khyber(*create, "--query-timeout", wrong)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert f"--query-timeout must be a number of seconds above 0; it was '{wrong}'" in refused.stderr

    listed = khyber("token", "list", "--state", str(tmp_path)).stdout
    assert "Ann" in listed
    assert "curator" in listed
    assert secret not in listed

    revoked = khyber("token", "revoke", found.token, "--state", str(tmp_path))
    assert revoked.returncode == 0, revoked.stderr
    assert holder(tmp_path, secret) is None
    assert "Ann" in khyber("token", "list", "--state", str(tmp_path)).stdout


def test_a_token_that_is_not_there_cannot_be_revoked(tmp_path: Path) -> None:
    khyber("token", "create", "--name", "Ann", "--role", "admin", "--state", str(tmp_path))
    answer = khyber("token", "revoke", "nobody", "--state", str(tmp_path))
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "nobody" in answer.stderr


def test_a_role_that_there_is_not_is_told(tmp_path: Path) -> None:
    answer = khyber("token", "create", "--name", "Ann", "--role", "king", "--state", str(tmp_path))
    assert answer.returncode == 2
    assert "contributor" in answer.stderr
    assert not list(tmp_path.iterdir())


def test_the_name_of_a_token_cannot_steer_the_terminal(tmp_path: Path) -> None:
    khyber("token", "create", "--name", "Ann\x1b[2J", "--role", "admin", "--state", str(tmp_path))
    listed = khyber("token", "list", "--state", str(tmp_path))
    assert "Ann" in listed.stdout
    assert "\x1b" not in listed.stdout
