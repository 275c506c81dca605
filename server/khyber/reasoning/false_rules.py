"""The OWL 2 RL/RDF rules whose consequent is *false*: what must not be in a consistent graph.

Names as in OWL 2 Profiles, section 4.3, tables 4 to 8. Each is a SELECT over a closure: one variable is
the node that the contradiction is about, and its message says the rest in English. ``{x}`` is the name of a
node, ``{x:a}`` the name with its article. Symmetric pairs are found twice and told once.
"""

from __future__ import annotations

from dataclasses import dataclass

from khyber.rdf.namespaces import OWL, RDF, RDFS

PREFIXES = f"PREFIX rdf: <{RDF}> PREFIX rdfs: <{RDFS}> PREFIX owl: <{OWL}> "


@dataclass(frozen=True)
class FalseRule:
    """A pattern that contradicts an axiom: the graph pattern, the variable in focus, and the message."""

    name: str
    focus: str
    pattern: str
    message: str

    @property
    def query(self) -> str:
        """The SELECT that finds each case once."""
        return f"{PREFIXES}SELECT DISTINCT * WHERE {{ {self.pattern} }}"


_TWO_CELLS = "/rdf:rest* ?i, ?j . FILTER(!sameTerm(?i, ?j)) ?i rdf:first ?%s . ?j rdf:first ?%s . "
"""Two cells of a list, not two members: in a closure a cell holds all that its member is the same as."""
_TWO_MEMBERS = "owl:members" + _TWO_CELLS % ("a", "b") + "FILTER(!sameTerm(?a, ?b)) "
_TWO_DIFFERENT = _TWO_CELLS % ("x", "y") + "?x owl:sameAs ?y . FILTER(!sameTerm(?x, ?y))"
_NOT_SAME = "Take back the statement that makes them the same, or the one that makes them different."
_WRONG_TYPE = "Look for the type that is wrong, or for the property whose domain or range gave it."

FALSE_RULES: tuple[FalseRule, ...] = (
    FalseRule(
        "eq-diff1",
        "x",
        "?x owl:differentFrom ?y . "
        "FILTER(IF(sameTerm(?x, ?y), NOT EXISTS { ?x owl:sameAs ?z }, "
        "EXISTS { ?x owl:sameAs|^owl:sameAs ?y }))",
        f"{{x}} and {{y}} are the same and different. {_NOT_SAME}",
    ),
    FalseRule(
        "eq-diff2",
        "x",
        f"?group a owl:AllDifferent ; owl:members{_TWO_DIFFERENT}",
        f"{{x}} and {{y}} are the same, but they stand in a list of things that all differ. {_NOT_SAME}",
    ),
    FalseRule(
        "eq-diff3",
        "x",
        f"?group a owl:AllDifferent ; owl:distinctMembers{_TWO_DIFFERENT}",
        f"{{x}} and {{y}} are the same, but they stand in a list of things that all differ. {_NOT_SAME}",
    ),
    FalseRule(
        "dt-diff",
        "x",
        "?p a owl:FunctionalProperty . ?x ?p ?y, ?z . FILTER(isLiteral(?y) && isLiteral(?z) && ?y != ?z)",
        "{x} has two values of “{p}”, which allows one: {y} and {z}. Keep one of them.",
    ),
    FalseRule(
        "dt-diff",
        "x",
        "?r owl:maxCardinality ?one ; owl:onProperty ?p . FILTER(?one = 1) ?x a ?r ; ?p ?y, ?z . "
        "FILTER(isLiteral(?y) && isLiteral(?z) && ?y != ?z)",
        "{x} has two values of “{p}” where one is allowed: {y} and {z}. Keep one of them.",
    ),
    FalseRule(
        "prp-irp",
        "x",
        "?p a owl:IrreflexiveProperty . ?x ?p ?x",
        "{x} stands in the relation “{p}” to itself, which nothing can. Name another node, or take it out.",
    ),
    FalseRule(
        "prp-asyp",
        "x",
        "?p a owl:AsymmetricProperty . ?x ?p ?y . ?y ?p ?x",
        "“{p}” holds from {x} to {y} and from {y} to {x}; it can hold one way only. Take one of the two out.",
    ),
    FalseRule(
        "prp-pdw",
        "x",
        "?a owl:propertyDisjointWith ?b . ?x ?a ?y . ?x ?b ?y",
        "{x} is joined to {y} by “{a}” and by “{b}”, which exclude each other. Take one of the two out.",
    ),
    FalseRule(
        "prp-adp",
        "x",
        f"?group a owl:AllDisjointProperties ; {_TWO_MEMBERS}?x ?a ?y . ?x ?b ?y",
        "{x} is joined to {y} by “{a}” and by “{b}”, which exclude each other. Take one of the two out.",
    ),
    FalseRule(
        "prp-npa1",
        "x",
        "?n owl:sourceIndividual ?x ; owl:assertionProperty ?p ; owl:targetIndividual ?y . ?x ?p ?y",
        "“{p}” holds from {x} to {y}, which is expressly denied. Take one of the two statements out.",
    ),
    FalseRule(
        "prp-npa2",
        "x",
        "?n owl:sourceIndividual ?x ; owl:assertionProperty ?p ; owl:targetValue ?y . ?x ?p ?y",
        "{x} has the value {y} of “{p}”, which is expressly denied. Take one of the two statements out.",
    ),
    FalseRule(
        "cls-nothing2",
        "x",
        "?x a owl:Nothing",
        "{x} belongs to owl:Nothing, which has no members. Look for the axiom that puts it there.",
    ),
    FalseRule(
        "cls-com",
        "x",
        "?a owl:complementOf ?b . ?x a ?a . FILTER(sameTerm(?b, owl:Thing) || EXISTS { ?x a ?b })",
        "{x} is {a:a} and {b:a}, and each excludes the other. Take one of the two types out.",
    ),
    FalseRule(
        "cls-maxc1",
        "x",
        "?r owl:maxCardinality ?zero ; owl:onProperty ?p . FILTER(?zero = 0) ?x a ?r ; ?p ?y",
        "{x} has the value {y} of “{p}”, but its class allows none. Take out the value or the type.",
    ),
    FalseRule(
        "cls-maxqc1",
        "x",
        "?r owl:maxQualifiedCardinality ?zero ; owl:onProperty ?p ; owl:onClass ?a . FILTER(?zero = 0) "
        "?x a ?r ; ?p ?y . ?y a ?a . FILTER(!sameTerm(?a, owl:Thing))",
        "{x} has the value {y} of “{p}”, {a:a}, but its class allows no such value. "
        "Take out the value or the type.",
    ),
    FalseRule(
        "cls-maxqc2",
        "x",
        "?r owl:maxQualifiedCardinality ?zero ; owl:onProperty ?p ; owl:onClass owl:Thing . "
        "FILTER(?zero = 0) ?x a ?r ; ?p ?y",
        "{x} has the value {y} of “{p}”, but its class allows none. Take out the value or the type.",
    ),
    FalseRule(
        "cax-dw",
        "x",
        "?a owl:disjointWith ?b . ?x a ?a . ?x a ?b",
        f"{{x}} is both {{a:a}} and {{b:a}}, which are disjoint: nothing can be both. {_WRONG_TYPE}",
    ),
    FalseRule(
        "cax-adc",
        "x",
        f"?group a owl:AllDisjointClasses ; {_TWO_MEMBERS}?x a ?a . ?x a ?b",
        f"{{x}} is both {{a:a}} and {{b:a}}, which are disjoint: nothing can be both. {_WRONG_TYPE}",
    ),
)
