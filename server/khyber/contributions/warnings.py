"""What a reviewer should look at though no rule is broken: Warnings about what a change brings in.

Each is looked for around the nodes that the change describes, by lookups that lead to few nodes: what
happened on the same days, what is claimed of the same event, what has the same label.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.contributions.patch import Patch
from khyber.rdf.namespaces import RDF, RDFS, SHAPE, SKOS, TERM, XSD
from khyber.rdf.terms import Term
from khyber.validation.asserted import Asserted, AssertedGraph
from khyber.validation.findings import Finding
from khyber.validation.names import short, text_of

FAR = 5
"""How many times a figure may be another claim's before it is far outside the rival claims."""
_MOST_DAYS = 31
"""The longest period that is searched day by day for what may be the same event."""
_MOST_LOOKED_AT = 500
"""How many nodes a search by a label or a day looks at, at most."""

_TYPE = NamedNode(RDF + "type")
_LABEL = NamedNode(RDFS + "label")
_WIDER = NamedNode(RDFS + "subClassOf")
_ALLEGES, _SOURCE, _IN_EVENT, _HARM, _VICTIMS, _UNIT, _CATEGORY, _SUPERSEDES = (
    NamedNode(TERM + name)
    for name in ("alleges", "source", "inEvent", "harm", "victims", "unit", "peopleCategory", "supersedes")
)
_VALUE, _LOWER, _UPPER = (NamedNode(TERM + name) for name in ("value", "lowerBound", "upperBound"))
_EARLIEST, _LATEST = (NamedNode(TERM + name) for name in ("earliestDate", "latestDate"))
_PLACES = tuple(NamedNode(TERM + name) for name in ("place", "targetSite"))
_EVENT, _CLAIM = (TERM + name for name in ("Event", "QuantityClaim"))


class Caution(StrEnum):
    """The cautions, by the IRI that a finding names as its constraint."""

    SINGLE_SOURCE = SHAPE + "CautionSingleSource"
    FAR_FIGURE = SHAPE + "CautionFarFigure"
    DUPLICATE_EVENT = SHAPE + "CautionDuplicateEvent"
    SAME_LABEL = SHAPE + "CautionSameLabel"


@dataclass(frozen=True)
class _Period:
    """The days on which something may have been, both included."""

    first: date
    last: date

    def meets(self, other: _Period) -> bool:
        return self.first <= other.last and other.first <= self.last

    @property
    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=count) for count in range((self.last - self.first).days + 1))


class Cautions:
    """Finds what is to be looked at in changes; the class hierarchy is that of the ontology."""

    def __init__(self, ontology: Iterable[Triple]) -> None:
        self._above: dict[Term, set[Term]] = {}
        for triple in ontology:
            if triple.predicate == _WIDER and isinstance(triple.object, NamedNode):
                self._above.setdefault(triple.subject, set()).add(triple.object)

    def of_change(self, graph: AssertedGraph, patch: Patch, after: Asserted) -> list[Finding]:
        """List warnings; ``after`` is what is asserted once the patch is applied to ``graph``."""
        before = Asserted(graph)
        described = {triple.subject for triple in patch.added}
        new = {node for node in described if next(before.about(node), None) is None}
        found: list[Finding] = []
        for node in sorted(described, key=str):
            kinds = self._kinds(node, after)
            if node in new:
                found += _same_label(node, after)
            if _EVENT in kinds:
                found += _single_source(node, after)
            if node in new and _EVENT in kinds:
                found += self._duplicates(node, after)
            if _CLAIM in kinds:
                found += _far_figure(node, after)
        return found

    def _kinds(self, node: Term, graph: Asserted) -> set[str]:
        """Give the classes of a node and those above them."""
        found: set[Term] = set()
        waiting = list(graph.objects(node, _TYPE))
        while waiting:
            kind = waiting.pop()
            if kind not in found:
                found.add(kind)
                waiting += self._above.get(kind, ())
        return {text_of(kind) for kind in found}

    def _duplicates(self, event: Term, graph: Asserted) -> Iterator[Finding]:
        """Find an event of the same kind, at the same place, on days that meet those of this one."""
        period, places = _period(event, graph), _places(event, graph)
        if period is None or not places:
            return
        kinds = self._told_kinds(event, graph)
        for other in _events_around(period, graph):
            if other == event or not places & _places(other, graph):
                continue
            theirs, others = _period(other, graph), self._told_kinds(other, graph)
            related = kinds & self._kinds(other, graph) or others & self._kinds(event, graph)
            if theirs is not None and period.meets(theirs) and related:
                yield _finding(
                    Caution.DUPLICATE_EVENT,
                    f"The event may be in the graph already: {_called(other, graph)} is of the same kind, at "
                    "the same place, at the same time. If it is the same, report on that one instead.",
                    event,
                    value=text_of(other),
                )

    def _told_kinds(self, node: Term, graph: Asserted) -> set[str]:
        """Give the classes that are asserted of a node, without those that are above another of them."""
        told = {text_of(kind) for kind in graph.objects(node, _TYPE)}
        above = {text_of(each) for kind in told for each in self._above.get(NamedNode(kind), ())}
        return told - above


def _same_label(node: Term, graph: Asserted) -> Iterator[Finding]:
    for label in graph.objects(node, _LABEL):
        others = (other for other in graph.subjects(_LABEL, label) if other != node)
        for other in islice(others, 1):
            yield _finding(
                Caution.SAME_LABEL,
                f"{short(text_of(other))} has the same label. If it is the same thing, use that node; "
                "if not, give one of them a label that tells them apart.",
                node,
                _LABEL,
                text_of(label),
            )


