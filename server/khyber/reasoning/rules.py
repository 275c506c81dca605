"""The OWL 2 RL/RDF rules that derive triples, as a table.

Names and contents are those of OWL 2 Web Ontology Language Profiles (Second Edition), section 4.3, tables 4
to 9: https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules. A rule with
several triples in its head stands once for each. The rules that need an RDF list or a number are made for
each axiom by :mod:`khyber.reasoning.axioms`; those whose consequent is false are in
:mod:`khyber.reasoning.false_rules`.
"""

from __future__ import annotations

from dataclasses import dataclass

from khyber.rdf.namespaces import OWL, RDF, RDFS

Pattern = tuple[str, str, str]
"""Subject, predicate and object in SPARQL's notation: ``?variable`` or ``<IRI>``."""

_PREFIXES = {"rdf": RDF, "rdfs": RDFS, "owl": OWL}


@dataclass(frozen=True)
class Rule:
    """If all patterns of the body hold, so does the head.

    The two variables of ``distinct`` must be bound to different terms; ``nodes`` must not be bound to
    literals.
    """

    name: str
    body: tuple[Pattern, ...]
    head: Pattern
    distinct: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()


def rule(name: str, body: str, head: str, *, distinct: str = "", nodes: str = "") -> Rule:
    """Read a rule from text: terms parted by blanks, patterns by `` . ``, ``a`` for rdf:type."""
    patterns = tuple(_pattern(part) for part in body.split(" . "))
    return Rule(name, patterns, _pattern(head), tuple(distinct.split()), tuple(nodes.split()))


def _pattern(text: str) -> Pattern:
    subject, predicate, thing = (_term(part) for part in text.split())
    return subject, predicate, thing


def _term(text: str) -> str:
    if text.startswith(("?", "<")):
        return text
    if text == "a":
        return f"<{RDF}type>"
    prefix, name = text.split(":")
    return f"<{_PREFIXES[prefix]}{name}>"


SCHEMA_RULES: tuple[Rule, ...] = (
    rule("scm-cls", "?c a owl:Class", "?c rdfs:subClassOf ?c"),
    rule("scm-cls", "?c a owl:Class", "?c rdfs:subClassOf owl:Thing"),
    rule("scm-cls", "?c a owl:Class", "owl:Nothing rdfs:subClassOf ?c"),
    rule("scm-op", "?p a owl:ObjectProperty", "?p rdfs:subPropertyOf ?p"),
    rule("scm-dp", "?p a owl:DatatypeProperty", "?p rdfs:subPropertyOf ?p"),
    # Not of OWL 2 RL but of RDFS (rdfs6): a property declared in RDFS is as good as one declared in OWL.
    rule("rdfs6", "?p a rdf:Property", "?p rdfs:subPropertyOf ?p"),
    rule("scm-eqc1", "?c1 owl:equivalentClass ?c2", "?c1 rdfs:subClassOf ?c2", distinct="?c1 ?c2"),
    rule("scm-eqc1", "?c1 owl:equivalentClass ?c2", "?c2 rdfs:subClassOf ?c1", distinct="?c1 ?c2"),
    rule("scm-eqp1", "?p1 owl:equivalentProperty ?p2", "?p1 rdfs:subPropertyOf ?p2", distinct="?p1 ?p2"),
    rule("scm-eqp1", "?p1 owl:equivalentProperty ?p2", "?p2 rdfs:subPropertyOf ?p1", distinct="?p1 ?p2"),
    rule("scm-sco", "?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c3", "?c1 rdfs:subClassOf ?c3"),
    rule("scm-spo", "?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p3", "?p1 rdfs:subPropertyOf ?p3"),
    rule(
        "scm-eqc2",
        "?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c1",
        "?c1 owl:equivalentClass ?c2",
        distinct="?c1 ?c2",
    ),
    rule(
        "scm-eqp2",
        "?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p1",
        "?p1 owl:equivalentProperty ?p2",
        distinct="?p1 ?p2",
    ),
    rule("scm-dom1", "?p rdfs:domain ?c1 . ?c1 rdfs:subClassOf ?c2", "?p rdfs:domain ?c2"),
    rule("scm-dom2", "?p2 rdfs:domain ?c . ?p1 rdfs:subPropertyOf ?p2", "?p1 rdfs:domain ?c"),
    rule("scm-rng1", "?p rdfs:range ?c1 . ?c1 rdfs:subClassOf ?c2", "?p rdfs:range ?c2"),
    rule("scm-rng2", "?p2 rdfs:range ?c . ?p1 rdfs:subPropertyOf ?p2", "?p1 rdfs:range ?c"),
    rule(
        "scm-hv",
        "?c1 owl:hasValue ?i . ?c1 owl:onProperty ?p1 . ?c2 owl:hasValue ?i . ?c2 owl:onProperty ?p2 . "
        "?p1 rdfs:subPropertyOf ?p2",
        "?c1 rdfs:subClassOf ?c2",
    ),
    rule(
        "scm-svf1",
        "?c1 owl:someValuesFrom ?y1 . ?c1 owl:onProperty ?p . ?c2 owl:someValuesFrom ?y2 . "
        "?c2 owl:onProperty ?p . ?y1 rdfs:subClassOf ?y2",
        "?c1 rdfs:subClassOf ?c2",
    ),
    rule(
        "scm-svf2",
        "?c1 owl:someValuesFrom ?y . ?c1 owl:onProperty ?p1 . ?c2 owl:someValuesFrom ?y . "
        "?c2 owl:onProperty ?p2 . ?p1 rdfs:subPropertyOf ?p2",
        "?c1 rdfs:subClassOf ?c2",
    ),
    rule(
        "scm-avf1",
        "?c1 owl:allValuesFrom ?y1 . ?c1 owl:onProperty ?p . ?c2 owl:allValuesFrom ?y2 . "
        "?c2 owl:onProperty ?p . ?y1 rdfs:subClassOf ?y2",
        "?c1 rdfs:subClassOf ?c2",
    ),
    rule(
        "scm-avf2",
        "?c1 owl:allValuesFrom ?y . ?c1 owl:onProperty ?p1 . ?c2 owl:allValuesFrom ?y . "
        "?c2 owl:onProperty ?p2 . ?p1 rdfs:subPropertyOf ?p2",
        "?c2 rdfs:subClassOf ?c1",
    ),
)
"""The rules of table 9, which need no data: they are run to their end before the others, so that those start
from the whole hierarchy."""

