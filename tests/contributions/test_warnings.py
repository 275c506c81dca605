"""What a reviewer is told to look at, though no rule is broken."""

from __future__ import annotations

import pytest

from contributions.small_publication import Court, node, patch
from khyber.contributions.warnings import Caution

EVENT = """
event:clash a {kind} ; rdfs:label "{label}"@en ; khyber:datePrecision precision:days ;
    khyber:earliestDate "{first}"^^xsd:date ; khyber:latestDate "{last}"^^xsd:date ;
    khyber:perpetrator actor:ttp ; khyber:place {place} .
assertion:clash a khyber:EventReport ; rdfs:label "Report of the clash"@en ; khyber:alleges event:clash ;
    khyber:claimant actor:pakistan ; khyber:source source:second ; khyber:stance stance:claims ;
    khyber:datePrecision precision:day ;
    khyber:earliestDate "2026-02-24"^^xsd:date ; khyber:latestDate "2026-02-24"^^xsd:date .
"""
CLAIM = """
assertion:rival a khyber:CasualtyClaim ; rdfs:label "Rival"@en ; khyber:inEvent event:raid ;
    khyber:claimant actor:ttp ; khyber:source source:second ; khyber:stance stance:claims ;
    khyber:harm {harm} ; khyber:victims people:soldiers ; khyber:unit unit:people ;
    {figure} ; khyber:figureWording "so many" ; khyber:datePrecision precision:day ;
    khyber:earliestDate "2026-02-24"^^xsd:date ; khyber:latestDate "2026-02-24"^^xsd:date .
"""
ACTOR = 'actor:newcomer a khyber:ArmedGroup ; rdfs:label "Newcomer"@en ; khyber:mentionedIn source:second .'


@pytest.fixture(scope="module")
def court() -> Court:
    return Court()


def cautions(court: Court, added: str) -> set[str | None]:
    return {each.constraint for each in court.findings(added, severity="Warning")}


def event(
    kind: str = "khyber:Attack",
    first: str = "2026-02-24",
    last: str = "2026-02-25",
    place: str = "place:kabul",
    label: str = "Clash",
) -> str:
    return EVENT.format(kind=kind, first=first, last=last, place=place, label=label)


def claim(figure: str, harm: str = "harm:killed") -> str:
    return CLAIM.format(figure=figure, harm=harm)


@pytest.mark.parametrize(
    ("described", "duplicate"),
    [
        (event(), True),
        (event(first="2026-02-20", last="2026-02-24"), True),
        (event(kind="khyber:SuicideBombing"), True),
        (event(first="2026-03-01", last="2026-03-02"), False),
        (event(place="place:pakistan"), False),
        (event(kind="khyber:CeasefireAgreement"), False),
    ],
    ids=["the same", "days that meet", "a narrower kind", "another time", "another place", "another kind"],
)
def test_what_may_be_the_same_event_is_found(court: Court, described: str, duplicate: bool) -> None:
    found = [
        each
        for each in court.findings(described, severity="Warning")
        if each.constraint == Caution.DUPLICATE_EVENT and each.value == node("event:raid")
    ]
    assert bool(found) == duplicate


def test_an_event_from_one_source_is_found_and_one_from_two_is_not(court: Court) -> None:
    assert Caution.SINGLE_SOURCE in cautions(court, event())
    second = """ assertion:other a khyber:EventReport ; rdfs:label "Other report"@en ; khyber:alleges event:clash ;
        khyber:claimant actor:ttp ; khyber:source source:report-2026-02-28 ; khyber:stance stance:claims ;
        khyber:sentence 3 ; khyber:datePrecision precision:no-later-than ;
        khyber:latestDate "2026-02-28"^^xsd:date ."""
    assert Caution.SINGLE_SOURCE not in cautions(court, event() + second)


@pytest.mark.parametrize(
    ("described", "far"),
    [
        (claim("khyber:value 51"), True),
        (claim("khyber:value 1"), True),
        (claim("khyber:value 50"), False),
        (claim("khyber:lowerBound 80 ; khyber:lowerInclusive false"), True),
        (claim("khyber:lowerBound 5 ; khyber:lowerInclusive true ; khyber:value 400"), False),
        (claim("khyber:value 500", harm="harm:injured"), False),
    ],
    ids=["far above", "far below", "at the limit", "a bound", "a range around", "another harm"],
)
def test_a_figure_far_outside_the_rival_claims_is_found(court: Court, described: str, far: bool) -> None:
    assert (Caution.FAR_FIGURE in cautions(court, described)) == far


def test_a_label_that_another_node_has_is_found(court: Court) -> None:
    (finding,) = [
        each
        for each in court.findings(event(label="Raid"), severity="Warning")
        if each.constraint == Caution.SAME_LABEL
    ]
    assert finding.focus == node("event:clash")
    assert finding.message.startswith("event:raid has the same label.")
    assert Caution.SAME_LABEL not in cautions(court, event())


def test_an_actor_without_a_link_is_warned_of_once_and_by_the_shape(court: Court) -> None:
    (warning,) = [each for each in court.findings(ACTOR, severity="Warning") if "Wikidata" in each.message]
    assert warning.shape == "https://w3id.org/khyber/shapes#ActorHasLink"
    assert "'khyber link suggest'" in warning.message
    for link in (
        "skos:exactMatch wd:Q1",
        "skos:closeMatch wd:Q1",
        'khyber:notFoundInWikidata "2026-11-22"^^xsd:date',
    ):
        linked = f"{ACTOR} actor:newcomer {link} ."
        assert warning.shape not in {each.shape for each in court.judge.judge(patch(linked)).findings}
