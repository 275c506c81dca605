"""How well an item suits a node: name, class, country and dates, with the reasons.

A score only orders what a person looks at. Whatever its score, an item of another kind, or one from which
nothing but the name speaks, is shown as that and never as a match.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from khyber.linking.entities import Entity
from khyber.linking.kinds import Fit, judge_kind
from khyber.linking.names import ALIKE, nearest
from khyber.linking.nodes import ACTORS, Node

LEAST_ALIKE = 0.6
"""Below this similarity of names an item is no candidate."""

_MARGIN = timedelta(days=31)
_NAME, _KIND, _COUNTRY, _TIME = 60, 20, 12, 8


class Verdict(StrEnum):
    """What an item is to a node, as far as can be told, in the order of a table."""

    CANDIDATE = "may match"
    UNLIKE = "name differs"
    NAMESAKE = "namesake"
    NEAR_KIND = "near type"
    OTHER_KIND = "other type"


@dataclass(frozen=True)
class Candidate:
    """An item for a node, judged: ``score`` from 0 to 100, and the reasons in words."""

    node: Node
    entity: Entity
    verdict: Verdict
    score: int
    similarity: float
    reasons: tuple[str, ...]
    is_rejected: bool = False

    @property
    def order(self) -> tuple[int, int, str]:
        """Give what candidates are sorted by: the verdict before the score."""
        return list(Verdict).index(self.verdict), -self.score, self.entity.id


def judge(node: Node, entity: Entity, classes: Collection[str]) -> Candidate | None:
    """Judge an item for a node; ``classes`` are its classes and those above. None if the names differ."""
    alike, ours, theirs = nearest(node.names, entity.names())
    if alike < LEAST_ALIKE:
        return None
    kind = judge_kind(node.kind, classes)
    is_here, about_country = _country(node, entity)
    is_then, about_time = _time(node, entity)
    score = (
        _NAME * alike
        + _KIND * (kind.fit is Fit.RIGHT)
        + _COUNTRY * (is_here is True)
        + _TIME * (is_then is True)
    )
    name = (
        f"called {theirs!r}" if ours.casefold() == theirs.casefold() else f"called {theirs!r} (here {ours!r})"
    )
    reasons = [name, _about_kind(node, kind.fit, kind.by), about_country, about_time]
    verdict = _verdict(node, alike, kind.fit, is_here, is_then)
    if verdict is Verdict.NAMESAKE and is_here is None and is_then is None:
        reasons.append("nothing but the name speaks for it")
    return Candidate(node, entity, verdict, round(score), alike, tuple(filter(None, reasons)))


def set_apart(candidates: Collection[Candidate]) -> list[Candidate]:
    """Sort the candidates for one node; where several suit equally well, all are namesakes."""
    best = [each for each in candidates if each.verdict is Verdict.CANDIDATE and each.similarity >= ALIKE]
    highest = max((each.score for each in best), default=0)
    rivals = [each for each in best if each.score >= highest - 2]
    if len(rivals) > 1:
        reason = f"{len(rivals)} items suit equally well"
        apart = [
            replace(each, verdict=Verdict.NAMESAKE, reasons=(*each.reasons, reason))
            if each in rivals
            else each
            for each in candidates
        ]
        return sorted(apart, key=lambda each: each.order)
    return sorted(candidates, key=lambda each: each.order)


def _verdict(node: Node, alike: float, fit: Fit, is_here: bool | None, is_then: bool | None) -> Verdict:
    if fit is Fit.NEAR:
        return Verdict.NEAR_KIND
    if fit is Fit.OTHER:
        return Verdict.OTHER_KIND
    if is_here is False or is_then is False:
        return Verdict.NAMESAKE
    if alike < ALIKE:
        return Verdict.UNLIKE
    speaks_for_itself = fit is Fit.RIGHT and node.kind not in ("Person", "Office")
    return Verdict.CANDIDATE if speaks_for_itself or is_here or is_then else Verdict.NAMESAKE


def _about_kind(node: Node, fit: Fit, by: str) -> str:
    if fit is Fit.RIGHT:
        return f"is a kind of {by}"
    if fit is Fit.NEAR:
        return f"is a kind of {by}, not what {node.curie} is"
    return "is of another kind" if fit is Fit.OTHER else "its kind is not known"


def _country(node: Node, entity: Entity) -> tuple[bool | None, str]:
    """Tell whether node and item belong to one country; None where one of them does not say."""
    theirs = set(entity.countries)
    if not node.countries or not theirs:
        return None, ""
    if node.countries & theirs:
        return True, "the country agrees"
    return False, f"its country is {', '.join(sorted(theirs))}"


def _time(node: Node, entity: Entity) -> tuple[bool | None, str]:
    """Tell whether the times agree: of an event its days, of anything else whether it was there then."""
    first, last = node.first, node.last
    if first and last and node.kind not in ACTORS:
        theirs = entity.moments or entity.beginnings
        if not theirs:
            return None, ""
        if any(first - _MARGIN <= each.last and each.first <= last + _MARGIN for each in theirs):
            return True, "the dates agree"
        return False, f"it was in {theirs[0].first:%Y-%m}"
    if node.known and entity.ends and all(period.last < node.known for period in entity.ends):
        return False, f"it ended in {max(period.last for period in entity.ends).year}"
    if node.known and entity.beginnings and all(period.first > node.known for period in entity.beginnings):
        return False, f"it began in {min(period.first for period in entity.beginnings).year}"
    return None, ""
