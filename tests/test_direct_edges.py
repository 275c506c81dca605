"""Direct edges stand on assertions: what is alleged draws one, what is only denied or predicted draws none."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from khyber.config import graph_home
from khyber.rdf.namespaces import PREFIXES
from khyber.reasoning.base import reasoner
from khyber.release.sources import CORE_GRAPH, ONTOLOGY_GRAPH, parse_sources, read_sources

HOST = "actor:host a khyber:ArmedGroup . actor:guest a khyber:ArmedGroup . actor:accuser a khyber:State ."
SHELTERING = "situation:s a khyber:Sheltering ; khyber:host actor:host ; khyber:sheltered actor:guest ."


@pytest.fixture(scope="module")
def ontology() -> list[Triple]:
    return list(parse_sources(read_sources(graph_home()))[ONTOLOGY_GRAPH])


@pytest.fixture(scope="module")
def published() -> set[Triple]:
    graphs = parse_sources(read_sources(graph_home()))
    return reasoner().infer([*graphs[ONTOLOGY_GRAPH], *graphs[CORE_GRAPH]])


def triples(turtle: str) -> list[Triple]:
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    return [quad.triple for quad in parse(prefixes + turtle, format=RdfFormat.TURTLE)]


def drawn(ontology: list[Triple], turtle: str, edge: str) -> bool:
    (wanted,) = triples(edge)
    return wanted in reasoner().infer([*ontology, *triples(turtle)])


def test_an_accusation_draws_the_accusing_and_the_sheltering_edge(ontology: list[Triple]) -> None:
    said = f"""{HOST} {SHELTERING}
        assertion:a a khyber:Accusation ; khyber:claimant actor:accuser ; khyber:accused actor:host ; khyber:alleges situation:s ."""
    assert drawn(ontology, said, "actor:accuser khyber:accuses actor:host .")
    assert drawn(ontology, said, "actor:host khyber:accusedBy actor:accuser .")
    assert drawn(ontology, said, "actor:host khyber:allegedlyShelters actor:guest .")
    assert drawn(ontology, said, "actor:guest khyber:allegedlyShelteredBy actor:host .")


def test_a_situation_that_nobody_alleges_draws_no_edge(ontology: list[Triple]) -> None:
    assert not drawn(ontology, f"{HOST} {SHELTERING}", "actor:host khyber:allegedlyShelters actor:guest .")


def test_a_denial_draws_no_edge(ontology: list[Triple]) -> None:
    said = f"{HOST} {SHELTERING} assertion:d a khyber:Denial ; khyber:claimant actor:host ; khyber:contests situation:s ."
    assert not drawn(ontology, said, "actor:host khyber:allegedlyShelters actor:guest .")


def test_a_prediction_draws_no_edge(ontology: list[Triple]) -> None:
    said = f"{HOST} {SHELTERING} assertion:p a khyber:Assessment ; khyber:claimant actor:accuser ; khyber:predicts situation:s ."
    assert not drawn(ontology, said, "actor:host khyber:allegedlyShelters actor:guest .")


def test_a_claim_of_responsibility_makes_nobody_an_attacker(ontology: list[Triple]) -> None:
    said = f"""{HOST} event:e a khyber:Attack ; khyber:target actor:guest .
        assertion:r a khyber:ResponsibilityClaim ; khyber:claimant actor:host ; khyber:responsibilityFor event:e ."""
    assert drawn(ontology, said, "actor:host khyber:claimsResponsibilityFor event:e .")
    assert not drawn(ontology, said, "actor:host khyber:allegedlyAttacked actor:guest .")


def test_an_account_of_its_own_names_its_own_perpetrator(ontology: list[Triple]) -> None:
    said = f"""{HOST} event:e a khyber:Attack .
        assertion:one a khyber:EventReport ; khyber:alleges event:e ; khyber:allegedPerpetrator actor:host ; khyber:allegedTarget actor:guest .
        assertion:two a khyber:EventReport ; khyber:alleges event:e ; khyber:allegedPerpetrator actor:accuser ."""
    assert drawn(ontology, said, "actor:host khyber:allegedlyAttacked actor:guest .")
    assert not drawn(ontology, said, "actor:accuser khyber:allegedlyAttacked actor:guest .")


def test_a_branch_of_a_branch_is_a_branch_and_an_affiliate_of_both(ontology: list[Triple]) -> None:
    def branch(name: str, of: str) -> str:
        return (
            f"situation:{name} a khyber:Affiliation ; khyber:branch actor:{name} ; khyber:branchedFrom actor:{of} ."
            f"assertion:{name} a khyber:SituationReport ; khyber:alleges situation:{name} ."
        )

    said = branch("leaf", "branch") + branch("branch", "trunk")
    assert drawn(ontology, said, "actor:leaf khyber:allegedlyBranchOf actor:trunk .")
    assert drawn(ontology, said, "actor:trunk khyber:allegedlyHasBranch actor:leaf .")
    assert drawn(ontology, said, "actor:trunk khyber:allegedlyAffiliatedWith actor:leaf .")


@pytest.mark.parametrize(
    "edge",
    [
        "actor:pakistan khyber:accuses actor:afghan-taliban .",
        "actor:pakistan khyber:allegedlyShelters actor:afghan-taliban .",
        "actor:afghan-taliban khyber:allegedlyShelters actor:ttp .",
        "actor:ttp khyber:allegedlyAttacked actor:pakistan-armed-forces .",
        "actor:qatar khyber:mediatedBetween actor:pakistan .",
        "actor:afghanistan khyber:hadMediator actor:turkey .",
        "person:shehbaz-sharif khyber:holdsOffice office:prime-minister-of-pakistan .",
        "actor:afghan-taliban khyber:governs actor:afghanistan .",
        "actor:islamic-state-pakistan-province khyber:allegedlyBranchOf actor:islamic-state .",
        "event:operation-righteous-fury khyber:allegedlyRespondedTo event:afghan-border-attack-2026-02-27 .",
        "actor:islamic-state-pakistan-province khyber:claimsResponsibilityFor event:islamabad-mosque-bombing-2026-02-06 .",
        "person:khawaja-mohammad-asif khyber:spokeFor actor:pakistan .",
        "assertion:afghan-vow-of-revenge khyber:claimantSide side:afghanistan .",
        "event:suicide-bombing-2026-02-21 khyber:withinPlace place:pakistan .",
    ],
)
def test_the_published_graph_has_the_edge(published: set[Triple], edge: str) -> None:
    (wanted,) = triples(edge)
    assert wanted in published


@pytest.mark.parametrize(
    "edge",
    [
        "actor:islamic-state-pakistan-province khyber:allegedlyAttacked actor:pakistan .",
        "actor:ttp khyber:allegedlyAffiliatedWith actor:islamic-state .",
        "actor:afghan-taliban khyber:allegedlyAttacked actor:pakistan-armed-forces .",
    ],
)
def test_the_published_graph_has_no_edge_that_nobody_alleges(published: set[Triple], edge: str) -> None:
    (wanted,) = triples(edge)
    assert wanted not in published


def test_no_actor_stands_in_an_edge_to_itself(published: set[Triple]) -> None:
    edges = {
        NamedNode(PREFIXES["khyber"] + name)
        for name in ("accuses", "allegedlyShelters", "allegedlyAttacked", "mediatedBetween")
    }
    assert [t for t in published if t.predicate in edges and t.subject == t.object] == []
