"""A report for a person who reads a terminal, a log or a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from khyber.validation.findings import Finding, Report, Severity
from khyber.validation.names import short
from khyber.validation.reports.presentation import Presentation, verdict

_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_COLOURS: dict[Severity, str] = {"Violation": "\x1b[1;31m", "Warning": "\x1b[1;33m", "Info": "\x1b[1;36m"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def as_text(report: Report, presentation: Presentation = Presentation()) -> str:  # noqa: B008 - frozen
    """Write a block for each node, the gravest first, and a last line that counts; no line end after it.

    Each finding begins with its place, as compilers write it, so that editors and terminals can go there.
    """
    return "\n".join(_lines(report, presentation))


def _lines(report: Report, presentation: Presentation) -> Iterator[str]:
    paint = _painted if presentation.colour else _plain
    for focus, label, findings in presentation.by_node(report):
        yield paint(_BOLD, short(focus)) + (f" ({visible(label)})" if label else "")
        for finding in findings:
            yield from _paragraph(finding, presentation)
        yield ""
    if left_out := presentation.left_out(report):
        yield f"… and {left_out:,} more"
        yield ""
    yield paint(_BOLD, verdict(report))


def _paragraph(finding: Finding, presentation: Presentation) -> Iterator[str]:
    paint = _painted if presentation.colour else _plain
    place = f"{paint(_BOLD, str(finding.location))}: " if finding.location else ""
    severity = paint(_COLOURS[finding.severity], finding.severity)
    first, *others = finding.message.splitlines() or [""]
    yield f"  {place}{severity}: {visible(first)}"
    for line in others:
        yield f"    {visible(line)}"
    if finding.path:
        yield f"    {paint(_DIM, 'path ')} {visible(short(finding.path))}"
    if finding.value is not None and finding.value != finding.focus:
        yield f"    {paint(_DIM, 'value')} {visible(short(finding.value))}"
    if finding.shape:
        yield f"    {paint(_DIM, 'rule ')} {visible(short(finding.shape))}"


def visible(text: str) -> str:
    r"""Write control characters as ``\x1b``: what a document holds must not steer the reader's terminal."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _painted(style: str, text: str) -> str:
    return f"{style}{visible(text)}{_END}"


def _plain(_style: str, text: str) -> str:
    return visible(text)
