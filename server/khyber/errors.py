"""Every error that Khyber shows to a person, as one tree.

::

    KhyberError                 500  something failed that nobody foresaw
    ├─ InputError               400  what was given cannot be used
    │  ├─ UsageError            400  an option, a parameter or an argument is wrong
    │  ├─ FileUnreadable        400  a file is missing or cannot be read
    │  ├─ RdfSyntaxError        400  an RDF document is not well-formed
    │  ├─ QuerySyntaxError      400  a SPARQL query is not well-formed
    │  ├─ QueryRefused          400  a query asks for what this server does not do (SERVICE …)
    │  └─ PayloadTooLarge       413  a request body is longer than the limit
    ├─ Unauthorized             401  what was asked for needs a token
    ├─ Forbidden                403  the token may not do what was asked for
    ├─ ReadOnly                 403  this server takes no writes
    ├─ NotFound                 404  there is nothing at this address
    │  └─ Redacted              410  what was here was taken out by an administrator
    ├─ MethodNotAllowed         405  the address does not know this method
    ├─ NotAcceptable            406  no format that the client accepts can be written
    ├─ Conflict                 409  what is there now contradicts what was asked for
    ├─ UnsupportedMediaType     415  a request body has a type that is not read here
    ├─ DoesNotConform           422  a graph violates its shapes or contradicts its ontology
    ├─ NotAsserted              422  what should be removed is not asserted
    ├─ LimitReached             503  a query took more than it may
    │  ├─ TimeLimitReached      503  a query ran longer than it may
    │  ├─ MemoryLimitReached    507  a query took more memory than it may
    │  └─ ResultTooLarge        507  a result is larger than it may be
    ├─ Overload                 503  more is asked for than the server works on at once
    │  ├─ TooManyRequests       429  one client has too many queries waiting
    │  └─ TooBusy               503  all clients together have too many queries waiting
    ├─ EngineFailure            500  the engine could not finish a query
    ├─ EndpointFailure          502  another SPARQL endpoint cannot be reached, or answers wrongly
    │  ├─ BadGateway            502  the endpoint of a SERVICE clause fails
    │  ├─ GatewayTimeout        504  the endpoint of a SERVICE clause does not answer in time
    │  └─ EndpointBusy          503  the endpoint of a SERVICE clause asked to be left alone for a while
    ├─ PortInUse                500  the server's address is taken
    ├─ StateInUse               500  another process works in the state folder or on the ledger
    ├─ StorageFull              507  there is no room to write
    └─ LedgerFailure            500  the ledger cannot be opened or written
       ├─ LedgerUnavailable     503  the ledger's database does not answer, or is busy
       ├─ LedgerCorrupt         500  what is in the ledger is not what was written
       └─ LedgerTooNew          500  the ledger was written by a newer Khyber

Each class carries its HTTP status, its code (the last part of the problem's type, and the heading in
docs/errors.md), a title and the exit code of the command line. Each instance says what is wrong, where, and
how to mend it; ``retry_after`` says after how many seconds it is worth trying again, where that is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

PROBLEM_BASE = "https://w3id.org/khyber/problem/"


@dataclass(frozen=True)
class Location:
    """A place in an input: a source, with a line and a column counted from 1 where they are known.

    ``sheet`` is the name of a sheet of a workbook, "" for a table that has one sheet without a name (CSV),
    and None for what is not a table; in a table the line is the row.
    """

    source: str
    line: int | None = None
    column: int | None = None
    sheet: str | None = None

    def __str__(self) -> str:
        """Render as ``source:line:column``, or ``source, sheet Events, cell C7`` for a table."""
        if self.sheet is None:
            return ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        sheet = f"sheet {self.sheet}" if self.sheet else ""
        return ", ".join(part for part in (self.source, sheet, self._cell) if part)

    @property
    def _cell(self) -> str:
        if self.line is None:
            return ""
        return f"cell {column_letters(self.column)}{self.line}" if self.column else f"row {self.line}"


def column_letters(column: int) -> str:
    """Name a column of a table, counted from 1, as spreadsheets do: A, B, … Z, AA."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


