"""What must be looked at in XML before it is parsed as RDF: that it is whole, flat enough and plain.

The RDF/XML parser takes a document that breaks off for a whole one, so that well-formedness is judged here,
by expat, which gives places too. It stops at a document type declaration, before any entity is looked at.
"""

from __future__ import annotations

from xml.parsers import expat

from khyber.contributions.bounds import Bounds, too_deep
from khyber.errors import InputError, Location, RdfSyntaxError


def require_plain_xml(text: str, source: str, bounds: Bounds) -> None:
    """Refuse XML that is not well-formed, declares a document type, or nests its elements too deep.

    Raises RdfSyntaxError for the first, InputError for the others, each with line and column.
    """
    parser = expat.ParserCreate("utf-8")
    depth = 0

    def here() -> Location:
        return Location(source, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > bounds.depth:
            raise too_deep("elements", here(), bounds)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_declaration: object) -> None:
        raise InputError(
            "The document has a document type declaration; entities are not read here.",
            location=here(),
            remedy="Take the declaration out, and write what its entities stand for in full.",
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = declared
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise RdfSyntaxError(
            f"The XML is not well-formed: {expat.ErrorString(error.code)}.",
            location=Location(source, error.lineno, error.offset + 1),
        ) from None
