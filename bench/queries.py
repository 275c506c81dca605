"""Twenty questions that a researcher asks, each with parameters of its own at every asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.world import (
    COUNTRIES,
    DAYS,
    EVENTS_PER_SOURCE,
    FIRST_DAY,
    PROVINCES_PER_COUNTRY,
    Dice,
    World,
    country_iri,
    event_iri,
    force_iri,
    group_iri,
    node_iri,
    place_name,
    province_iri,
)

from khyber.rdf.namespaces import PREFIXES

SOLUTIONS = "application/sparql-results+json"
GRAPH = "application/n-triples"

Parameters = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """A question: what kind of work it is, its text with {parameters}, and in which format it is asked."""

    name: str
    work: str
    text: str
    accept: str = SOLUTIONS

    def query(self, parameters: Parameters, asking: int) -> str:
        """Give the query, with the prefixes that it uses and a comment that no other asking has.

        Where the parameters are few, a cache of results would answer else.
        """
        text = self.text
        for name, value in parameters.items():
            text = text.replace("{" + name + "}", value)
        used = (f"PREFIX {p}: <{iri}>\n" for p, iri in PREFIXES.items() if f"{p}:" in text)
        return "".join(used) + text.strip() + f"\n# {asking}\n"


def parameters(size: World, asking: int) -> Parameters:
    """Throw the parameters for the n-th asking; each names something that is there."""
    dice = size.dice(9, asking)
    return {name: throw(size, dice) for name, throw in _THROWS.items()}


def _year(_size: World, dice: Dice) -> str:
    return str(FIRST_DAY.year + dice.below(DAYS // 365))


def _event(size: World, dice: Dice) -> str:
    return f"<{event_iri(dice.below(size.events * 9 // 10))}>"


def _word(_size: World, dice: Dice) -> str:
    return place_name(dice.below(24))


_THROWS: Mapping[str, Callable[[World, Dice], str]] = {
    "event": _event,
    "group": lambda size, dice: f"<{group_iri(dice.below(size.groups))}>",
    "active": lambda _, dice: f"<{group_iri(dice.below(8))}>",
    "force": lambda _, dice: f"<{force_iri(dice.below(COUNTRIES))}>",
    "root": lambda _, dice: f"<{group_iri(dice.below(4))}>",
    "province": lambda _, dice: f"<{province_iri(dice.below(COUNTRIES * PROVINCES_PER_COUNTRY))}>",
    "country": lambda _, dice: f"<{country_iri(dice.below(COUNTRIES))}>",
    "year": _year,
    "word": _word,
    "number": lambda size, dice: str(dice.below(size.groups)),
    "report": lambda size, dice: (
        f"<{node_iri('source', f'report-{dice.below(size.events * 9 // 10 // EVENTS_PER_SOURCE)}')}>"
    ),
}

_IN_YEAR = 'FILTER(?day >= "{year}-01-01"^^xsd:date && ?day <= "{year}-12-31"^^xsd:date)'

QUESTIONS: tuple[Question, ...] = (
    Question("all about an event", "lookup", "SELECT ?property ?value { {event} ?property ?value }"),
    Question(
        "an actor by name",
        "lookup",
        'SELECT ?actor ?class { ?actor rdfs:label "Synthetic group {number}"@en ; a ?class }',
    ),
    Question(
        "is an actor accused",
        "lookup",
        """
        ASK { ?accusation a khyber:Accusation ; khyber:alleges ?sheltering .
          ?sheltering khyber:sheltered {group} ; khyber:mode mode:training }""",
    ),
    Question(
        "what is said about an event",
        "lookup",
        """
        SELECT ?assertion ?class ?claimant ?stance ?day {
          ?assertion khyber:alleges|khyber:inEvent|khyber:about|khyber:responsibilityFor {event} ;
            a ?class ; khyber:claimant ?claimant ; khyber:stance ?stance ; khyber:latestDate ?day .
        }""",
    ),
    Question(
        "events of a province in a year",
        "join",
        f"""
        SELECT ?event ?label ?day ?name {{
          ?city khyber:locatedIn {{province}} ; rdfs:label ?name .
          ?event khyber:place ?city ; rdfs:label ?label ; khyber:earliestDate ?day .
          {_IN_YEAR}
        }} ORDER BY ?day ?event LIMIT 50""",
    ),
    Question(
        "rival figures for one event",
        "join",
        f"""
        SELECT ?event ?one ?other ?low ?high {{
          ?event khyber:perpetrator {{active}} ; khyber:earliestDate ?day .
          {_IN_YEAR}
          ?one khyber:inEvent ?event ; khyber:harm ?harm ; khyber:claimant ?first ; khyber:value ?low .
          ?other khyber:inEvent ?event ; khyber:harm ?harm ; khyber:claimant ?second ; khyber:value ?high .
          FILTER(?first != ?second && ?low < ?high)
        }}""",
    ),
    Question(
        "who is said to have attacked whom",
        "join",
        """
        SELECT ?attackerName ?targetName (COUNT(?event) AS ?events) {
          ?event khyber:place/khyber:locatedIn {province} ;
            khyber:perpetrator ?attacker ; khyber:target ?target .
          ?attacker rdfs:label ?attackerName .
          ?target rdfs:label ?targetName .
        } GROUP BY ?attackerName ?targetName""",
    ),
    Question(
        "who says that a group is sheltered",
        "join",
        """
        SELECT ?accusation ?claimantName ?hostName ?mode ?day {
          ?accusation a khyber:Accusation ; khyber:claimant ?claimant ; khyber:latestDate ?day ;
            khyber:alleges ?sheltering .
          ?sheltering khyber:sheltered {active} ; khyber:host ?host ; khyber:mode ?mode .
          ?claimant rdfs:label ?claimantName .
          ?host rdfs:label ?hostName .
        } ORDER BY ?day ?accusation""",
    ),
    Question(
        "accusations never denied",
        "join",
        f"""
        SELECT ?accusation ?sheltered ?day {{
          ?accusation a khyber:Accusation ; khyber:latestDate ?day ; khyber:alleges ?sheltering .
          ?sheltering khyber:sheltered ?sheltered .
          FILTER NOT EXISTS {{ ?denial khyber:contests ?sheltering }}
          {_IN_YEAR}
        }}""",
    ),
    Question(
        "events by year and class",
        "aggregate",
        """
        SELECT ?year ?class (COUNT(?event) AS ?events) {
          ?event khyber:place/khyber:locatedIn {province} ; a ?class ; khyber:earliestDate ?day .
          BIND(SUBSTR(STR(?day), 1, 4) AS ?year)
        } GROUP BY ?year ?class""",
    ),
    Question(
        "lowest figures by perpetrator",
        "aggregate",
        f"""
        SELECT ?perpetrator (SUM(?figure) AS ?sum) (COUNT(?claim) AS ?claims) {{
          ?claim khyber:inEvent ?event ; khyber:harm harm:killed .
          OPTIONAL {{ ?claim khyber:value ?value }}
          OPTIONAL {{ ?claim khyber:lowerBound ?bound }}
          BIND(COALESCE(?value, ?bound, 0) AS ?figure)
          ?event khyber:perpetrator ?perpetrator ; khyber:earliestDate ?day .
          {_IN_YEAR}
        }} GROUP BY ?perpetrator""",
    ),
    Question(
        "how much there is of each class",
        "aggregate",
        "SELECT ?class (COUNT(?node) AS ?nodes) { ?node a ?class } GROUP BY ?class",
    ),
    Question(
        "stances of a claimant",
        "aggregate",
        """
        SELECT ?stance (COUNT(?assertion) AS ?assertions) (MIN(?day) AS ?first) (MAX(?day) AS ?last) {
          ?assertion khyber:claimant {force} ; khyber:stance ?stance ; khyber:latestDate ?day .
        } GROUP BY ?stance""",
    ),
    Question(
        "events in a country",
        "path",
        f"""
        SELECT ?class (COUNT(?event) AS ?events) {{
          ?place khyber:locatedIn* {{country}} .
          ?event khyber:place ?place ; a ?class ; khyber:earliestDate ?day .
          {_IN_YEAR}
        }} GROUP BY ?class""",
    ),
    Question(
        "what came before",
        "path",
        "SELECT ?before ?label { {event} khyber:precededBy+ ?before . ?before rdfs:label ?label }",
    ),
    Question(
        "branches of branches",
        "path",
        "SELECT DISTINCT ?branch { ?branch (^khyber:affiliate/khyber:affiliatedTo)+ {root} }",
    ),
    Question(
        "places by a part of their name",
        "text",
        """
        SELECT ?event ?label {
          ?event khyber:place ?place ; rdfs:label ?label .
          FILTER(CONTAINS(LCASE(?label), LCASE("in {word}")))
        } ORDER BY ?event LIMIT 100""",
    ),
    Question(
        "words quoted",
        "text",
        """
        SELECT ?statement ?words {
          ?statement khyber:claimant {active} ; khyber:quotation ?words .
          FILTER REGEX(?words, "sanctuar|talks")
        }""",
    ),
    Question(
        "a report as a graph",
        "export",
        """
        CONSTRUCT { ?assertion ?property ?value }
        WHERE { ?assertion khyber:source {report} ; ?property ?value }""",
        GRAPH,
    ),
    Question(
        "figures of a year as a table",
        "export",
        f"""
        SELECT ?claim ?event ?claimant ?harm ?value ?lower ?upper ?words ?day {{
          ?claim a khyber:CasualtyClaim ; khyber:inEvent ?event ; khyber:claimant ?claimant ;
            khyber:harm ?harm ; khyber:figureWording ?words ; khyber:latestDate ?day .
          OPTIONAL {{ ?claim khyber:value ?value }}
          OPTIONAL {{ ?claim khyber:lowerBound ?lower }}
          OPTIONAL {{ ?claim khyber:upperBound ?upper }}
          {_IN_YEAR}
        }}""",
    ),
)
"""Every question, the quick kinds first."""

SMALL = ("all about an event", "an actor by name", "what is said about an event")
"""The questions that are asked by many clients at once."""
