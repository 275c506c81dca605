"""Whether asserted links still hold: the item exists, is no redirect, has the name and the type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from khyber.linking.classes import Lookup, classes_of
from khyber.linking.entities import Entity
from khyber.linking.kinds import Fit, judge_kind
from khyber.linking.names import ALIKE, nearest
from khyber.linking.nodes import Node
from khyber.release.sssom import Link

_FITTING = {
    "exactMatch": (Fit.RIGHT, Fit.UNKNOWN),
    "closeMatch": (Fit.RIGHT, Fit.NEAR, Fit.UNKNOWN),
}
"""The relations that go with a type; a broader or related item may be of any."""
_LOOK = "Look whether it is the same."


class State(StrEnum):
    """What is to be said of a link."""

    HOLDS = "holds"
    MISSING = "missing"
    REDIRECT = "redirect"
    RENAMED = "renamed"
    OTHER_TYPE = "other type"
    NO_NODE = "no node"
    UNKNOWN = "not looked up"


@dataclass(frozen=True)
class Verified:
    """A link with its state, and what to do about it."""

    link: Link
    state: State
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether nothing is to be done."""
        return self.state is State.HOLDS


def verify(links: Iterable[Link], nodes: Mapping[str, Node], lookup: Lookup) -> list[Verified]:
    """Look every link up; ``nodes`` by their CURIEs. Rows that name no item, or reject one, are left out.

    Raises EndpointFailure if Wikidata does not answer.
    """
    wanted = [link for link in links if link.is_found and not link.is_rejected]
    entities = lookup.entities(dict.fromkeys(item_of(link) for link in wanted))
    there = [entity for entity in entities.values() if not entity.is_missing]
    classes = classes_of(there, lookup)
    return [_verified(link, nodes.get(link.subject), entities.get(item_of(link)), classes) for link in wanted]


def links_of(nodes: Iterable[Node], rows: Iterable[Link]) -> list[Link]:
    """Give the links that nodes have, as the rows that say so, or as rows made of what the nodes are."""
    known = {(row.subject, row.relation, item_of(row)): row for row in rows if not row.is_rejected}
    return [
        known.get((node.curie, relation, item)) or _row_of(node, relation, item)
        for node in nodes
        for relation, item in node.links
    ]


def item_of(link: Link) -> str:
    """Give the identifier of the item of a link."""
    return link.item.partition(":")[2]


def _row_of(node: Node, relation: str, item: str) -> Link:
    return Link(
        subject=node.curie,
        subject_label=node.label,
        relation=relation,
        item=f"wd:{item}",
        item_label=node.label,
        justification="",
        confidence="",
        author="",
        date="",
    )


def _verified(
    link: Link, node: Node | None, entity: Entity | None, classes: Mapping[str, set[str]]
) -> Verified:
    item = item_of(link)
    if node is None:
        return Verified(link, State.NO_NODE, f"The graph has no node {link.subject}. Take the row out.")
    if entity is None:
        return Verified(link, State.UNKNOWN, f"Nothing is said of {item}. Verify it with a network.")
    if entity.is_missing:
        return Verified(link, State.MISSING, f"{item} was deleted, or never was. Look for another item.")
    if entity.is_redirect:
        detail = f"{item} was merged into {entity.id}. Link that one, if it still is the same."
        return Verified(link, State.REDIRECT, detail)
    return _compared(link, node, entity, classes[entity.id])


def _compared(link: Link, node: Node, entity: Entity, classes: set[str]) -> Verified:
    if nearest((link.item_label, *node.names), entity.names())[0] < ALIKE:
        detail = f"{entity.id} is called {entity.label!r}, not {link.item_label!r}. {_LOOK}"
        return Verified(link, State.RENAMED, detail)
    kind = judge_kind(node.kind, classes)
    allowed = _FITTING.get(link.relation)
    if allowed is not None and kind.fit not in allowed:
        what = f"a kind of {kind.by}" if kind.by else "of another kind"
        detail = f"{entity.id} ({entity.label}) is {what}, not what {node.curie} is. {_LOOK}"
        return Verified(link, State.OTHER_TYPE, detail)
    return Verified(link, State.HOLDS)
