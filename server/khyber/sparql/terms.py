"""Terms as people read them in a table: prefixed names, and literals without their quotation marks."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from khyber.rdf.namespaces import PREFIXES

_LOCAL_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*")


def shown(
    term: NamedNode | BlankNode | Literal | Triple | None, prefixes: Mapping[str, str] = PREFIXES
) -> str:
    """Show a term: an IRI by its prefix, a literal as its text and language, what is unbound as nothing."""
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return shortened(term.value, prefixes)
    if isinstance(term, Literal):
        return f"{term.value} @{term.language}" if term.language else term.value
    if isinstance(term, Triple):
        parts = (shown(part, prefixes) for part in (term.subject, term.predicate, term.object))
        return f"<<( {' '.join(parts)} )>>"
    return str(term)


def shortened(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Give the prefixed name of an IRI, or the IRI itself where no prefix makes a name of it."""
    end = max(iri.rfind("#"), iri.rfind("/")) + 1
    namespace, name = iri[:end], iri[end:]
    if _LOCAL_NAME.fullmatch(name):
        for prefix, known in prefixes.items():
            if known == namespace:
                return f"{prefix}:{name}"
    return iri
