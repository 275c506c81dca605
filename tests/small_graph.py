"""A graph home of a few triples, in which each part that the compile looks at occurs once."""

from __future__ import annotations

from pathlib import Path

PREFIXES = """\
@prefix actor: <https://w3id.org/khyber/id/actor/> .
@prefix khyber: <https://w3id.org/khyber/ontology#> .
@prefix stance: <https://w3id.org/khyber/id/stance/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/khyber/shapes#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""

ONTOLOGY = (
    PREFIXES
    + """
khyber:Actor a owl:Class .
khyber:State a owl:Class ; rdfs:subClassOf khyber:Actor .
khyber:ArmedGroup a owl:Class ; rdfs:subClassOf khyber:Actor ; owl:disjointWith khyber:State .
khyber:Spoken a owl:Class ;
    owl:equivalentClass [ a owl:Restriction ; owl:onProperty khyber:stance ; owl:hasValue stance:claims ] .
khyber:alliedWith a owl:ObjectProperty , owl:SymmetricProperty .
khyber:stance a owl:ObjectProperty .
khyber:name a owl:DatatypeProperty .
skos:Concept a owl:Class .
"""
)

VOCABULARY = (
    PREFIXES
    + """
stance:claims a skos:Concept ; skos:prefLabel "claims"@en .
"""
)

SHAPES = (
    PREFIXES
    + """
shape:Actor a sh:NodeShape ; sh:targetClass khyber:Actor ; sh:property shape:Actor-name , shape:Actor-stance ,
    [ sh:path khyber:alliedWith ; sh:class khyber:Actor ; sh:message "An ally is an actor." ] .
shape:Actor-name a sh:PropertyShape ; sh:path khyber:name ; sh:minCount 1 ;
    sh:message "An actor has a name; add khyber:name." .
shape:Actor-stance a sh:PropertyShape ; sh:path khyber:stance ; sh:class skos:Concept ;
    sh:severity sh:Warning ; sh:message "A stance is a code of the list of stances." .
"""
)

DATA = """\
@prefix actor: <https://w3id.org/khyber/id/actor/> .
@prefix khyber: <https://w3id.org/khyber/ontology#> .
@prefix stance: <https://w3id.org/khyber/id/stance/> .

actor:north a khyber:State ;
    khyber:alliedWith actor:south ;
    khyber:name "North" ;
    khyber:stance stance:claims .

actor:south a khyber:State ;
    khyber:name "South" .
"""

CHECK = """\
# Every actor has a name.
PREFIX khyber: <https://w3id.org/khyber/ontology#>
SELECT ?actor { ?actor a khyber:Actor FILTER NOT EXISTS { ?actor khyber:name ?name } }
"""

QUERY = """\
# title: Allies
# description: Who is allied with whom,
#   in both directions.
# tags: alliance, actor

PREFIX khyber: <https://w3id.org/khyber/ontology#>
SELECT ?one ?other { ?one khyber:alliedWith ?other } ORDER BY ?one
"""

FILES = {
    "ontology/khyber.ttl": ONTOLOGY,
    "ontology/vocabularies/stances.ttl": VOCABULARY,
    "ontology/checks/names.rq": CHECK,
    "shapes/actors.ttl": SHAPES,
    "data/triples.ttl": DATA,
    "data/queries/allies.rq": QUERY,
}


def write_home(folder: Path, **changed: str) -> Path:
    """Write the graph into a folder; ``changed`` replaces the text of a file, named by its stem."""
    stems = {Path(name).stem: name for name in FILES}
    texts = {**FILES, **{stems[stem]: text for stem, text in changed.items()}}
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
