"""What there is to reconcile with: the nodes of the published graph with their names, classes, properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from khyber.rdf.namespaces import ID, PREFIXES, TERM

ITEM = "wikidata"
"""The id of the property that gives a node's Wikidata item, which is no property of the ontology."""

CODES = "skos:Concept"
"""The class of the codes: the members of the lists of stances, kinds of harm, topics."""

_BY_NAMESPACE = {namespace: prefix for prefix, namespace in PREFIXES.items()}


@dataclass(frozen=True)
class Name:
    """A name of a node; an alias is any name but its label."""

    text: str
    language: str = ""
    is_alias: bool = False


@dataclass(frozen=True)
class Entity:
    """A node: its id, its names with the label first, its classes from the most specific on, a note.

    ``item`` is the Wikidata item that is the same thing, as Q-id; "" where none is known.
    """

    id: str
    names: tuple[Name, ...]
    types: tuple[str, ...]
    note: str = ""
    item: str = ""

    @property
    def label(self) -> str:
        """Give the name that it is shown by."""
        return self.names[0].text

    @property
    def kind(self) -> str:
        """Give the first part of its id: actor, place, …."""
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class Term:
    """A class or a property of the ontology: its id, label, definition, and the terms just above it.

    ``range`` is the class of a property's values, "" where it has none or they are no nodes.
    """

    id: str
    label: str
    definition: str = ""
    broader: tuple[str, ...] = ()
    range: str = ""


@dataclass(frozen=True)
class Catalogue:
    """All of it, by id. ``replaced`` leads from the id of a merged node to the one that took its place."""

    entities: Mapping[str, Entity]
    classes: Mapping[str, Term] = field(default_factory=dict)
    properties: Mapping[str, Term] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)

    def entity(self, told: str) -> Entity | None:
        """Give the node that an id, an IRI or a prefixed name names; None if none is named."""
        found = entity_id(told)
        for _ in range(len(self.replaced) + 1):
            if found not in self.replaced:
                break
            found = self.replaced[found]
        return self.entities.get(found)

    @property
    def suggestible(self) -> Mapping[str, Term]:
        """Give the classes that nodes may be asked to be of: those of our ontology, and codes."""
        return {name: term for name, term in self.classes.items() if ":" not in name or name == CODES}

    def class_label(self, told: str) -> str:
        """Give the label of a class, or its id where it has none."""
        term = self.classes.get(told)
        return term.label if term else told


def above(name: str, classes: Mapping[str, Term]) -> set[str]:
    """Give all classes above a class."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        term = classes.get(waiting.pop())
        for broader in term.broader if term else ():
            if broader not in found:
                found.add(broader)
                waiting.append(broader)
    return found - {name}


def entity_id(told: str) -> str:
    """Give the id of a node from its IRI, its prefixed name or its id: ``actor/ttp``."""
    text = told.strip()
    if text.startswith(ID):
        return text.removeprefix(ID)
    prefix, colon, name = text.partition(":")
    namespace = PREFIXES.get(prefix, "") if colon else ""
    return f"{namespace.removeprefix(ID)}{name}" if namespace.startswith(ID) else text


def term_id(told: str) -> str:
    """Give the id of a class or property: the last part of our IRIs, the prefixed name of others'."""
    text = told.strip()
    if text.startswith(("https://", "http://")):
        end = max(text.rfind("#"), text.rfind("/")) + 1
        namespace, name = text[:end], text[end:]
        if namespace == TERM:
            return name
        prefix = _BY_NAMESPACE.get(namespace)
        return f"{prefix}:{name}" if prefix and name else text
    return text.removeprefix("khyber:")


def term_iri(told: str) -> str:
    """Give the IRI of a class or property from its id, its prefixed name or its IRI."""
    text = told.strip()
    if text.startswith(("https://", "http://")):
        return text
    prefix, colon, name = text.partition(":")
    return PREFIXES[prefix] + name if colon and prefix in PREFIXES else TERM + text
