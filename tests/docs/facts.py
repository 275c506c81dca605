"""What the documentation says that the code and the data know: run this file to print it anew."""

from __future__ import annotations

import csv
import sys

from pyoxigraph import Quad

from khyber.config import SETTINGS, graph_home
from khyber.rdf.namespaces import OWL, RDF, RDFS, SH, TERM
from khyber.rdf.reading import read_file
from khyber.release.queries import example_queries

RULE_PARAMETERS = {
    SH + name
    for name in [
        "class",
        "datatype",
        "disjoint",
        "equals",
        "hasValue",
        "in",
        "lessThanOrEquals",
        "maxCount",
        "maxInclusive",
        "maxLength",
        "minCount",
        "minInclusive",
        "minLength",
        "nodeKind",
        "not",
        "or",
        "pattern",
        "qualifiedValueShape",
        "sparql",
        "uniqueLang",
    ]
}


def quads_of(folder: str) -> list[Quad]:
    files = sorted(path for path in (graph_home() / folder).rglob("*.ttl"))
    return [quad for path in files for quad in read_file(path)]


def facts() -> list[str]:
    """Give the rows of the table of facts in README.md."""
    ontology, data, shapes = quads_of("ontology"), quads_of("data"), quads_of("shapes")
    kinds = {kind: set[str]() for kind in ("Class", "ObjectProperty", "DatatypeProperty")}
    for quad in ontology:
        kind = str(getattr(quad.object, "value", "")).removeprefix(OWL)
        subject = str(getattr(quad.subject, "value", ""))
        if quad.predicate.value == RDF + "type" and kind in kinds and subject.startswith(TERM):
            kinds[kind].add(subject)
    properties = len(kinds["ObjectProperty"] | kinds["DatatypeProperty"])
    classes = subclasses_of(ontology, TERM + "Assertion")
    assertions = {
        quad.subject
        for quad in data
        if quad.predicate.value == RDF + "type" and getattr(quad.object, "value", "") in classes
    }
    rules = {
        quad.subject
        for quad in shapes
        if quad.predicate.value in RULE_PARAMETERS and "#" in str(getattr(quad.subject, "value", ""))
    }
    with (graph_home() / "tests" / "report.tsv").open(encoding="utf-8", newline="") as file:
        sentences = len(list(csv.DictReader(file, delimiter="\t")))
    examples = example_queries(graph_home())
    federated = sum(query.is_federated for query in examples)
    return [
        f"| source | one report of 28 February 2026, {sentences} sentences, each accounted for ([tests/report.tsv](tests/report.tsv)) |",
        f"| curated triples | {len(data):,} |",
        f"| assertions, each with claimant, stance, date and source | {len(assertions)} |",
        f"| ontology | {len(kinds['Class'])} classes, {properties} properties; OWL 2 DL and OWL 2 RL |",
        f"| shapes | {len(rules)} rules, each with a message that says how to mend what is wrong |",
        f"| example queries | {len(examples)}: {len(examples) - federated} with answers written by hand from the "
        f"report, {federated} that join Wikidata's data |",
    ]


def subclasses_of(ontology: list[Quad], top: str) -> set[str]:
    """Give a class and all below it."""
    found = {top}
    while True:
        below = {
            str(getattr(quad.subject, "value", ""))
            for quad in ontology
            if quad.predicate.value == RDFS + "subClassOf" and getattr(quad.object, "value", "") in found
        }
        if below <= found:
            return found
        found |= below


def settings() -> list[str]:
    """Give the rows of the table of settings in docs/settings.md."""
    return [f"| `{s.option}` | `{s.variable}` | {s.described_default()} | {s.help} |" for s in SETTINGS]


if __name__ == "__main__":
    rows = [
        "| | |",
        "|---|---|",
        *facts(),
        "",
        "| option | variable | default | |",
        "|---|---|---|---|",
        *settings(),
    ]
    sys.stdout.write("\n".join(rows) + "\n")
