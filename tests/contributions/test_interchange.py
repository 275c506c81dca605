"""Records as JSON: written, read back, and never with more than is to be told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khyber.contributions import interchange
from khyber.contributions.records import (
    Account,
    Action,
    Contribution,
    Decision,
    Kind,
    Status,
    TokenFacts,
    Version,
)
from khyber.contributions.roles import Role
from khyber.errors import EndpointFailure

numbers = st.integers(0, 10**9)
texts = st.text(max_size=20)
moments = st.datetimes(timezones=st.just(UTC))
accounts = st.builds(Account, st.just(""), texts, st.sampled_from(Role))
contributions = st.builds(
    Contribution,
    numbers,
    st.sampled_from(Status),
    texts,
    texts,
    accounts,
    moments,
    numbers,
    numbers,
    numbers,
    st.none() | texts,
    st.sampled_from([Kind.ACCEPT, Kind.MERGE, Kind.RETIRE]),
    st.none() | moments,
    st.none() | numbers,
    st.booleans(),
)
decisions = st.builds(
    Decision, numbers, st.sampled_from(Action), accounts, moments, texts, st.none() | numbers
)
versions = st.builds(
    Version,
    numbers,
    texts,
    moments,
    st.sampled_from(Kind),
    numbers,
    numbers,
    st.none() | numbers,
    st.none() | accounts,
    texts,
    st.dictionaries(texts, numbers, max_size=3),
)
tokens = st.builds(
    TokenFacts, texts, texts, st.sampled_from(Role), moments, st.none() | moments, st.none() | st.just(90.5)
)


def through_json(members: Mapping[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(members))
    return read


@given(contributions)
def test_a_contribution_reads_back_as_it_was(record: Contribution) -> None:
    assert interchange.contribution_of(through_json(interchange.contribution_members(record))) == record


@given(decisions)
def test_a_decision_reads_back_as_it_was(record: Decision) -> None:
    assert interchange.decision_of(through_json(interchange.decision_members(record))) == record


@given(versions)
def test_a_version_reads_back_as_it_was(record: Version) -> None:
    assert interchange.version_of(through_json(interchange.version_members(record))) == record


@given(tokens)
def test_a_token_reads_back_as_it_was(record: TokenFacts) -> None:
    assert interchange.token_of(through_json(interchange.token_members(record))) == record


def test_the_id_of_a_token_is_not_told_of_those_who_act() -> None:
    account = Account("the-id-of-a-token", "Ann", Role.CURATOR, 90.0)
    moment = datetime(2026, 2, 28, tzinfo=UTC)
    contribution = Contribution(1, Status.SUBMITTED, "t", "s", account, moment, 1, 0, 1)
    told = json.dumps(
        [
            interchange.contribution_members(contribution),
            interchange.decision_members(Decision(1, Action.ACCEPT, account, moment, "r")),
            interchange.version_members(Version(1, "0", moment, Kind.ACCEPT, author=account)),
        ]
    )
    assert "Ann" in told
    assert "the-id-of-a-token" not in told


@pytest.mark.parametrize(
    "read",
    [
        interchange.contribution_of,
        interchange.decision_of,
        interchange.version_of,
        interchange.token_of,
    ],
)
@pytest.mark.parametrize("members", [{}, {"id": "x"}, {"id": 1, "status": "lost", "role": "king"}])
def test_what_is_no_record_is_told(read: Any, members: dict[str, Any]) -> None:
    with pytest.raises(EndpointFailure):
        read(members)
