"""A report as a page: a fragment for a page of the server, or a whole document that needs nothing else.

There are no scripts and no styles in it, and every text is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from khyber.validation.findings import Finding, Report
from khyber.validation.names import short
from khyber.validation.reports.presentation import Presentation, is_iri, verdict

Link = Callable[[str], str | None]
"""Gives the address that an IRI leads to, or None."""


def web_link(iri: str) -> str | None:
    """Lead to the IRI itself, if it is one of the web."""
    return iri if is_iri(iri) and iri.startswith(("https://", "http://")) else None


def as_page(report: Report, presentation: Presentation = Presentation()) -> str:  # noqa: B008 - frozen
    """Write a whole document."""
    named = ", ".join(presentation.sources)
    title = f"Validation of {named}" if named else "Validation"
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{escape(title)}</h1>",
            as_fragment(report, presentation),
            "</main>",
            "</body>",
            "</html>",
        )
    )


def as_fragment(
    report: Report,
    presentation: Presentation = Presentation(),  # noqa: B008 - frozen
    *,
    link: Link = web_link,
) -> str:
    """Write the verdict and a section for each node, with classes for a style sheet."""
    return "\n".join(_lines(report, presentation, link))


def _lines(report: Report, presentation: Presentation, link: Link) -> Iterator[str]:
    outcome = "conforms" if report.conforms else "violates"
    yield f'<p class="verdict {outcome}">{escape(verdict(report))}</p>'
    for focus, label, findings in presentation.by_node(report):
        yield '<section class="findings">'
        named = f"{escape(label)} <code>{_term(focus, link)}</code>" if label else _term(focus, link)
        yield f"<h3>{named}</h3>"
        yield "<ul>"
        for finding in findings:
            yield from _item(finding, link)
        yield "</ul>"
        yield "</section>"
    if left_out := presentation.left_out(report):
        yield f"<p>… and {left_out:,} more</p>"


def _item(finding: Finding, link: Link) -> Iterator[str]:
    severity = finding.severity
    yield f'<li class="{severity.lower()}">'
    place = f'<span class="place">{escape(str(finding.location))}</span> ' if finding.location else ""
    yield f'<p>{place}<strong class="severity">{severity}</strong> {escape(finding.message)}</p>'
    facts = [
        ("Path", finding.path),
        ("Value", finding.value if finding.value != finding.focus else None),
        ("Rule", finding.shape),
    ]
    told = [(name, value) for name, value in facts if value is not None]
    if told:
        terms = "".join(f"<div><dt>{name}</dt><dd>{_term(value, link)}</dd></div>" for name, value in told)
        yield f"<dl>{terms}</dl>"
    yield "</li>"


def _term(text: str, link: Link) -> str:
    target = link(text) if is_iri(text) else None
    shown = escape(short(text))
    return f'<a href="{escape(target)}">{shown}</a>' if target else shown
