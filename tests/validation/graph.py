"""A small ontology, small shapes and a small graph on which the validation tests work."""

from __future__ import annotations

ONTOLOGY = """
<https://w3id.org/khyber/ontology> a owl:Ontology .
khyber:Actor a owl:Class .
khyber:State a owl:Class ; rdfs:subClassOf khyber:Actor .
khyber:ArmedGroup a owl:Class ; rdfs:subClassOf khyber:Actor , [ a owl:Restriction ] .
khyber:Assertion a owl:Class .
khyber:Accusation a owl:Class ; rdfs:subClassOf khyber:Assertion .
khyber:Sheltering a owl:Class .
skos:Concept a owl:Class .
khyber:claimant a owl:ObjectProperty ; rdfs:range khyber:Actor .
khyber:alleges a owl:ObjectProperty .
khyber:stance a owl:ObjectProperty .
khyber:earliestDate a owl:DatatypeProperty .
khyber:latestDate a owl:DatatypeProperty .
khyber:value a owl:DatatypeProperty .
skos:prefLabel a owl:AnnotationProperty .
skos:inScheme a owl:ObjectProperty .
<https://w3id.org/khyber/id/stance> a skos:ConceptScheme .
stance:claims a skos:Concept ;
    skos:inScheme <https://w3id.org/khyber/id/stance> ; skos:prefLabel "claims"@en .
stance:denies a skos:Concept ;
    skos:inScheme <https://w3id.org/khyber/id/stance> ; skos:prefLabel "denies"@en .
"""

SHAPES = """
<https://w3id.org/khyber/shapes> a owl:Ontology ;
    sh:declare [ sh:prefix "khyber" ; sh:namespace "https://w3id.org/khyber/ontology#"^^xsd:anyURI ] .
shape:Assertion a sh:NodeShape ;
    sh:targetClass khyber:Assertion ;
    sh:property shape:AssertionClaimant , shape:AssertionStance , shape:AssertionDate .
shape:AssertionClaimant a sh:PropertyShape ;
    sh:path khyber:claimant ; sh:minCount 1 ; sh:maxCount 1 ; sh:class khyber:Actor ;
    sh:message "An assertion has one claimant, an actor. Name the actor who says it."@en ,
        "Eine Behauptung hat genau einen Urheber."@de .
shape:AssertionStance a sh:PropertyShape ;
    sh:path khyber:stance ; sh:class skos:Concept ; sh:severity sh:Warning ;
    sh:message "A stance comes from the code list. Choose one."@en .
shape:AssertionDate a sh:PropertyShape ;
    sh:path khyber:earliestDate ; sh:datatype xsd:date ; sh:lessThanOrEquals khyber:latestDate ;
    sh:message "A date is a full date, not after the latest. Write YYYY-MM-DD."@en .
shape:Alleged a sh:NodeShape ;
    sh:targetClass khyber:Sheltering ; sh:property shape:AllegedBySomebody .
shape:AllegedBySomebody a sh:PropertyShape ;
    sh:path [ sh:inversePath khyber:alleges ] ; sh:minCount 1 ;
    sh:message "A sheltering is alleged by somebody. Add the assertion that alleges it."@en .
shape:ClaimantHasLabel a sh:NodeShape ;
    sh:targetObjectsOf khyber:claimant ;
    sh:property shape:ClaimantLabel .
shape:ClaimantLabel a sh:PropertyShape ;
    sh:path skos:prefLabel ; sh:minCount 1 ; sh:severity sh:Info ;
    sh:message "A claimant has a label. Add skos:prefLabel."@en .
shape:SelfAccusation a sh:NodeShape ;
    sh:targetClass khyber:Accusation ;
    sh:or (
        [ sh:property [ sh:path khyber:alleges ; sh:maxCount 0 ] ]
        [ sh:property [ sh:path khyber:value ; sh:maxCount 0 ] ] ) ;
    sh:message "An accusation has no figure. Put it on a claim of its own."@en ;
    sh:sparql shape:SelfAccusationQuery .
shape:SelfAccusationQuery
    sh:prefixes <https://w3id.org/khyber/shapes> ;
    sh:message "{?value} says this and is denied. Remove one."@en ;
    sh:select "SELECT $this ?value WHERE { $this khyber:claimant ?value . ?value khyber:denies $this }" .
"""

DATA = """
actor:pakistan a khyber:State ; skos:prefLabel "Pakistan"@en .
actor:ttp a khyber:ArmedGroup ; skos:prefLabel "TTP"@en .
situation:haven a khyber:Sheltering .
assertion:a1 a khyber:Accusation ; khyber:claimant actor:pakistan ; khyber:stance stance:claims ;
    khyber:alleges situation:haven ;
    khyber:earliestDate "2026-02-26"^^xsd:date ; khyber:latestDate "2026-02-27"^^xsd:date .
"""
