"""Records: the states of a contribution, names, and what passes between processes."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

from khyber.contributions.door import SubmissionRefused
from khyber.contributions.records import (
    Account,
    Action,
    Contribution,
    Kind,
    Status,
    TokenFacts,
    Version,
)
from khyber.contributions.roles import Role
from khyber.errors import DoesNotConform
from khyber.validation.findings import Finding, Report

NOW = datetime(2026, 2, 28, 12, tzinfo=UTC)
ANN = Account("1", "Ann", Role.CONTRIBUTOR)


def test_a_contribution_is_decided_once_and_what_was_accepted_can_be_undone() -> None:
    assert Status.SUBMITTED.next == {Status.ACCEPTED, Status.REJECTED, Status.WITHDRAWN}
    assert Status.ACCEPTED.next == {Status.REVERTED, Status.SUPERSEDED}
    ends = {status for status in Status if not status.next}
    assert ends == {Status.REJECTED, Status.WITHDRAWN, Status.REVERTED, Status.SUPERSEDED}


def test_every_decision_leads_to_a_state_except_a_redaction() -> None:
    assert {action for action in Action if action.outcome is None} == {Action.REDACT}
    outcomes = [action.outcome for action in Action if action.outcome]
    assert len(set(outcomes)) == len(outcomes)
    assert Status.SUBMITTED not in outcomes


def test_a_contribution_and_a_version_have_iris() -> None:
    contribution = Contribution(7, Status.SUBMITTED, "A raid", "A report", ANN, NOW, 3, 0, 1)
    assert contribution.iri == "https://w3id.org/khyber/contribution/7"
    assert contribution.graph == "https://w3id.org/khyber/graph/contribution/7"
    version = Version(12, "8c7d1a631d44d2b4", NOW, Kind.ACCEPT)
    assert version.name == "12-8c7d1a631d44d2b4"
    assert version.iri == "https://w3id.org/khyber/version/12"


def test_the_holder_of_a_token_is_told_without_its_secret() -> None:
    facts = TokenFacts("1", "Ann", Role.CONTRIBUTOR, NOW, query_timeout=90.0)
    assert facts.account == ANN
    assert facts.account.query_timeout == 90.0


def test_a_refusal_passes_between_processes_with_its_report() -> None:
    report = Report.of([Finding("Violation", "Mend it.", "urn:x"), Finding("Warning", "Look.", "urn:x")])
    refused = SubmissionRefused(report)
    assert isinstance(refused, DoesNotConform)
    assert "1 thing to mend" in str(refused)
    again = pickle.loads(pickle.dumps(refused))  # noqa: S301
    assert (again.report, str(again)) == (report, str(refused))
