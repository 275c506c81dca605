"""Who said what, and who let it in: what the provenance graph tells about each contribution.

A contribution is told of in the shape of a nanopublication (http://www.nanopub.org/nschema#): its assertion
is its named graph; how that came about is PROV-O (https://www.w3.org/TR/prov-o/)::

    contribution/7 a np:Nanopublication ; np:hasAssertion graph/contribution/7 ; dcterms:title … .
    graph/contribution/7 prov:wasAttributedTo agent/… ; prov:hadPrimarySource … ;
        prov:wasGeneratedBy contribution/7#acceptance .
    contribution/7#acceptance prov:wasAssociatedWith agent/… ; prov:endedAtTime … ; rdfs:comment "why" ;
        prov:wasInformedBy contribution/7#validation ; prov:generated version/12 .
    contribution/7#validation prov:wasAssociatedWith software/0.1.0 ; prov:used graph/shapes#8c7d… .
    contribution/7#removal-1 a rdf:Statement ; prov:wasInvalidatedBy contribution/7#acceptance .
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, Triple

from khyber.contributions.records import Account, Contribution
from khyber.rdf.namespaces import (
    BASE,
    DCTERMS,
    NP,
    PROV,
    PROVENANCE_GRAPH,
    RDF,
    RDFS,
    VERSION,
    XSD,
)
from khyber.rdf.terms import Term
from khyber.release.sources import SHAPES_GRAPH

AGENT = BASE + "agent/"
"""The people (and programs) that hold a token: ``https://w3id.org/khyber/agent/<id of the token>``."""

SOFTWARE = BASE + "software/"
"""The versions of this program."""

_TYPE = RDF + "type"
_WEB = ("http://", "https://")


@dataclass(frozen=True)
class Ruling:
    """A decision that makes a version: by whom, when, why, and the sequence number of the version."""

    by: Account
    time: datetime
    reason: str
    version: int


@dataclass(frozen=True)
class Validation:
    """What judged a contribution: Khyber's version, and the id of the shapes' graph."""

    software: str
    shapes: str


def provenance_of_acceptance(
    contribution: Contribution, ruling: Ruling, validation: Validation, removed: Iterable[Triple] = ()
) -> list[Triple]:
    """Tell about an accepted contribution, removals included; sorted, the same for the same facts."""
    told = {
        *_nanopublication(contribution),
        *_assertion(contribution),
        *_activity(contribution, "acceptance", ruling),
        *_validation(contribution, validation),
        *_removals(contribution, removed),
    }
    return sorted(told, key=str)


def provenance_of_reversal(contribution: Contribution, ruling: Ruling) -> list[Triple]:
    """Tell that an accepted contribution was taken back; what was told before stays."""
    reversal = f"{contribution.iri}#reversal"
    told = {
        *_activity(contribution, "reversal", ruling),
        _link(contribution.graph, PROV + "wasInvalidatedBy", reversal),
        _say(contribution.graph, PROV + "invalidatedAtTime", _moment(ruling.time)),
    }
    return sorted(told, key=str)


def _nanopublication(contribution: Contribution) -> Iterator[Triple]:
    iri = contribution.iri
    yield _link(iri, _TYPE, NP + "Nanopublication")
    yield _link(iri, NP + "hasAssertion", contribution.graph)
    yield _link(iri, NP + "hasProvenance", PROVENANCE_GRAPH)
    yield _link(iri, NP + "hasPublicationInfo", PROVENANCE_GRAPH)
    yield _say(iri, DCTERMS + "title", Literal(contribution.title))
    yield _say(iri, DCTERMS + "created", _moment(contribution.submitted))
    yield _link(iri, DCTERMS + "creator", AGENT + contribution.author.token)
    if contribution.licence:
        yield _say(iri, DCTERMS + "license", _iri_or_text(contribution.licence))


def _assertion(contribution: Contribution) -> Iterator[Triple]:
    graph = contribution.graph
    yield _link(graph, _TYPE, PROV + "Entity")
    yield _link(graph, PROV + "wasAttributedTo", AGENT + contribution.author.token)
    yield _link(graph, PROV + "wasGeneratedBy", f"{contribution.iri}#acceptance")
    yield from _agent(contribution.author)
    if contribution.source:
        source = _iri_or_text(contribution.source)
        is_node = isinstance(source, NamedNode)
        yield _say(graph, PROV + "hadPrimarySource" if is_node else DCTERMS + "source", source)


def _activity(contribution: Contribution, name: str, ruling: Ruling) -> Iterator[Triple]:
    iri = f"{contribution.iri}#{name}"
    yield _link(iri, _TYPE, PROV + "Activity")
    yield _link(iri, PROV + "wasAssociatedWith", AGENT + ruling.by.token)
    yield _say(iri, PROV + "endedAtTime", _moment(ruling.time))
    yield _link(iri, PROV + "generated", f"{VERSION}{ruling.version}")
    yield from _agent(ruling.by)
    if ruling.reason:
        yield _say(iri, RDFS + "comment", Literal(ruling.reason))


def _validation(contribution: Contribution, validation: Validation) -> Iterator[Triple]:
    iri, software = f"{contribution.iri}#validation", SOFTWARE + validation.software
    shapes = f"{SHAPES_GRAPH}#{validation.shapes}"
    yield _link(f"{contribution.iri}#acceptance", PROV + "wasInformedBy", iri)
    yield _link(iri, _TYPE, PROV + "Activity")
    yield _link(iri, PROV + "wasAssociatedWith", software)
    yield _link(iri, PROV + "used", contribution.graph)
    yield _link(iri, PROV + "used", shapes)
    yield _link(software, _TYPE, PROV + "SoftwareAgent")
    yield _say(software, RDFS + "label", Literal(f"Khyber {validation.software}"))
    yield _link(shapes, PROV + "specializationOf", SHAPES_GRAPH)


def _removals(contribution: Contribution, removed: Iterable[Triple]) -> Iterator[Triple]:
    for number, triple in enumerate(sorted(removed, key=str), 1):
        iri = f"{contribution.iri}#removal-{number}"
        yield _link(iri, _TYPE, RDF + "Statement")
        for name, term in zip(("subject", "predicate", "object"), triple, strict=True):
            yield _say(iri, RDF + name, term)
        yield _link(iri, PROV + "wasInvalidatedBy", f"{contribution.iri}#acceptance")


def _agent(account: Account) -> Iterator[Triple]:
    yield _link(AGENT + account.token, _TYPE, PROV + "Agent")
    yield _say(AGENT + account.token, RDFS + "label", Literal(account.name))


def _iri_or_text(text: str) -> NamedNode | Literal:
    if text.startswith(_WEB):
        try:
            return NamedNode(text)
        except ValueError:
            pass
    return Literal(text)


def _moment(time: datetime) -> Literal:
    written = time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Literal(written, datatype=NamedNode(XSD + "dateTime"))


def _link(subject: str, predicate: str, thing: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), NamedNode(thing))


def _say(subject: str, predicate: str, value: Term) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), value)
