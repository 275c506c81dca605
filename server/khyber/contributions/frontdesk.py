"""The door as it is opened: first what is asked for is judged, apart; then it is recorded, if nothing moved.

Judging may take long and reads what strangers sent, so a desk does it in a process that can be killed.
Recording is done in turn. Between the two somebody else may publish: then it is judged again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, cast

from khyber.contributions.door import Judged, Submission, SubmissionRefused, WayBack
from khyber.contributions.judged import Examined, Moved
from khyber.contributions.records import (
    Account,
    Contribution,
    Decision,
    Status,
    TokenFacts,
    Upload,
    Version,
)
from khyber.contributions.roles import Role
from khyber.errors import Conflict
from khyber.rdf.delta import Delta
from khyber.validation.findings import Report

ATTEMPTS = 5
"""How often a decision is judged again because another one was published meanwhile."""


class Ask(Protocol):
    """Calls a method of the office: ``apart``, in a process of its own where there is a desk, or in turn."""

    def __call__(self, name: str, *arguments: Any, apart: bool = False, client: str = "") -> Any:
        """Give the value of the method, or raise what it raises."""


class Frontdesk:
    """See :class:`khyber.contributions.door.Door`."""

    def __init__(self, ask: Ask) -> None:
        """Take the way to the office."""
        self._ask = ask

    def account_of(self, secret: str) -> Account | None:
        """See Door."""
        return cast("Account | None", self._ask("account_of", secret))

    def validate(self, submission: Submission, client: str = "") -> Judged:
        """See Door."""
        return self._examined(submission, client).judged

    def submit(self, account: Account, submission: Submission) -> Contribution:
        """See Door."""
        known = self._ask("submitted_before", account, submission)
        if known is not None:
            return cast("Contribution", known)
        examined = self._examined(submission, account.token)
        if not examined.judged.report.conforms:
            raise SubmissionRefused(examined.judged.report)
        return cast("Contribution", self._ask("file", account, submission, examined))

    def accept(self, account: Account, contribution: int, reason: str) -> Decision:
        """See Door."""
        return self._decide("accept", account, contribution, reason)

    def publish(self, account: Account, submission: Submission, reason: str, version: str) -> Contribution:
        """See Door."""
        known = self._ask("submitted_before", account, submission)
        if known is not None:
            return cast("Contribution", known)
        examined = self._examined(submission, account.token)
        if examined.judged.version != version:
            raise Moved(f"The published graph is at version {examined.judged.version} by now.")
        if not examined.judged.report.conforms:
            raise SubmissionRefused(examined.judged.report)
        return cast("Contribution", self._ask("publish", account, submission, examined, reason))

    def reject(self, account: Account, contribution: int, reason: str) -> Decision:
        """See Door."""
        return cast("Decision", self._ask("reject", account, contribution, reason))

    def withdraw(self, account: Account, contribution: int, reason: str) -> Decision:
        """See Door."""
        return cast("Decision", self._ask("withdraw", account, contribution, reason))

    def revert(self, account: Account, contribution: int, reason: str) -> Decision:
        """See Door."""
        return self._decide("revert", account, contribution, reason)

    def redact(self, account: Account, contribution: int, reason: str) -> Decision:
        """See Door."""
        return self._decide("redact", account, contribution, reason)

    def merge(self, account: Account, node: str, into: str, reason: str) -> Decision:
        """See Door."""
        return self._decide("merge", account, node, into, reason)

    def retire(self, account: Account, node: str, reason: str) -> Decision:
        """See Door."""
        return self._decide("retire", account, node, reason)

    def contributions(
        self, status: Status | None = None, *, limit: int = 50, before: int | None = None
    ) -> Sequence[Contribution]:
        """See Door."""
        return cast("Sequence[Contribution]", self._ask("contributions", status, limit, before))

    def contribution(self, contribution: int) -> Contribution:
        """See Door."""
        return cast("Contribution", self._ask("contribution", contribution))

    def payload(self, contribution: int) -> tuple[Upload, ...]:
        """See Door."""
        return cast("tuple[Upload, ...]", self._ask("payload", contribution))

    def diff(self, contribution: int) -> Delta:
        """See Door."""
        return cast("Delta", self._ask("diff", contribution))

    def report(self, contribution: int) -> Report:
        """See Door."""
        return cast("Report", self._ask("report", contribution))

    def decisions(self, contribution: int) -> Sequence[Decision]:
        """See Door."""
        return cast("Sequence[Decision]", self._ask("decisions", contribution))

    def versions(self, *, limit: int = 50, before: int | None = None) -> Sequence[Version]:
        """See Door."""
        return cast("Sequence[Version]", self._ask("versions", limit, before))

    def version(self, sequence: int) -> Version:
        """See Door."""
        return cast("Version", self._ask("version", sequence))

    def delta_between(self, earlier: int, later: int) -> Delta:
        """See Door."""
        return cast("Delta", self._ask("delta_between", earlier, later))

    def way_back(self, sequence: int) -> WayBack:
        """See Door."""
        return cast("WayBack", self._ask("way_back", sequence))

    def create_token(
        self, account: Account, name: str, role: Role, query_timeout: float | None = None
    ) -> tuple[TokenFacts, str]:
        """See Door."""
        made = self._ask("create_token", account, name, role, query_timeout)
        return cast("tuple[TokenFacts, str]", made)

    def tokens(self, account: Account) -> Sequence[TokenFacts]:
        """See Door."""
        return cast("Sequence[TokenFacts]", self._ask("tokens", account))

    def revoke_token(self, account: Account, token: str) -> TokenFacts:
        """See Door."""
        return cast("TokenFacts", self._ask("revoke_token", account, token))

    def _examined(self, submission: Submission, client: str) -> Examined:
        return cast("Examined", self._ask("examine", submission, apart=True, client=client))

    def _decide(self, what: str, account: Account, *facts: Any) -> Decision:
        """Plan it, judge the plan apart, and do it on the version that was judged."""
        for _ in range(ATTEMPTS):
            plan = self._ask(f"plan_{what}", account, *facts)
            judged = cast("Judged", self._ask("judge", plan, apart=True, client=account.token))
            if not judged.report.conforms:
                raise SubmissionRefused(judged.report)
            try:
                return cast("Decision", self._ask(what, account, *facts, judged))
            except Moved:
                continue
        raise Conflict(f"Others published {ATTEMPTS} versions while this was judged.", remedy="Ask again.")
