"""A small published graph under the real ontology and shapes, for the tests of judging."""

from __future__ import annotations

from functools import cache

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse

from khyber.config import graph_home
from khyber.contributions.judge import Judge
from khyber.contributions.patch import Patch
from khyber.contributions.published import Published
from khyber.rdf.namespaces import CONTRIBUTION_GRAPH, PREFIXES
from khyber.reasoning.base import reasoner
from khyber.release.compile import dataset, infer
from khyber.release.sources import CORE_GRAPH, parse_sources, read_sources
from khyber.validation.findings import Finding

_HEADER = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())

CONTRIBUTED = """
source:second a khyber:Source ; rdfs:label "Second report"@en .
event:raid a khyber:Attack ; rdfs:label "Raid"@en ; khyber:datePrecision precision:day ;
    khyber:earliestDate "2026-02-24"^^xsd:date ; khyber:latestDate "2026-02-24"^^xsd:date ;
    khyber:perpetrator actor:ttp ; khyber:place place:kabul .
assertion:raid a khyber:EventReport ; rdfs:label "Report of the raid"@en ; khyber:alleges event:raid ;
    khyber:claimant actor:pakistan ; khyber:source source:second ; khyber:stance stance:claims ;
    khyber:datePrecision precision:day ;
    khyber:earliestDate "2026-02-24"^^xsd:date ; khyber:latestDate "2026-02-24"^^xsd:date .
assertion:raid-figure a khyber:CasualtyClaim ; rdfs:label "Ten killed"@en ; khyber:inEvent event:raid ;
    khyber:claimant actor:pakistan ; khyber:source source:second ; khyber:stance stance:claims ;
    khyber:harm harm:killed ; khyber:victims people:soldiers ; khyber:unit unit:people ;
    khyber:value 10 ; khyber:figureWording "10" ;
    khyber:datePrecision precision:day ;
    khyber:earliestDate "2026-02-24"^^xsd:date ; khyber:latestDate "2026-02-24"^^xsd:date .
people:soldiers a khyber:PeopleGroup ; rdfs:label "Soldiers"@en ; khyber:peopleCategory category:soldiers ;
    khyber:belongsTo actor:pakistan-armed-forces .
"""
"""What stands in the graph of contribution 1, beside the curated graph."""


def triples(turtle: str) -> list[Triple]:
    """Parse Turtle that uses the project's prefixes without declaring them."""
    return [quad.triple for quad in parse((_HEADER + turtle).encode(), format=RdfFormat.TURTLE)]


def patch(added: str = "", removed: str = "") -> Patch:
    return Patch.of(triples(added), triples(removed))


@cache
def _quads() -> tuple[Quad, ...]:
    graphs = parse_sources(read_sources(graph_home()))
    contributed = triples(CONTRIBUTED)
    inferred = infer({**graphs, CORE_GRAPH: [*graphs[CORE_GRAPH], *contributed]}, reasoner())
    return tuple(dataset({**graphs, CONTRIBUTION_GRAPH + "1": contributed}, inferred))


def published() -> Published:
    """Publish the curated graph and one contribution."""
    return Published.of(_quads())


class Court:
    """A judge on the small publication, asked with Turtle."""

    def __init__(self) -> None:
        self.published = published()
        self.judge = Judge(self.published)

    def findings(self, added: str = "", removed: str = "", severity: str = "Violation") -> list[Finding]:
        """Give the findings of one severity on a change."""
        report = self.judge.judge(patch(added, removed))
        return [finding for finding in report.findings if finding.severity == severity]

    def only(self, added: str = "", removed: str = "", severity: str = "Violation") -> Finding:
        """Give the one finding of a severity."""
        findings = self.findings(added, removed, severity)
        assert len(findings) == 1, findings
        return findings[0]


def node(name: str) -> str:
    """Give the IRI of a name with a prefix."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def named(name: str) -> NamedNode:
    return NamedNode(node(name))
