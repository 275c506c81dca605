"""What a contribution may not say, whatever it says."""

from __future__ import annotations

import pytest
from pyoxigraph import Triple

from contributions.small_publication import Court, named, node, published, triples
from khyber.contributions.judge import Judge
from khyber.contributions.patch import Patch
from khyber.contributions.policy import Policy

NAMED = 'a khyber:Actor ; rdfs:label "A"@en ; khyber:mentionedIn source:second .'


@pytest.fixture(scope="module")
def court() -> Court:
    return Court()


@pytest.mark.parametrize(
    ("added", "rule", "says"),
    [
        ("khyber:Attack rdfs:comment 'fierce' .", Policy.FIXED_TERM, "a term of the ontology"),
        ("<https://w3id.org/khyber/ontology> rdfs:comment 'x' .", Policy.FIXED_TERM, "files of ontology/"),
        ("shape:Event rdfs:label 'x' .", Policy.FIXED_TERM, "one of the shapes"),
        ("graph:core rdfs:label 'x' .", Policy.FIXED_TERM, "one of the named graphs"),
        ("<https://w3id.org/khyber/contribution/1> rdfs:label 'x' .", Policy.FIXED_TERM, "record of a contr"),
        ("stance:shouts a skos:Concept .", Policy.NODE_IRI, "lies in a code list"),
        ("<http://example.org/a> " + NAMED, Policy.NODE_IRI, "lies outside"),
        ("<https://w3id.org/khyber/id/actr/a> " + NAMED, Policy.NODE_IRI, "Did you mean actor?"),
        ("actor:Big_Name " + NAMED, Policy.NODE_IRI, "id/actor/big-name"),
        ("[] " + NAMED, Policy.BLANK_NODE, "Give it an IRI"),
        ("actor:ttp owl:sameAs actor:pakistan .", Policy.SAME_AS, "merge"),
        ("actor:ttp khyber:clamant actor:pakistan .", Policy.VOCABULARY, "Did you mean khyber:claimant?"),
        ("actor:ttp a khyber:ArmedGrup .", Policy.VOCABULARY, "Did you mean khyber:ArmedGroup?"),
    ],
)
def test_a_statement_is_refused_with_a_remedy(court: Court, added: str, rule: Policy, says: str) -> None:
    findings = [each for each in court.findings(added) if each.constraint == rule]
    assert findings != []
    assert any(says in each.message for each in findings), [each.message for each in findings]


def test_nothing_is_imported(court: Court) -> None:
    rules = {each.constraint for each in court.findings("actor:ttp owl:imports <http://example.org/> .")}
    assert rules == {Policy.IMPORT}


def test_a_triple_does_not_stand_in_a_triple() -> None:
    claim = Triple(named("actor:ttp"), named("khyber:side"), named("side:taliban"))
    odd = Patch.of([Triple(named("actor:ttp"), named("khyber:side"), claim)])
    report = Judge(published()).judge(odd)
    assert [each.constraint for each in report.findings] == [Policy.TRIPLE_TERM]


def test_what_is_removed_must_be_asserted_and_the_message_says_what_is(court: Court) -> None:
    finding = court.only(removed='event:raid rdfs:label "Riad"@en .')
    assert finding.constraint == Policy.NOT_ASSERTED
    assert finding.focus == node("event:raid")
    assert '"Raid"@en' in finding.message


def test_an_inferred_statement_cannot_be_removed_and_its_premises_are_told(court: Court) -> None:
    finding = court.only(removed="actor:pakistan khyber:claimantOf assertion:raid .")
    assert finding.constraint == Policy.INFERRED
    assert "assertion:raid khyber:claimant actor:pakistan" in finding.message


def test_a_statement_of_the_ontology_cannot_be_removed(court: Court) -> None:
    finding = court.only(removed="khyber:Attack rdfs:subClassOf khyber:Event .")
    assert finding.constraint == Policy.FIXED_TERM


def test_what_stands_already_is_remarked_once_a_node_and_judged_no_further(court: Court) -> None:
    again = 'event:raid a khyber:Attack ; rdfs:label "Raid"@en .'
    report = court.judge.judge(Patch.of(triples(again)))
    (finding,) = report.findings
    assert (finding.severity, finding.constraint) == ("Info", Policy.ALREADY_STANDS)
    assert finding.message.startswith("2 of the statements about event:raid stand in the graph already")


def test_a_contribution_that_is_too_large_is_not_looked_at() -> None:
    judge = Judge(published(), most_triples=2)
    report = judge.judge(Patch.of(triples("actor:a " + NAMED)))
    (finding,) = report.findings
    assert finding.constraint == Policy.SIZE
    assert "3 triples; the limit is 2" in finding.message


def test_a_contribution_that_says_nothing_is_told_so(court: Court) -> None:
    (finding,) = court.judge.judge(Patch()).findings
    assert (finding.severity, finding.constraint) == ("Info", Policy.NOTHING)
