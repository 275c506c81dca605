"""The project's own Turtle writer: the same triples always give the same text, whoever writes them.

Data files are source code: reviewable as a diff, stable under re-writing. So the writer sorts everything,
names the prefixes it uses and no other, and gives each subject a block, each predicate a line::

    actor:pakistan a khyber:State ;
        rdfs:label "Pakistan"@en ;
        khyber:side side:pakistan .

Grammar: https://www.w3.org/TR/turtle/#sec-grammar. What could be in doubt is written out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.errors import InputError
from khyber.rdf.namespaces import PREFIXES, RDF, XSD

WIDTH = 110
INDENT = "    "

_TYPE = RDF + "type"
_SAFE_PREFIX = re.compile(r"(?:[A-Za-z](?:[A-Za-z0-9_-]*))?")
_SAFE_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
_SHORT_FORMS = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_NAMED_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r", "\n": "\\n", "\b": "\\b", "\f": "\\f"}
# Control characters, line separators, the byte order mark and the marks that turn the direction of a line: a
# reviewer would not see them.
_ESCAPED = re.compile('[\\\\"\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]')
_ESCAPED_IN_LONG = re.compile(_ESCAPED.pattern.replace("\u0000-\u001f", "\u0000-\u0009\u000b-\u001f"))

_Object = NamedNode | Literal


def write_turtle(triples: Iterable[Triple], prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Give the Turtle text of some triples; duplicates count once.

    Subjects stand in the order of their IRIs; ``a`` comes first, then the predicates in the order of their
    IRIs; objects are IRIs and then literals, sorted. A prefixed name stands only where its local part needs
    no escape. Raises InputError for a blank node or a triple term: they have no name to sort by, and data/
    holds none.
    """
    names = _Names(prefixes)
    blocks = [_block(subject, properties, names) for subject, properties in _by_subject(triples)]
    parts = ["\n".join(names.declarations()), *blocks] if names.used else blocks
    return "\n\n".join(parts) + "\n" if parts else ""


def _by_subject(triples: Iterable[Triple]) -> list[tuple[NamedNode, list[tuple[NamedNode, list[_Object]]]]]:
    grouped: dict[NamedNode, dict[NamedNode, set[_Object]]] = defaultdict(lambda: defaultdict(set))
    for triple in triples:
        if not isinstance(triple.subject, NamedNode) or not isinstance(triple.object, NamedNode | Literal):
            kind = _kind_without_name(triple)
            raise InputError(
                f"A {kind} cannot be written in the project's form of Turtle: {triple}.",
                remedy="Give the node an IRI.",
            )
        grouped[triple.subject][triple.predicate].add(triple.object)
    return [(subject, _properties(grouped[subject])) for subject in sorted(grouped, key=_iri)]


def _properties(objects_of: Mapping[NamedNode, set[_Object]]) -> list[tuple[NamedNode, list[_Object]]]:
    return [
        (predicate, sorted(objects_of[predicate], key=_object_order))
        for predicate in sorted(objects_of, key=_predicate_order)
    ]


def _kind_without_name(triple: Triple) -> str:
    return "blank node" if BlankNode in (type(triple.subject), type(triple.object)) else "triple term"


def _iri(node: NamedNode) -> str:
    return node.value


def _predicate_order(predicate: NamedNode) -> tuple[bool, str]:
    return predicate.value != _TYPE, predicate.value


def _object_order(term: _Object) -> tuple[int, str, str, str, str]:
    if isinstance(term, NamedNode):
        return 0, term.value, "", "", ""
    return 1, term.value, term.datatype.value, term.language or "", str(term.direction or "")


def _block(subject: NamedNode, properties: list[tuple[NamedNode, list[_Object]]], names: _Names) -> str:
    lines = [
        _property(
            "a" if predicate.value == _TYPE else names.write(predicate), [names.write(o) for o in objects]
        )
        for predicate, objects in properties
    ]
    first = names.write(subject)
    return f"{first} " + f" ;\n{INDENT}".join(lines) + " ."


def _property(predicate: str, objects: list[str]) -> str:
    one_line = f"{predicate} {', '.join(objects)}"
    if len(objects) == 1 or (len(INDENT) + len(one_line) + 2 <= WIDTH and "\n" not in one_line):
        return one_line
    separator = f"\n{INDENT * 2}"
    return predicate + separator + f",{separator}".join(objects)


class _Names:
    """How terms are written under some prefixes, and which of the prefixes were used."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.used: set[str] = set()
        self._prefixes = {
            prefix: prefixes[prefix] for prefix in sorted(prefixes) if _SAFE_PREFIX.fullmatch(prefix)
        }
        # The longest namespace wins, and of two prefixes for one namespace the first by name.
        self._namespaces = sorted(self._prefixes.items(), key=lambda item: (-len(item[1]), item[0]))

    def declarations(self) -> list[str]:
        """Give the declarations of the prefixes that were used, sorted."""
        return [f"@prefix {prefix}: <{self._prefixes[prefix]}> ." for prefix in sorted(self.used)]

    def write(self, term: _Object) -> str:
        """Give the shortest safe form of an IRI or a literal."""
        return self._iri(term.value) if isinstance(term, NamedNode) else self._literal(term)

    def _iri(self, iri: str) -> str:
        for prefix, namespace in self._namespaces:
            if iri.startswith(namespace) and _SAFE_LOCAL.fullmatch(iri, len(namespace)):
                self.used.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"

    def _literal(self, literal: Literal) -> str:
        if literal.language:
            return f"{_quoted(literal.value)}@{literal.language}" + (
                f"--{literal.direction.value}" if literal.direction else ""
            )
        datatype = literal.datatype.value
        short = _SHORT_FORMS.get(datatype)
        if short and short.fullmatch(literal.value):
            return literal.value
        if datatype == XSD + "string":
            return _quoted(literal.value)
        return f"{_quoted(literal.value)}^^{self._iri(datatype)}"


def _quoted(text: str) -> str:
    if "\n" in text:
        return f'"""{_ESCAPED_IN_LONG.sub(_escape, text)}"""'
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _NAMED_ESCAPES.get(character) or f"\\u{ord(character):04X}"
