"""The door of a running server, over HTTP; see :class:`khyber.contributions.door.Door`.

Who acts is for the server to find out, by the token: the accounts that the methods take do not matter here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from urllib.parse import quote, urlencode

from khyber.cli.exchange import Answer, Exchange, form_of
from khyber.contributions.door import Judged, Submission, SubmissionRefused, WayBack
from khyber.contributions.interchange import (
    contribution_of,
    decision_of,
    token_of,
    version_of,
)
from khyber.contributions.records import (
    Account,
    Action,
    Contribution,
    Decision,
    Status,
    TokenFacts,
    Upload,
    Version,
)
from khyber.contributions.roles import Role
from khyber.errors import EndpointFailure, KhyberError, Location, NotFound, UsageError
from khyber.rdf.delta import Delta, from_rdf_patch
from khyber.validation.findings import Report
from khyber.validation.reports.members import report_of


class RemoteDoor:
    """Asks a Khyber server."""

    def __init__(self, endpoint: str, token: str | None) -> None:
        """Know the address of the server, or that of its SPARQL endpoint; raise UsageError if it is none."""
        self._exchange = Exchange(endpoint, token)

    def account_of(self, secret: str) -> Account | None:  # noqa: ARG002 - the signature is the door's
        """Raise UsageError: only a server may ask this."""
        raise UsageError("Who holds a token is not told over HTTP.")

    def validate(self, submission: Submission, client: str = "") -> Judged:  # noqa: ARG002
        """See Door."""
        body, content_type = form_of(submission)
        with _naming(submission.uploads) as named:
            told = self._exchange.send("POST", "/validate?format=json", body, content_type).json
            added, removed, version = (told.get(name) for name in ("added", "removed", "version"))
            return Judged(named(report_of(told)), int(added or 0), int(removed or 0), str(version or ""))

    def submit(self, account: Account, submission: Submission) -> Contribution:  # noqa: ARG002
        """See Door."""
        body, content_type = form_of(submission)
        key = submission.idempotency_key
        headers = {"Idempotency-Key": key} if key else {}
        with _naming(submission.uploads):
            return contribution_of(
                self._exchange.send("POST", "/contributions", body, content_type, headers).json
            )

    def accept(self, account: Account, contribution: int, reason: str) -> Decision:  # noqa: ARG002
        """See Door."""
        return self._decide(contribution, Action.ACCEPT, reason)

    def publish(
        self,
        account: Account,  # noqa: ARG002
        submission: Submission,  # noqa: ARG002
        reason: str,  # noqa: ARG002
        version: str,
    ) -> Contribution:
        """Raise UsageError: it is for who works out a change from the newest version."""
        raise UsageError(f"What is submitted over HTTP is not bound to version {version}.")

    def reject(self, account: Account, contribution: int, reason: str) -> Decision:  # noqa: ARG002
        """See Door."""
        return self._decide(contribution, Action.REJECT, reason)

    def withdraw(self, account: Account, contribution: int, reason: str) -> Decision:  # noqa: ARG002
        """See Door."""
        return self._decide(contribution, Action.WITHDRAW, reason)

    def revert(self, account: Account, contribution: int, reason: str) -> Decision:  # noqa: ARG002
        """See Door."""
        return self._decide(contribution, Action.REVERT, reason)

    def redact(self, account: Account, contribution: int, reason: str) -> Decision:  # noqa: ARG002
        """See Door."""
        return self._act(f"/contributions/{contribution}/redaction", reason=reason)

    def merge(self, account: Account, node: str, into: str, reason: str) -> Decision:  # noqa: ARG002
        """See Door."""
        return self._act("/merges", node=node, into=into, reason=reason)

    def retire(self, account: Account, node: str, reason: str) -> Decision:  # noqa: ARG002
        """See Door."""
        return self._act("/retirements", node=node, reason=reason)

    def contributions(
        self, status: Status | None = None, *, limit: int = 50, before: int | None = None
    ) -> Sequence[Contribution]:
        """See Door."""
        told = self._listed("/contributions", limit, before, status=status and status.value)
        return [contribution_of(each) for each in told.json.get("contributions", ())]

    def contribution(self, contribution: int) -> Contribution:
        """See Door."""
        return contribution_of(self._get(f"/contributions/{contribution}").json)

    def payload(self, contribution: int) -> tuple[Upload, ...]:
        """See Door; of the documents only what HTTP tells of them is known."""
        uploads: list[Upload] = []
        with suppress(NotFound):
            while True:
                path = f"/contributions/{contribution}/payload/{len(uploads) + 1}"
                answer = self._get(path, accept="*/*")
                uploads.append(Upload(answer.body, answer.file_name or f"document-{len(uploads) + 1}"))
        return tuple(uploads)

    def diff(self, contribution: int) -> Delta:
        """See Door."""
        return self._delta(f"/contributions/{contribution}/diff")

    def report(self, contribution: int) -> Report:
        """See Door."""
        return report_of(self._get(f"/contributions/{contribution}/report").json)

    def decisions(self, contribution: int) -> Sequence[Decision]:
        """See Door."""
        told = self._get(f"/contributions/{contribution}/decisions").json
        return [decision_of(each) for each in told.get("decisions", ())]

    def versions(self, *, limit: int = 50, before: int | None = None) -> Sequence[Version]:
        """See Door."""
        return [
            version_of(each) for each in self._listed("/versions", limit, before).json.get("versions", ())
        ]

    def version(self, sequence: int) -> Version:
        """See Door."""
        return version_of(self._get(f"/versions/{sequence}").json)

    def delta_between(self, earlier: int, later: int) -> Delta:
        """See Door."""
        return self._delta(f"/versions/{earlier}/diff/{later}")

    def way_back(self, sequence: int) -> WayBack:
        """Raise UsageError: it is for who has the newest version as a store."""
        raise UsageError(f"The way back to version {sequence} is not told over HTTP.")

    def create_token(
        self,
        account: Account,  # noqa: ARG002
        name: str,
        role: Role,
        query_timeout: float | None = None,
    ) -> tuple[TokenFacts, str]:
        """See Door."""
        said = {"name": name, "role": role.name.lower()}
        if query_timeout is not None:
            said["query_timeout"] = str(query_timeout)
        told = self._exchange.send_json("POST", "/tokens", said).json
        return token_of(told), str(told.get("secret", ""))

    def tokens(self, account: Account) -> Sequence[TokenFacts]:  # noqa: ARG002
        """See Door."""
        return [token_of(each) for each in self._get("/tokens").json.get("tokens", ())]

    def revoke_token(self, account: Account, token: str) -> TokenFacts:  # noqa: ARG002
        """See Door."""
        return token_of(self._exchange.send("DELETE", f"/tokens/{quote(token, safe='')}").json)

    def export(self, key: str, version: str | None) -> bytes:
        """Give the dataset, or a version of it, in the format with this key."""
        query = urlencode({"format": key, **({"version": version} if version else {})})
        return self._get(f"/export?{query}", accept="*/*").body

    def _decide(self, contribution: int, action: Action, reason: str) -> Decision:
        return self._act(f"/contributions/{contribution}/decision", decision=action.value, reason=reason)

    def _act(self, path: str, **said: str) -> Decision:
        return decision_of(self._exchange.send_json("POST", path, said).json)

    def _get(self, path: str, accept: str = "application/json") -> Answer:
        return self._exchange.send("GET", path, accept=accept)

    def _listed(self, path: str, limit: int, before: int | None, status: str | None = None) -> Answer:
        asked = {"limit": limit, "before": before, "status": status}
        return self._get(f"{path}?{urlencode({name: value for name, value in asked.items() if value})}")

    def _delta(self, path: str) -> Delta:
        answer = self._get(path, accept="application/rdf-patch")
        try:
            return from_rdf_patch(answer.body, path)
        except ValueError:
            raise EndpointFailure(f"{path} did not answer with an RDF Patch.") from None


@contextmanager
def _naming(uploads: tuple[Upload, ...]) -> Iterator[Callable[[Report], Report]]:
    """Lend what gives findings the names that files have here; an error on its way out gets them, too.

    A server is told only the last part of each name.
    """
    names = {upload.name.replace("\\", "/").rpartition("/")[2]: upload.name for upload in uploads}
    known = names if len(names) == len(uploads) else {}

    def moved(location: Location | None) -> Location | None:
        return location and replace(location, source=known.get(location.source, location.source))

    def named(report: Report) -> Report:
        findings = (replace(each, location=moved(each.location)) for each in report.findings)
        return Report.of(findings, report.labels)

    try:
        yield named
    except SubmissionRefused as error:
        raise SubmissionRefused(named(error.report)) from None
    except KhyberError as error:
        raise type(error)(error.detail, location=moved(error.location), remedy=error.remedy) from None