class KhyberError(Exception):
    """The root of the tree: ``detail`` says what is wrong, ``location`` where, ``remedy`` how to mend it."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something failed that nobody foresaw"
    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        detail: str,
        *,
        location: Location | None = None,
        remedy: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.detail = detail
        self.location = location
        self.remedy = remedy
        self.retry_after = retry_after
        super().__init__(str(self))

    def __str__(self) -> str:
        """Render as one line: ``where: what. remedy``."""
        where = f"{self.location}: " if self.location else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{where}{self.detail}{remedy}"

    def problem(self) -> dict[str, str | int]:
        """Give the members of a problem details object (RFC 9457), with line and column where known."""
        members: dict[str, str | int] = {
            "type": PROBLEM_BASE + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.remedy:
            members["remedy"] = self.remedy
        if self.location:
            members["source"] = self.location.source
            if self.location.line is not None:
                members["line"] = self.location.line
            if self.location.column is not None:
                members["column"] = self.location.column
            if self.location.sheet:
                members["sheet"] = self.location.sheet
        return members


class InputError(KhyberError):
    """What was given cannot be used."""

    status = 400
    code = "bad-input"
    title = "The input cannot be used"


class UsageError(InputError):
    """An option, a parameter or an argument is wrong."""

    code = "wrong-usage"
    title = "An option or parameter is wrong"


class FileUnreadable(InputError):
    """A file is missing or cannot be read."""

    code = "file-unreadable"
    title = "A file cannot be read"


class RdfSyntaxError(InputError):
    """An RDF document is not well-formed."""

    code = "rdf-syntax"
    title = "The RDF is not well-formed"


class QuerySyntaxError(InputError):
    """A SPARQL query is not well-formed."""

    code = "query-syntax"
    title = "The query is not well-formed"


class QueryRefused(InputError):
    """A query asks for what this server does not do."""

    code = "query-refused"
    title = "The query asks for something this server does not do"


class PayloadTooLarge(InputError):
    """A request body is longer than the limit."""

    status = 413
    code = "payload-too-large"
    title = "The request is too large"


class Unauthorized(KhyberError):
    """What was asked for needs a token, and the request has none or one that is not known."""

    status = 401
    code = "unauthorized"
    title = "A token is needed"


class Forbidden(KhyberError):
    """The token may not do what was asked for."""

    status = 403
    code = "forbidden"
    title = "The token may not do this"


class ReadOnly(KhyberError):
    """This server takes no writes."""

    status = 403
    code = "read-only"
    title = "The server takes no writes"


class NotFound(KhyberError):
    """There is nothing at this address."""

    status = 404
    code = "not-found"
    title = "There is nothing here"


class Redacted(NotFound):
    """What was here was taken out by an administrator."""

    status = 410
    code = "redacted"
    title = "This was taken out"


class MethodNotAllowed(KhyberError):
    """The address does not know this method."""

    status = 405
    code = "method-not-allowed"
    title = "This address does not take that method"


class NotAcceptable(KhyberError):
    """No format that the client accepts can be written."""

    status = 406
    code = "not-acceptable"
    title = "No acceptable format"


class Conflict(KhyberError):
    """What is there now contradicts what was asked for."""

    status = 409
    code = "conflict"
    title = "The request contradicts what is there"


class UnsupportedMediaType(KhyberError):
    """A request body has a media type that is not read here."""

    status = 415
    code = "unsupported-media-type"
    title = "The media type of the request is not read here"


class DoesNotConform(KhyberError):
    """A graph violates its shapes or contradicts its ontology."""

    status = 422
    code = "does-not-conform"
    title = "The graph does not conform"
    exit_code = 1


class NotAsserted(KhyberError):
    """What should be removed from the published graph is not asserted: it follows, or is not there."""

    status = 422
    code = "not-asserted"
    title = "What should be removed is not asserted"
    exit_code = 1


class LimitReached(KhyberError):
    """A query or an update took more than it may."""

    status = 503
    code = "limit-reached"
    title = "A limit was reached"


class TimeLimitReached(LimitReached):
    """A query or an update ran longer than it may."""

    code = "time-limit"
    title = "The time limit was reached"


class MemoryLimitReached(LimitReached):
    """A query or an update took more memory than it may."""

    status = 507
    code = "memory-limit"
    title = "The memory limit was reached"


class ResultTooLarge(LimitReached):
    """A result is larger than it may be, or than the server has room for."""

    status = 507
    code = "result-too-large"
    title = "The result is too large"


class Overload(KhyberError):
    """The server does not do this now; ``retry_after`` says when to come back."""

    status = 503
    code = "overload"
    title = "The server is busy"


class ServerEnding(Overload):
    """The server is ending, and does not do this any more."""

    code = "server-ending"
    title = "The server is ending"


class TooManyRequests(Overload):
    """One client has too many queries waiting."""

    status = 429
    code = "too-many-requests"
    title = "Too many queries of one client"


class TooBusy(Overload):
    """All clients together have too many queries waiting."""

    code = "too-busy"
    title = "Too many queries at once"


class EngineFailure(KhyberError):
    """The engine could not finish a query."""

    code = "engine-failure"
    title = "The engine could not finish the query"


class EndpointFailure(KhyberError):
    """Another SPARQL endpoint cannot be reached, or answers wrongly."""

    status = 502
    code = "endpoint-failure"
    title = "Another endpoint failed"


class BadGateway(EndpointFailure):
    """The endpoint of a SERVICE clause cannot be reached, or answers wrongly."""

    code = "bad-gateway"
    title = "The endpoint of a SERVICE clause failed"


class GatewayTimeout(EndpointFailure):
    """The endpoint of a SERVICE clause does not answer in time."""

    status = 504
    code = "gateway-timeout"
    title = "The endpoint of a SERVICE clause does not answer"


class EndpointBusy(EndpointFailure):
    """The endpoint of a SERVICE clause asked to be left alone for a while, or is being asked already."""

    status = 503
    code = "endpoint-busy"
    title = "The endpoint of a SERVICE clause is busy"


class PortInUse(KhyberError):
    """The address that the server should listen on is taken."""

    code = "port-in-use"
    title = "The address is taken"


class StateInUse(KhyberError):
    """Another process works in the state folder or on the ledger."""

    code = "state-in-use"
    title = "The state folder is in use"


class StorageFull(KhyberError):
    """There is no room to write; nothing was changed."""

    status = 507
    code = "storage-full"
    title = "There is no room to write"


class LedgerFailure(KhyberError):
    """The ledger cannot be opened or written."""

    code = "ledger-failure"
    title = "The ledger cannot be used"


class LedgerUnavailable(LedgerFailure):
    """The ledger's database does not answer, or is busy."""

    status = 503
    code = "ledger-unavailable"
    title = "The ledger's database does not answer"


class LedgerCorrupt(LedgerFailure):
    """What is in the ledger is not what was written; nothing in it is changed."""

    code = "ledger-corrupt"
    title = "The ledger is damaged"


class LedgerTooNew(LedgerFailure):
    """The ledger was written by a newer Khyber."""

    code = "ledger-too-new"
    title = "The ledger is of a newer Khyber"
