"""A graph with names of the kinds that are hard to tell apart, for tests."""

from __future__ import annotations

import pyoxigraph as ox
from pyoxigraph import RdfFormat

from khyber.engine.memory import MemoryEngine
from khyber.engine.published import load_published
from khyber.reconciliation.asking import NameQuery
from khyber.reconciliation.index import Index
from khyber.reconciliation.matching import Candidate, answer_batch
from khyber.reconciliation.reading import read_catalogue

GRAPH = """\
PREFIX actor: <https://w3id.org/khyber/id/actor/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX graph: <https://w3id.org/khyber/graph/>
PREFIX khyber: <https://w3id.org/khyber/ontology#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX person: <https://w3id.org/khyber/id/person/>
PREFIX place: <https://w3id.org/khyber/id/place/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wd: <http://www.wikidata.org/entity/>
graph:ontology {
  khyber:Actor a owl:Class ; rdfs:label "actor"@en .
  khyber:State a owl:Class ; rdfs:label "state"@en ; rdfs:subClassOf khyber:Actor .
  khyber:ArmedGroup a owl:Class ; rdfs:label "armed group"@en ; rdfs:subClassOf khyber:Actor .
  khyber:Person a owl:Class ; rdfs:label "person"@en .
  khyber:Place a owl:Class ; rdfs:label "place"@en .
  khyber:City a owl:Class ; rdfs:label "city"@en ; rdfs:subClassOf khyber:Place .
  khyber:Province a owl:Class ; rdfs:label "province"@en ; rdfs:subClassOf khyber:Place .
  khyber:locatedIn a owl:ObjectProperty ; rdfs:label "located in"@en ; rdfs:range khyber:Place .
}
graph:core {
  actor:pakistan a khyber:State , khyber:Actor ; rdfs:label "Pakistan"@en , "پاکستان"@ur .
  actor:ttp a khyber:ArmedGroup , khyber:Actor ;
    rdfs:label "Tehrik-i-Taliban Pakistan"@en ; skos:altLabel "TTP"@en , "د پاکستان د طالبانو غورځنګ"@ps .
  actor:old a khyber:ArmedGroup ; rdfs:label "Movement of old"@en ; owl:deprecated true .
  actor:double dcterms:isReplacedBy actor:ttp ; rdfs:label "Tehrik Pakistan"@en .
  person:asif a khyber:Person ; rdfs:label "Khawaja Mohammad Asif"@en ; skos:altLabel "Mr Asif"@en .
  person:one a khyber:Person ; rdfs:label "Gul Khan"@en ; khyber:locatedIn place:kandahar .
  person:two a khyber:Person ; rdfs:label "Gul Khan"@en ; khyber:locatedIn place:herat .
  place:kandahar a khyber:City , khyber:Place ; rdfs:label "Kandahar"@en .
  place:herat a khyber:City , khyber:Place ; rdfs:label "Herat (city)"@en .
  place:herat-province a khyber:Province , khyber:Place ; rdfs:label "Herat (province)"@en .
  place:paktika a khyber:Province , khyber:Place ; rdfs:label "Paktika"@en .
  place:south a khyber:Place ; rdfs:label "Southern Khyber Pakhtunkhwa"@en .
  place:group-12 a khyber:Place ; rdfs:label "Camp 12"@en .
  place:group-13 a khyber:Place ; rdfs:label "Camp 13"@en .
}
graph:mappings { actor:pakistan skos:exactMatch wd:Q843 . }
"""


def engine(extra: str = "") -> MemoryEngine:
    """Load the graph, with more of it."""
    return load_published([*ox.parse(GRAPH + extra, format=RdfFormat.TRIG)], "1")


def index() -> Index:
    """Index the graph."""
    return Index(read_catalogue(engine()))


def asked(name: str, *types: str, **told: object) -> tuple[Candidate, ...]:
    """Give the candidates for a name."""
    query = NameQuery(name, types, **told)  # type: ignore[arg-type]
    return answer_batch(engine(), index(), {"q": query})["q"]


def match(name: str, *types: str, **told: object) -> str | None:
    """Give the id of the node that a name matches, if any."""
    return next((found.entity.id for found in asked(name, *types, **told) if found.is_match), None)
