"""Requests to a Khyber server: what is sent, and its problems as errors of our own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePath
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import khyber
from khyber import errors
from khyber.contributions.door import Submission, SubmissionRefused
from khyber.errors import PROBLEM_BASE, EndpointFailure, InputError, KhyberError, Location, UsageError
from khyber.validation.reports.members import report_of

SECONDS_TO_WAIT = 300
"""How long an answer is waited for: a large contribution takes its time to judge."""


@dataclass(frozen=True)
class Answer:
    """A good answer."""

    headers: Message
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """Give the object that the answer holds; raise EndpointFailure if it holds none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise EndpointFailure("The server did not answer in JSON.", remedy="Is it a Khyber server?")
        return found

    @property
    def file_name(self) -> str | None:
        """Give the name that the answer says a document has."""
        return self.headers.get_filename()


class Exchange:
    """Sends requests to one server."""

    def __init__(self, endpoint: str, token: str | None) -> None:
        """Take the server's address, or that of its SPARQL endpoint; raise UsageError if it is none."""
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise UsageError(
                f"--endpoint {endpoint!r} is no web address.",
                remedy="Write it whole, as http://localhost:8000.",
            )
        self._root = endpoint.rstrip("/").removesuffix("/sparql")
        self._token = token

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
    ) -> Answer:
        """Send a request and give its answer; raise what the server tells, or EndpointFailure."""
        sent = {"Accept": f"{accept}, application/problem+json;q=0.5"} | dict(headers or {})
        sent["User-Agent"] = f"khyber/{khyber.__version__}"
        if content_type:
            sent["Content-Type"] = content_type
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        request = Request(self._root + path, data=body, headers=sent, method=method)  # noqa: S310 - checked
        try:
            with urlopen(request, timeout=SECONDS_TO_WAIT) as response:  # noqa: S310
                return Answer(response.headers, response.read())
        except HTTPError as error:
            with error:
                raise _told(self._root, error.code, error.reason, error.read()) from None
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", None) or error
            raise EndpointFailure(f"{self._root} cannot be reached: {reason}.") from None

    def send_json(self, method: str, path: str, said: Mapping[str, str]) -> Answer:
        """Send an object of texts."""
        return self.send(method, path, json.dumps(said).encode(), "application/json")


def form_of(submission: Submission) -> tuple[bytes, str]:
    """Write a submission as multipart/form-data (RFC 7578); give the body and its Content-Type."""
    boundary = f"khyber-{uuid4().hex}"
    pieces = [b"".join((f"--{boundary}\r\n".encode(), *part, b"\r\n")) for part in _parts(submission)]
    body = b"".join((*pieces, f"--{boundary}--\r\n".encode()))
    return body, f"multipart/form-data; boundary={boundary}"


def _parts(submission: Submission) -> Iterator[tuple[bytes, ...]]:
    said = {"title": submission.title, "source": submission.source, "licence": submission.licence or ""}
    if submission.skolemise:
        said["skolemise"] = "yes"
    for name, text in said.items():
        yield (f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode(), text.encode())
    for upload in submission.uploads:
        field = "removals" if upload.removes else "file"
        name = _quoted(PurePath(upload.name).name)
        yield (
            f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n'.encode(),
            f"Content-Type: {upload.media_type or 'application/octet-stream'}\r\n\r\n".encode(),
            upload.data,
        )


def _quoted(name: str) -> str:
    """Write the name of a file as HTML's forms do."""
    plain = name.encode("utf-8", "replace").decode()
    return plain.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _told(server: str, status: int, reason: str, body: bytes) -> KhyberError:
    """Make an error of ours of the problem that a server tells."""
    try:
        problem = json.loads(body)
        kind = _CLASSES.get(str(problem["type"]).removeprefix(PROBLEM_BASE), EndpointFailure)
        detail, remedy = str(problem["detail"]), problem.get("remedy")
    except (ValueError, KeyError, TypeError):
        return EndpointFailure(f"{server} answered {status} {reason}.")
    if "findings" in problem:
        try:
            return SubmissionRefused(report_of(problem))
        except InputError:
            return EndpointFailure(f"{server} answered {status}: {detail}", remedy=remedy)
    return kind(detail, location=_place(problem), remedy=remedy)


def _place(problem: Mapping[str, Any]) -> Location | None:
    if "source" not in problem:
        return None
    return Location(str(problem["source"]), problem.get("line"), problem.get("column"), problem.get("sheet"))


_CLASSES: dict[str, type[KhyberError]] = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, KhyberError)
}
"""The code of a problem → its class."""
