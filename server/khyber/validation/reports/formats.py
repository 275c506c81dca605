"""The formats in which a report is written, as one table; the command line and the web derive from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from khyber.errors import UsageError
from khyber.validation.findings import Report
from khyber.validation.reports.members import as_json
from khyber.validation.reports.page import as_page
from khyber.validation.reports.presentation import Presentation
from khyber.validation.reports.sarif import as_sarif
from khyber.validation.reports.text import as_text
from khyber.validation.reports.turtle import as_turtle


@dataclass(frozen=True)
class ReportFormat:
    """A format: the key by which people name it, its media types, its own first, and what writes it."""

    key: str
    name: str
    media_types: tuple[str, ...]
    suffix: str
    write: Callable[[Report, Presentation], str]

    @property
    def media_type(self) -> str:
        """Give the format's own media type."""
        return self.media_types[0]


REPORT_FORMATS: tuple[ReportFormat, ...] = (
    ReportFormat("json", "JSON", ("application/json",), "json", as_json),
    ReportFormat("text", "text", ("text/plain",), "txt", as_text),
    ReportFormat("turtle", "SHACL report in Turtle", ("text/turtle",), "ttl", as_turtle),
    ReportFormat("sarif", "SARIF 2.1.0", ("application/sarif+json",), "sarif", as_sarif),
    ReportFormat("html", "HTML", ("text/html",), "html", as_page),
)
"""Every format, the one that the server prefers first."""

BY_KEY = {entry.key: entry for entry in REPORT_FORMATS}

KEYS = ", ".join(BY_KEY)


def report_format(key: str) -> ReportFormat:
    """Give the format of this key; raise UsageError where there is none."""
    if key not in BY_KEY:
        raise UsageError(f"There is no report in the format {key!r}.", remedy=f"The formats are {KEYS}.")
    return BY_KEY[key]


def render(
    report: Report, key: str, *, sources: Sequence[str] = (), colour: bool = False, most: int | None = None
) -> bytes:
    """Write a report on documents in the format of this key, with a line end after it; see Presentation."""
    written = report_format(key).write(report, Presentation(tuple(sources), most, colour))
    return f"{written}\n".encode("utf-8", "backslashreplace")
