"""What the graph knows of its nodes that helps to tell an item of Wikidata from its namesakes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from khyber.errors import UsageError
from khyber.rdf.namespaces import ID, PREFIXES, RDF, RDFS, SKOS, TERM, WIKIDATA_ENTITY
from khyber.release.sssom import RELATIONS

ACTORS = frozenset(
    ("Actor", "State", "Government", "ArmedGroup", "ArmedForce", "IntergovernmentalOrganization", "Person")
)
"""The classes of actors, by their local names."""

_LEADS_HOME = tuple(TERM + name for name in ("locatedIn", "territoryOf", "officeOf", "belongsTo", "place"))
_HOMES = {TERM + "State", TERM + "Country"}
_STEPS = 4


@dataclass(frozen=True)
class Node:
    """A node: its name as a CURIE, its class, what it is called, where it is at home, and when it was.

    ``countries`` are items of Wikidata. ``first`` and ``last`` are the days between which an event lies,
    ``known`` the day of the latest source that mentions the node.
    """

    iri: str
    curie: str
    kind: str
    label: str
    names: tuple[str, ...]
    countries: frozenset[str] = frozenset()
    first: date | None = None
    last: date | None = None
    known: date | None = None
    links: tuple[tuple[str, str], ...] = ()
    is_sought: bool = False

    @property
    def is_decided(self) -> bool:
        """Tell whether the node has a link, or was looked for in vain."""
        return bool(self.links) or self.is_sought


class Nodes:
    """The nodes of a graph, by their IRIs, sorted."""

    def __init__(self, data: Iterable[Triple], mappings: Iterable[Triple]) -> None:
        self._values: defaultdict[str, defaultdict[str, list[object]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._subjects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for triple in (*data, *mappings):
            if not isinstance(triple.subject, NamedNode):
                continue
            self._values[triple.subject.value][triple.predicate.value].append(triple.object)
            if isinstance(triple.object, NamedNode):
                self._subjects[triple.predicate.value, triple.object.value].append(triple.subject.value)
        found = (self._node(iri) for iri in sorted(self._values) if self._kind(iri))
        self.all: Mapping[str, Node] = {node.iri: node for node in found}

    def actors(self) -> list[Node]:
        """Give the actors."""
        return [node for node in self.all.values() if node.kind in ACTORS]

    def named(self, name: str) -> Node:
        """Give a node by its IRI or its prefixed name; raises UsageError if there is none."""
        prefix, _, local = name.strip("<>").partition(":")
        iri = PREFIXES[prefix] + local if prefix in PREFIXES else name.strip("<>")
        node = self.all.get(iri)
        if node is None:
            raise UsageError(
                f"There is no node {name} in the graph.",
                remedy="Name it like actor:ttp, or by its IRI; --published also knows what was accepted.",
            )
        return node

    def _node(self, iri: str) -> Node:
        english = self._texts(iri, RDFS + "label", "en")
        others = self._texts(iri, RDFS + "label") + self._texts(iri, SKOS + "altLabel")
        names = tuple(dict.fromkeys((*english, *others)))
        days = [self._days(iri, TERM + name) for name in ("earliestDate", "latestDate")]
        sources = self._iris(iri, TERM + "mentionedIn")
        published = [
            day for source in sources for day in self._days(source, PREFIXES["schema"] + "datePublished")
        ]
        prefix, _, slug = iri.removeprefix(ID).partition("/")
        kind = self._kind(iri)
        return Node(
            iri=iri,
            curie=f"{prefix}:{slug}",
            kind=kind,
            label=names[0] if names else slug,
            names=names,
            countries=frozenset() if TERM + kind in _HOMES else frozenset(self._countries(iri)),
            first=min(days[0], default=None),
            last=max(days[1], default=None),
            known=max(published, default=None),
            links=tuple(self._links(iri)),
            is_sought=bool(self._values[iri].get(TERM + "notFoundInWikidata")),
        )

    def _kind(self, iri: str) -> str:
        kinds = [each for each in self._iris(iri, RDF + "type") if each.startswith(TERM)]
        return min(kinds).removeprefix(TERM) if kinds and iri.startswith(ID) else ""

    def _links(self, iri: str) -> Iterator[tuple[str, str]]:
        for relation in RELATIONS:
            for item in sorted(self._iris(iri, SKOS + relation)):
                if item.startswith(WIKIDATA_ENTITY):
                    yield relation, item.removeprefix(WIKIDATA_ENTITY)

    def _countries(self, iri: str) -> set[str]:
        """Walk from a node to the states and countries that it belongs to; give their items."""
        found: set[str] = set()
        level, seen = [iri], {iri}
        for _ in range(_STEPS):
            level = [each for node in level for each in self._nearer_home(node) if each not in seen]
            seen.update(level)
            for each in level:
                if _HOMES & set(self._iris(each, RDF + "type")):
                    found.update(item for _, item in self._links(each))
        return found

    def _nearer_home(self, iri: str) -> Iterator[str]:
        for predicate in _LEADS_HOME:
            yield from self._iris(iri, predicate)
        for side in self._iris(iri, TERM + "side"):
            yield from self._subjects[TERM + "side", side]
        for holding in self._subjects[TERM + "officeHolder", iri]:
            yield from self._iris(holding, TERM + "office")

    def _iris(self, iri: str, predicate: str) -> list[str]:
        found = self._values[iri].get(predicate, ()) if iri in self._values else ()
        return [each.value for each in found if isinstance(each, NamedNode)]

    def _texts(self, iri: str, predicate: str, language: str | None = None) -> list[str]:
        found = self._values[iri].get(predicate, ())
        literals = [each for each in found if isinstance(each, Literal)]
        return [each.value for each in literals if language is None or each.language == language]

    def _days(self, iri: str, predicate: str) -> list[date]:
        found = self._values[iri].get(predicate, ()) if iri in self._values else ()
        return [date.fromisoformat(each.value) for each in found if isinstance(each, Literal)]
