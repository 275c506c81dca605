"""What linked items add to what is said of nodes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pyoxigraph import Triple

from khyber.linking.enriching import enrich, proposal
from khyber.linking.nodes import Nodes
from khyber.linking.snapshot import Snapshot
from khyber.rdf.namespaces import PREFIXES
from khyber.rdf.reading import parse
from linking.wikibase import item

HEADER = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
DATA = """
place:herat a khyber:City ; rdfs:label "Herat"@en .
place:balkh a khyber:City ; rdfs:label "Balkh"@en ; skos:altLabel "بلخ"@ur ; wgs84:lat 36.7 ; wgs84:long 66.9 .
actor:north a khyber:ArmedGroup ; rdfs:label "North"@en .
"""
LINKS = "place:herat skos:exactMatch wd:Q9401 . place:balkh skos:exactMatch wd:Q9402 . actor:north skos:exactMatch wd:Q9403 ."
FETCHED = datetime(2026, 11, 22, 10, tzinfo=UTC)


def triples(text: str) -> list[Triple]:
    from pyoxigraph import RdfFormat

    return [quad.triple for quad in parse((HEADER + text).encode(), format=RdfFormat.TURTLE, source="test")]


def added(*records: dict[str, Any], links: str = LINKS) -> str:
    """The statements that are proposed, without comments and prefixes."""
    data = triples(DATA)
    snapshot = Snapshot({record["id"]: record for record in records}, FETCHED, "test")
    text = proposal(enrich(Nodes(data, triples(links)).all.values(), data, snapshot))
    return "\n".join(line for line in text.splitlines() if line and not line.startswith(("#", "@")))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (item("Q9401", "Herat", labels={"ur": "ہرات"}), 'place:herat rdfs:label "ہرات"@ur .'),
        (item("Q9401", "Hirat"), 'place:herat skos:altLabel "Hirat"@en .'),
        (item("Q9401", "HERAT"), ""),
        (item("Q9401", "Herat", labels={"de": "Herat (Stadt)"}), ""),
        (
            item("Q9401", "Herat", coordinates=(34, 62.25)),
            "place:herat wgs84:lat 34.0 ;\n    wgs84:long 62.25 .",
        ),
        (item("Q9402", "Balkh", labels={"ur": "بلخ"}, coordinates=(1, 2)), ""),
        (item("Q9403", "North", coordinates=(34, 62.25)), ""),
        ({"id": "Q9401", "missing": ""}, ""),
    ],
    ids=[
        "a name",
        "another name",
        "the same name",
        "another language",
        "coordinates",
        "known",
        "no place",
        "gone",
    ],
)
def test_names_and_coordinates_are_added_where_there_are_none(record: dict[str, Any], expected: str) -> None:
    assert added(record) == expected


def test_only_exact_matches_add_anything() -> None:
    close = LINKS.replace("exactMatch", "closeMatch")
    record = item("Q9401", "Herat", labels={"ur": "ہرات"})
    assert added(record, links=close) == ""
    assert added(record) != ""


def test_a_redirected_item_adds_nothing() -> None:
    data = triples(DATA)
    target = {**item("Q9499", "Herat", labels={"ur": "ہرات"}), "redirects": {"from": "Q9401", "to": "Q9499"}}
    nodes = Nodes(data, triples(LINKS)).all.values()
    assert enrich(nodes, data, Snapshot({"Q9401": target}, FETCHED, "test")) == []


def test_two_places_of_one_item_add_no_coordinates() -> None:
    record = item("Q9401", "Herat", coordinates=(34, 62.25))
    record["claims"]["P625"] += item("x", "x", coordinates=(1, 2))["claims"]["P625"]
    assert added(record) == ""
