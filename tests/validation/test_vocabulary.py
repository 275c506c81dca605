"""The closed vocabulary: what nothing declares is found, and what was meant is guessed."""

from __future__ import annotations

import pytest

from khyber.rdf.namespaces import PREFIXES, TERM
from khyber.validation.findings import Finding
from khyber.validation.vocabulary import unknown_terms
from validation.graph import DATA, ONTOLOGY
from validation.turtle import triples


def only(data: str) -> Finding:
    findings = unknown_terms(triples(data), triples(ONTOLOGY))
    assert len(findings) == 1, findings
    assert findings[0].severity == "Violation"
    return findings[0]


def test_a_graph_that_uses_declared_terms_has_no_findings() -> None:
    labels = 'assertion:a1 rdfs:label "first" ; rdfs:seeAlso <https://example.org/page> .'
    assert unknown_terms(triples(DATA + labels), triples(ONTOLOGY)) == []


@pytest.mark.parametrize("wrong", ["aleges", "Alleges", "alledges"])
def test_a_misspelt_property_is_found_and_the_right_one_suggested(wrong: str) -> None:
    finding = only(f"assertion:a1 khyber:{wrong} situation:haven .")
    assert finding.focus == PREFIXES["assertion"] + "a1"
    assert finding.path == TERM + wrong
    assert (
        finding.message == f"The ontology declares no property khyber:{wrong}. Did you mean khyber:alleges?"
    )


def test_a_property_like_no_other_gets_no_guess_but_a_remedy() -> None:
    finding = only("assertion:a1 khyber:zzz 3 .")
    assert (
        finding.message == "The ontology declares no property khyber:zzz. Look the term up in the ontology."
    )


def test_a_misspelt_class_is_found_and_the_right_one_suggested() -> None:
    finding = only("situation:haven a khyber:Shelterng .")
    assert finding.value == TERM + "Shelterng"
    assert (
        finding.message == "The ontology declares no class khyber:Shelterng. Did you mean khyber:Sheltering?"
    )


def test_a_class_used_as_a_property_is_found() -> None:
    assert (
        "declares no property khyber:Sheltering"
        in only("assertion:a1 khyber:Sheltering situation:haven .").message
    )


def test_a_code_that_its_list_lacks_is_found_and_the_right_one_suggested() -> None:
    finding = only("assertion:a1 khyber:stance stance:claim .")
    assert finding.value == PREFIXES["stance"] + "claim"
    assert finding.message == "The code list 'stance' has no stance:claim. Did you mean stance:claims?"


def test_a_code_like_no_other_gets_the_whole_list() -> None:
    finding = only("assertion:a1 khyber:stance stance:xyz .")
    assert (
        finding.message
        == "The code list 'stance' has no stance:xyz. Use one of: stance:claims, stance:denies."
    )


def test_a_property_of_a_known_vocabulary_that_the_ontology_does_not_reuse_is_found() -> None:
    assert only("assertion:a1 prov:wasQuotedFrom source:s1 .").message == (
        "The property prov:wasQuotedFrom is not used in this graph. Use a term that the ontology declares."
    )


def test_a_property_of_an_unknown_vocabulary_is_found() -> None:
    assert only('assertion:a1 <http://xmlns.com/foaf/0.1/nick> "x" .').message == (
        "The property http://xmlns.com/foaf/0.1/nick comes from a vocabulary that this graph does not use. "
        "Use a term that the ontology declares."
    )


def test_a_node_outside_the_id_namespace_is_found() -> None:
    finding = only('<https://example.org/ttp> skos:prefLabel "TTP" .')
    assert finding.focus == "https://example.org/ttp"
    assert finding.path is None
    assert "lies outside https://w3id.org/khyber/id/" in finding.message


def test_a_statement_about_a_term_of_the_ontology_is_found() -> None:
    assert "khyber:State lies outside" in only("khyber:State rdfs:comment 'mine' .").message


def test_a_statement_about_a_code_is_found() -> None:
    assert "belongs to the ontology" in only('stance:claims skos:prefLabel "says" .').message


def test_a_kind_of_node_that_there_is_not_is_found_and_the_right_one_suggested() -> None:
    finding = only('<https://w3id.org/khyber/id/actors/ttp> skos:prefLabel "TTP" .')
    assert finding.message.endswith("has the kind 'actors', which there is not. Did you mean actor?")


def test_a_node_without_a_name_is_found() -> None:
    assert (
        "has no name after its kind"
        in only('<https://w3id.org/khyber/id/actor/> skos:prefLabel "TTP" .').message
    )


def test_links_to_other_graphs_are_not_judged() -> None:
    assert (
        unknown_terms(
            triples("actor:ttp rdfs:seeAlso <http://www.wikidata.org/entity/Q1> ."), triples(ONTOLOGY)
        )
        == []
    )


def test_each_node_and_term_is_found_once() -> None:
    data = "assertion:a1 khyber:aleges actor:a , actor:b . assertion:a2 khyber:aleges actor:a ."
    assert [finding.focus for finding in unknown_terms(triples(data), triples(ONTOLOGY))] == [
        PREFIXES["assertion"] + "a1",
        PREFIXES["assertion"] + "a2",
    ]
