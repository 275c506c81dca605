"""What must be looked at in JSON-LD before it is parsed, because a processor would pass over it in silence.

JSON-LD drops a key that no context defines, and a node whose IRI is not one (API §5.1.2, §8): the contributor
would never hear of it. Remote contexts are told apart here too, so that the message can name them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from khyber.errors import InputError, Location, RdfSyntaxError

_NOT_IN_AN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_OPAQUE_CONTAINERS = {"@language", "@index", "@id", "@type", "@graph"}


def require_complete(text: str, source: str) -> None:
    """Refuse remote contexts, keys without a definition and IRIs with characters that none may have.

    Raises RdfSyntaxError (with line and column) for what is no JSON, InputError for the others. Keys are not
    judged where a context has a vocabulary, a container of free keys or JSON literals.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise RdfSyntaxError(
            f"This is no JSON: {error.msg[:1].lower()}{error.msg[1:]}.",
            location=Location(source, error.lineno, error.colno),
        ) from None
    except ValueError:
        raise RdfSyntaxError(
            "A number of the document has too many digits to be read.", location=Location(source)
        ) from None
    contexts = list(_contexts(document))
    for context in contexts:
        _require_local(context, source)
    definitions: dict[str, Any] = {}
    for context in contexts:
        if isinstance(context, dict):
            definitions.update(context)
    _require_iris(document, {"@id"} | {key for key, value in definitions.items() if value == "@id"}, source)
    if not any(map(_opens_keys, definitions.items())):
        _require_defined(document, definitions, source)


def _contexts(value: Any) -> Iterator[Any]:
    for node in _objects(value, into_contexts=True):
        if "@context" in node:
            context = node["@context"]
            yield from context if isinstance(context, list) else [context]


def _objects(value: Any, *, into_contexts: bool = False) -> Iterator[dict[str, Any]]:
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            yield each
            pending.extend(item for key, item in each.items() if into_contexts or key != "@context")
        elif isinstance(each, list):
            pending.extend(each)


def _require_local(context: Any, source: str) -> None:
    remote = context if isinstance(context, str) else None
    if isinstance(context, dict):
        remote = context.get("@import")
    if remote is not None:
        raise InputError(
            f"The document asks for the context {remote!r} from elsewhere; nothing is fetched.",
            location=Location(source),
            remedy="Write the terms that the document uses into its own @context.",
        )


def _require_iris(document: Any, keys: set[str], source: str) -> None:
    for node in _objects(document):
        for key in keys & node.keys():
            if isinstance(node[key], str) and _NOT_IN_AN_IRI.search(node[key]):
                raise InputError(
                    f"{node[key]!r} is no IRI: it holds a character that may not stand in one.",
                    location=Location(source),
                    remedy="Take the character out, or write it as %XX.",
                )


def _opens_keys(definition: tuple[str, Any]) -> bool:
    key, value = definition
    if key == "@vocab":
        return value is not None
    if not isinstance(value, dict):
        return False
    containers = value.get("@container", [])
    return value.get("@type") == "@json" or bool(
        _OPAQUE_CONTAINERS.intersection(containers if isinstance(containers, list) else [str(containers)])
    )


def _require_defined(document: Any, definitions: dict[str, Any], source: str) -> None:
    for node in _objects(document):
        for key in node:
            if key not in definitions and ":" not in key and not key.startswith("@"):
                raise InputError(
                    f"No @context defines the key {key!r}: JSON-LD would leave out what stands under it.",
                    location=Location(source),
                    remedy="Define the key in the @context, or take it out.",
                )