DATA_RULES: tuple[Rule, ...] = (
    rule("eq-sym", "?x owl:sameAs ?y", "?y owl:sameAs ?x"),
    rule("eq-rep-s", "?s owl:sameAs ?s2 . ?s ?p ?o", "?s2 ?p ?o", distinct="?s ?s2"),
    rule("eq-rep-p", "?p owl:sameAs ?p2 . ?s ?p ?o", "?s ?p2 ?o", distinct="?p ?p2"),
    rule("eq-rep-o", "?o owl:sameAs ?o2 . ?s ?p ?o", "?s ?p ?o2", distinct="?o ?o2"),
    rule("prp-spo1", "?p1 rdfs:subPropertyOf ?p2 . ?x ?p1 ?y", "?x ?p2 ?y", distinct="?p1 ?p2"),
    rule("prp-symp", "?p a owl:SymmetricProperty . ?x ?p ?y", "?y ?p ?x"),
    rule("prp-inv1", "?p1 owl:inverseOf ?p2 . ?x ?p1 ?y", "?y ?p2 ?x"),
    rule("prp-inv2", "?p1 owl:inverseOf ?p2 . ?x ?p2 ?y", "?y ?p1 ?x"),
    rule("prp-trp", "?p a owl:TransitiveProperty . ?x ?p ?y . ?y ?p ?z", "?x ?p ?z"),
    rule("prp-dom", "?p rdfs:domain ?c . ?x ?p ?y", "?x a ?c"),
    rule("prp-rng", "?p rdfs:range ?c . ?x ?p ?y", "?y a ?c"),
    rule(
        "prp-fp",
        "?p a owl:FunctionalProperty . ?x ?p ?y1 . ?x ?p ?y2",
        "?y1 owl:sameAs ?y2",
        distinct="?y1 ?y2",
        nodes="?y1 ?y2",
    ),
    rule(
        "prp-ifp",
        "?p a owl:InverseFunctionalProperty . ?x1 ?p ?y . ?x2 ?p ?y",
        "?x1 owl:sameAs ?x2",
        distinct="?x1 ?x2",
        nodes="?x1 ?x2",
    ),
    rule("cax-sco", "?c1 rdfs:subClassOf ?c2 . ?x a ?c1", "?x a ?c2", distinct="?c1 ?c2"),
    rule(
        "cls-svf1",
        "?r owl:someValuesFrom ?c . ?r owl:onProperty ?p . ?u ?p ?v . ?v a ?c",
        "?u a ?r",
    ),
    rule("cls-svf2", "?r owl:someValuesFrom owl:Thing . ?r owl:onProperty ?p . ?u ?p ?v", "?u a ?r"),
    rule("cls-avf", "?r owl:allValuesFrom ?c . ?r owl:onProperty ?p . ?u a ?r . ?u ?p ?v", "?v a ?c"),
    rule("cls-hv1", "?r owl:hasValue ?v . ?r owl:onProperty ?p . ?u a ?r", "?u ?p ?v"),
    rule("cls-hv2", "?r owl:hasValue ?v . ?r owl:onProperty ?p . ?u ?p ?v", "?u a ?r"),
)
"""The rules of tables 4 to 8 that hold for every axiom alike."""

SUBSUMED: dict[str, str] = {
    "eq-trans": "eq-rep-o",
    "prp-eqp1": "scm-eqp1 and prp-spo1",
    "prp-eqp2": "scm-eqp1 and prp-spo1",
    "cax-eqc1": "scm-eqc1 and cax-sco",
    "cax-eqc2": "scm-eqc1 and cax-sco",
    "cls-int2": "scm-int and cax-sco",
    "cls-uni": "scm-uni and cax-sco",
}
"""The rules that are not run because others give all that they give."""

LEFT_OUT: dict[str, str] = {
    "eq-ref": "everything is the same as itself, which nobody asks",
    "prp-ap": "types of the vocabulary's own annotation properties",
    "dt-type1": "types of the datatypes themselves",
    "dt-eq": "a literal as subject",
    "dt-diff": "a literal as subject",
}
"""The rules that are not run: :func:`khyber.reasoning.comparable.comparable` leaves out all that they give,
and nothing else follows from it. (Two values where one is allowed are found by the rule dt-diff of
:mod:`khyber.reasoning.false_rules`.)"""
