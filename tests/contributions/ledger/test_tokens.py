from __future__ import annotations

import hashlib
import re
import string
from datetime import timedelta

import pytest

from keeping import START
from khyber.contributions.ledger import Ledger
from khyber.contributions.roles import Role
from khyber.errors import InputError, NotFound


def test_a_token_is_found_by_its_secret(ledger: Ledger) -> None:
    facts, secret = ledger.create_token("Ann – ꙮ", Role.CURATOR, query_timeout=2.5)
    assert (facts.id, facts.name, facts.role, facts.query_timeout) == ("1", "Ann – ꙮ", Role.CURATOR, 2.5)
    assert facts.created == START + timedelta(seconds=1)
    assert facts.revoked is None
    assert ledger.find(secret) == facts
    other, other_secret = ledger.create_token("Ann – ꙮ", Role.ADMIN)
    assert (other.id, other.query_timeout) == ("2", None)
    assert ledger.find(other_secret) == other
    assert ledger.tokens() == [facts, other]


def test_a_secret_is_random_and_can_stand_in_a_header_and_an_address(ledger: Ledger) -> None:
    secrets = [ledger.create_token("Ann", Role.CONTRIBUTOR)[1] for _ in range(20)]
    assert len(set(secrets)) == 20
    assert all(re.fullmatch(r"khyber_[A-Za-z0-9_-]{43}", secret) for secret in secrets)


def test_the_ledger_keeps_the_hash_of_a_secret_and_not_the_secret(ledger: Ledger) -> None:
    _, secret = ledger.create_token("Ann", Role.CONTRIBUTOR)
    with ledger._database.read() as connection:
        row = connection.exec_driver_sql("SELECT * FROM tokens").one()
    assert secret not in map(str, row)
    assert hashlib.sha256(secret.encode()).hexdigest() in row


def test_no_other_secret_finds_a_token(ledger: Ledger) -> None:
    _, secret = ledger.create_token("Ann", Role.CONTRIBUTOR)
    letter = next(each for each in string.ascii_letters if each != secret[-1])
    for other in (
        "",
        "khyber_",
        secret[:-1],
        secret + "=",
        secret[:-1] + letter,
        secret.upper(),
        "\ud800",
        "\x00",
    ):
        assert ledger.find(other) is None


def test_a_revoked_token_is_not_found_and_stays_on_the_list(ledger: Ledger) -> None:
    facts, secret = ledger.create_token("Ann", Role.CONTRIBUTOR)
    other, other_secret = ledger.create_token("Bob", Role.CONTRIBUTOR)
    revoked = ledger.revoke_token(facts.id)
    assert revoked.revoked is not None
    assert ledger.find(secret) is None
    assert ledger.find(other_secret) == other
    assert ledger.tokens() == [revoked, other]
    assert ledger.revoke_token(facts.id) == revoked


@pytest.mark.parametrize("token", ["2", "0", "-1", "", "one", "²", "9" * 40, "2147483648"])
def test_a_token_that_is_not_there_is_not_found(ledger: Ledger, token: str) -> None:
    ledger.create_token("Ann", Role.CONTRIBUTOR)
    with pytest.raises(NotFound, match="There is no token"):
        ledger.revoke_token(token)
    assert [each.revoked for each in ledger.tokens()] == [None]


@pytest.mark.parametrize("name", ["", "  ", "a\x00b"])
def test_a_token_has_a_name(ledger: Ledger, name: str) -> None:
    with pytest.raises(InputError):
        ledger.create_token(name, Role.CONTRIBUTOR)
    assert ledger.tokens() == []
