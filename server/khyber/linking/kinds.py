"""Which classes of Wikidata fit the classes of this graph, and which are only near them.

The classes are named by their items; what lies below one of them by subclass of (P279) counts, too. Near is
what bears the same name and is another thing: a province for a city, a kind of state for a group.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_STATES = {"Q3624078": "sovereign state", "Q6256": "country", "Q7275": "state", "Q15634554": "state"}
_PAST = {"Q3024240": "historical country"}
_GOVERNMENT = {"Q7188": "government"}
_ORGANIZATION = {"Q43229": "organization", "Q245065": "intergovernmental organization"}
_GROUPS = {
    "Q17149090": "armed organization",
    "Q17127659": "terrorist organization",
    "Q207320": "paramilitary",
    "Q153936": "militia",
    "Q2738074": "political movement",
    "Q7210356": "political organisation",
}
_FORCES = {
    "Q772547": "armed forces",
    "Q37726": "army",
    "Q61883": "air force",
    "Q781132": "military branch",
    "Q176799": "military unit",
}
_PROVINCES = {"Q34876": "province", "Q15058985": "province of Pakistan", "Q158683": "province of Afghanistan"}
_CITIES = {"Q515": "city", "Q5119": "capital"}
_PERSON = {"Q5": "human"}
_OFFICE = {"Q4164871": "position"}
_EVENTS = {"Q1190554": "occurrence", "Q1656682": "event", "Q180684": "conflict"}


class Fit(StrEnum):
    """How the class of an item suits the class of a node."""

    RIGHT = "right"
    NEAR = "near"
    OTHER = "other"
    UNKNOWN = "unknown"


_Order = tuple[tuple[dict[str, str], Fit], ...]
_STATE_ORDER: _Order = (
    ({"Q3624078": "sovereign state"}, Fit.RIGHT),
    (_PAST, Fit.NEAR),
    (_STATES, Fit.RIGHT),
    (_GOVERNMENT, Fit.NEAR),
)
_FITTING: dict[str, _Order] = {
    "State": _STATE_ORDER,
    "Country": _STATE_ORDER,
    "Government": ((_GOVERNMENT, Fit.RIGHT), (_PAST, Fit.NEAR), (_STATES, Fit.NEAR)),
    "ArmedGroup": (
        (_GROUPS, Fit.RIGHT),
        ({**_PAST, **_STATES, **_GOVERNMENT, **_FORCES}, Fit.NEAR),
    ),
    "ArmedForce": ((_FORCES, Fit.RIGHT), (_GROUPS, Fit.NEAR)),
    "IntergovernmentalOrganization": ((_ORGANIZATION, Fit.RIGHT),),
    "Person": ((_PERSON, Fit.RIGHT),),
    "Office": ((_OFFICE, Fit.RIGHT), (_PERSON, Fit.NEAR)),
    "Province": ((_PROVINCES, Fit.RIGHT), (_CITIES, Fit.NEAR)),
    "City": ((_CITIES, Fit.RIGHT), (_PROVINCES, Fit.NEAR)),
    "Event": ((_EVENTS, Fit.RIGHT),),
}
"""Class of node → classes of items and how they suit it, the deciding first: what ended is a state, too."""

_EVENT_CLASSES = (
    *("Attack", "Airstrike", "DroneStrike", "SuicideBombing", "Clash", "MilitaryOperation"),
    *("CeasefireAgreement", "CeasefireBreakdown"),
)


@dataclass(frozen=True)
class Judged:
    """How the classes of an item suit a node, and the class that decided it, in words."""

    fit: Fit
    by: str = ""


def judge_kind(kind: str, classes: Iterable[str]) -> Judged:
    """Say how the classes of an item, and those above them, suit the class of a node.

    UNKNOWN for a class of node of which nothing is laid down, and for an item without a class.
    """
    found = set(classes)
    name = "Event" if kind in _EVENT_CLASSES else kind
    if name not in _FITTING or not found:
        return Judged(Fit.UNKNOWN)
    for listed, fit in _FITTING[name]:
        for item, words in listed.items():
            if item in found:
                return Judged(fit, words)
    return Judged(Fit.OTHER)