def _single_source(event: Term, graph: Asserted) -> Iterator[Finding]:
    reports = list(islice(graph.subjects(_ALLEGES, event), _MOST_LOOKED_AT))
    sources = {source for report in reports for source in graph.objects(report, _SOURCE)}
    if len(sources) == 1:
        (source,) = sources
        yield _finding(
            Caution.SINGLE_SOURCE,
            f"Only one source reports the event: {_called(source, graph)}. Add a khyber:EventReport from "
            "another source, if there is one.",
            event,
        )


def _far_figure(claim: Term, graph: Asserted) -> Iterator[Finding]:
    """Compare a claim with the other claims on the same event of the same harm to the same sort of people."""
    mine = _figures(claim, graph)
    if not mine:
        return
    rivals = {
        other: figures
        for event in graph.objects(claim, _IN_EVENT)
        for other in islice(graph.subjects(_IN_EVENT, event), _MOST_LOOKED_AT)
        if other != claim and _counts_alike(claim, other, graph) and (figures := _figures(other, graph))
    }
    if not rivals or any(_are_near(mine, figures) for figures in rivals.values()):
        return
    nearest = min(rivals, key=lambda other: (_ratio(mine, rivals[other]), text_of(other)))
    yield _finding(
        Caution.FAR_FIGURE,
        f"The figure is more than {FAR} times as large, or as small, as every rival claim; the nearest is "
        f"{_called(nearest, graph)}. Check the number and its unit.",
        claim,
        next(each for each in (_VALUE, _LOWER, _UPPER) if any(True for _ in graph.objects(claim, each))),
        value=None,
    )


def _counts_alike(claim: Term, other: Term, graph: Asserted) -> bool:
    alike = all(set(graph.objects(claim, each)) == set(graph.objects(other, each)) for each in (_HARM, _UNIT))
    superseded = claim in graph.objects(other, _SUPERSEDES) or other in graph.objects(claim, _SUPERSEDES)
    return alike and not superseded and _categories(claim, graph) == _categories(other, graph)


def _categories(claim: Term, graph: Asserted) -> set[Term]:
    return {kind for group in graph.objects(claim, _VICTIMS) for kind in graph.objects(group, _CATEGORY)}


def _figures(claim: Term, graph: Asserted) -> list[float]:
    found = []
    for predicate in (_VALUE, _LOWER, _UPPER):
        for value in graph.objects(claim, predicate):
            number = _number(value)
            if number is not None:
                found.append(number)
    return found


def _are_near(mine: Collection[float], theirs: Collection[float]) -> bool:
    return _ratio(mine, theirs) <= FAR


def _ratio(mine: Collection[float], theirs: Collection[float]) -> float:
    """Give how many times the smaller the larger is, where two claims come nearest; ranges may overlap."""
    if min(mine) <= max(theirs) and min(theirs) <= max(mine):
        return 1.0
    low, high = (max(mine), min(theirs)) if max(mine) < min(theirs) else (max(theirs), min(mine))
    return high / max(low, 1.0)


def _number(value: Term) -> float | None:
    try:
        return float(value.value) if isinstance(value, Literal) else None
    except ValueError:
        return None


def _period(node: Term, graph: Asserted) -> _Period | None:
    days = [
        day
        for predicate in (_EARLIEST, _LATEST)
        for value in graph.objects(node, predicate)
        if (day := _day(value)) is not None
    ]
    return _Period(min(days), max(days)) if days else None


def _day(value: Term) -> date | None:
    try:
        return date.fromisoformat(value.value[:10]) if isinstance(value, Literal) else None
    except ValueError:
        return None


def _places(node: Term, graph: Asserted) -> set[Term]:
    return {place for predicate in _PLACES for place in graph.objects(node, predicate)}


def _events_around(period: _Period, graph: Asserted) -> list[Term]:
    """Give what begins or ends on a day of the period; of a long period, on its first and last day."""
    days = period.days if (period.last - period.first).days < _MOST_DAYS else (period.first, period.last)
    found: dict[Term, None] = {}
    for day in days:
        literal = Literal(day.isoformat(), datatype=NamedNode(XSD + "date"))
        for predicate in (_EARLIEST, _LATEST):
            found.update(dict.fromkeys(islice(graph.subjects(predicate, literal), _MOST_LOOKED_AT)))
    return list(found)


def _called(node: Term, graph: Asserted) -> str:
    label = label_of(node, graph)
    name = short(text_of(node))
    return f"{name} ({label})" if label else name


def label_of(node: Term, graph: Asserted) -> str | None:
    """Give the label of a node, the English one before others."""
    if not isinstance(node, NamedNode | BlankNode):
        return None
    labels = [
        label
        for predicate in (NamedNode(SKOS + "prefLabel"), _LABEL)
        for label in graph.objects(node, predicate)
        if isinstance(label, Literal)
    ]
    english = [label.value for label in labels if label.language == "en"]
    return min(english, default=min((label.value for label in labels), default=None))


def _finding(
    caution: Caution,
    message: str,
    focus: Term,
    path: NamedNode | None = None,
    value: str | None = None,
) -> Finding:
    return Finding(
        "Warning",
        message,
        text_of(focus),
        path.value if path else None,
        value,
        constraint=caution.value,
    )
