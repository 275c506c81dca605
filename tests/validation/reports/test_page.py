"""Reports as HTML: well-formed, escaped, without scripts and styles."""

from __future__ import annotations

from html.parser import HTMLParser

from khyber.rdf.namespaces import SHAPE
from khyber.validation.findings import Finding, Report
from khyber.validation.reports.page import as_fragment, as_page
from khyber.validation.reports.presentation import Presentation
from validation.findings_of_every_kind import REPORT

_VOID = {"meta", "br"}


class Elements(HTMLParser):
    """Checks that every element is closed where it should be; keeps names, attributes and text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(document)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_holds_every_finding_with_its_place() -> None:
    page = Elements(as_page(REPORT, Presentation(("claims.ttl",))))
    for finding in REPORT.findings:
        assert finding.message in page.text
        assert str(finding.location or "") in page.text
    assert "Validation of claims.ttl" in page.text
    assert "Raid <on> a post" in page.text
    assert page.seen.count("li") == 5


def test_nothing_in_it_runs_or_styles() -> None:
    evil = Finding("Violation", "<script>alert(1)</script>", "javascript:alert(1)", value='" onclick="x')
    page = Elements(
        as_page(Report.of([evil], {evil.focus: "<img src=x onerror=y>"}), Presentation(('"><b>',)))
    )
    assert not {"script", "style", "img", "b"} & set(page.seen)
    assert not {name for name, _ in page.attributes if name == "style" or name.startswith("on")}
    assert not [value for name, value in page.attributes if name == "href"]


def test_rules_and_nodes_lead_to_their_pages() -> None:
    links = [value for name, value in Elements(as_fragment(REPORT)).attributes if name == "href"]
    assert f"{SHAPE}AssertionDate" in links
    nowhere = as_fragment(REPORT, link=lambda _iri: None)
    assert "href" not in nowhere


def test_a_long_report_is_cut_and_says_so() -> None:
    page = Elements(as_fragment(REPORT, Presentation(most=2)))
    assert page.seen.count("li") == 2
    assert "… and 3 more" in page.text
