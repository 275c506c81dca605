"""Nodes as the generator writes them: blocks of triples in N-Triples, without the dot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bench.world import node_iri, source_iri

from khyber.rdf.namespaces import ID, RDF, RDFS, TERM, XSD

A = f"<{RDF}type>"
LABEL = f"<{RDFS}label>"

Block = list[str]
"""What is said about one thing."""

Said = tuple[str, str]
"""A property of ours and its value as in N-Triples."""


def term(name: str) -> str:
    return f"<{TERM}{name}>"


def code(name: str) -> str:
    return f"<{ID}{name}>"


def english(text: str) -> str:
    return f'"{text}"@en'


def on_day(day: date) -> str:
    return f'"{day.isoformat()}"^^<{XSD}date>'


def typed(value: str, datatype: str) -> str:
    return f'"{value}"^^<{XSD}{datatype}>'


def node_block(iri: str, kind: str, label: str, *said: Said, mentioned: int | None = None) -> Block:
    """Say of a node its class, its label, and pairs of a property of ours and a term as in N-Triples."""
    subject = f"<{iri}>"
    block = [f"{subject} {A} {term(kind)}", f"{subject} {LABEL} {english(label)}"]
    block += [f"{subject} {term(name)} {value}" for name, value in said]
    if mentioned is not None:
        block.append(f"{subject} {term('mentionedIn')} <{source_iri(mentioned)}>")
    return block


@dataclass(frozen=True)
class Voice:
    """Who says something, in which source, and when; the source by its number."""

    claimant: str
    source: int
    day: date


def assertion(name: str, kind: str, label: str, voice: Voice, *said: Said, stance: str = "claims") -> Block:
    """Say that somebody says something, with all that the shapes ask of an assertion."""
    return node_block(
        node_iri("assertion", name),
        kind,
        label,
        ("claimant", f"<{voice.claimant}>"),
        ("stance", code(f"stance/{stance}")),
        ("source", f"<{source_iri(voice.source)}>"),
        ("sentence", typed(str(len(name) + voice.day.day), "integer")),
        ("earliestDate", on_day(voice.day)),
        ("latestDate", on_day(voice.day)),
        ("datePrecision", code("precision/day")),
        *said,
    )
