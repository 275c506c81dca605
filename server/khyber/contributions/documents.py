"""Reading what a contributor gave: RDF in any syntax, an RDF Patch, or filled sheets.

Nothing is fetched and nothing is executed: a remote ``@context``, ``owl:imports``, entities and formulas are
refused, each with its place and what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, DefaultGraph, Literal, Quad, RdfFormat, Triple

from khyber.contributions.bounds import (
    DEFAULT_BOUNDS,
    Bounds,
    require_shallow_json,
    require_shallow_terse,
    require_size,
    unpacked,
)
from khyber.contributions.cells import Lookup
from khyber.contributions.document import Document, Nowhere, Origin, TextOrigin
from khyber.contributions.json_ld import require_complete
from khyber.contributions.media import Medium, Syntax, medium_of, packer_of
from khyber.contributions.rdf_patch import read_patch
from khyber.contributions.sheets import read_sheets
from khyber.contributions.skolem import skolemised
from khyber.contributions.tables import read_csv, read_workbook
from khyber.contributions.templates import Templates
from khyber.contributions.texts import text_of_bytes
from khyber.contributions.xml import require_plain_xml
from khyber.errors import InputError, UsageError
from khyber.rdf.namespaces import ID, OWL
from khyber.rdf.reading import parse
from khyber.validation.names import short

_IMPORTS = OWL + "imports"


def read_document(
    data: bytes,
    name: str,
    media_type: str | None = None,
    *,
    templates: Templates | None = None,
    lookup: Lookup | None = None,
    skolemise: bool = False,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> Document:
    """Read a document, named ``name`` in messages; its kind is told by ``media_type`` or by its suffix.

    A sheet needs ``templates``; ``lookup`` finds the nodes that its cells name by slug or label. Blank nodes
    are refused, or with ``skolemise`` get IRIs that depend on the document alone (``skolemised``).

    Raises InputError: RdfSyntaxError (with line, column and what was expected), FileUnreadable (not UTF-8, no
    workbook), PayloadTooLarge, UnsupportedMediaType … What is wrong in single cells of a sheet is not raised:
    it is gathered in the ``findings`` of the document.
    """
    medium = medium_of(name, media_type)
    require_size(data, name, bounds)
    packer = packer_of(name)
    plain = unpacked(data, packer, name, bounds) if packer else data
    if medium.syntax in (Syntax.TABLE, Syntax.WORKBOOK):
        if templates is None:
            raise UsageError(
                f"A document of the kind {medium.name} is read by templates, and none were given."
            )
        namer = lookup or _knowing_none
        return _read_sheets(plain, name, medium, (templates, namer), bounds)
    text = text_of_bytes(plain, name)
    document = _read_rdf(text, name, medium, bounds)
    _require_plain_terms(document, bounds)
    if skolemise:
        document = skolemised(document, plain, templates)
    _require_no_blank_node(document)
    return document


def _read_sheets(
    data: bytes, name: str, medium: Medium, known: tuple[Templates, Lookup], bounds: Bounds
) -> Document:
    read = read_workbook if medium.syntax is Syntax.WORKBOOK else read_csv
    sheets = read_sheets(read(data, name, bounds), name, *known, bounds)
    return Document(name, medium.media_type, sheets.triples, findings=sheets.findings, origin=sheets.origin)


def _knowing_none(_text: str) -> frozenset[str]:
    return frozenset()


def _read_rdf(text: str, name: str, medium: Medium, bounds: Bounds) -> Document:
    if medium.syntax is Syntax.PATCH:
        patch = read_patch(text, name)
        return Document(name, medium.media_type, patch.added, patch.removed, origin=patch.origin)
    assert medium.format is not None  # noqa: S101 - every syntax of RDF has its format in the table
    quads = _parsed(text, name, medium.format, bounds)
    origin: Origin = TextOrigin(name, text, len(quads)) if medium.syntax is Syntax.TERSE else Nowhere(name)
    _require_one_graph(quads, origin)
    return Document(name, medium.media_type, tuple(quad.triple for quad in quads), origin=origin)


def _parsed(text: str, name: str, rdf_format: RdfFormat, bounds: Bounds) -> list[Quad]:
    if rdf_format == RdfFormat.JSON_LD:
        require_shallow_json(text, name, bounds)
        require_complete(text, name)
    elif rdf_format == RdfFormat.RDF_XML:
        require_plain_xml(text, name, bounds)
    else:
        require_shallow_terse(text, name, bounds)
    return parse(text.encode(), format=rdf_format, source=name)


def _require_one_graph(quads: Iterable[Quad], origin: Origin) -> None:
    for number, quad in enumerate(quads):
        if not isinstance(quad.graph_name, DefaultGraph):
            raise InputError(
                f"A statement stands in the named graph {quad.graph_name}; a contribution names no graph.",
                location=origin.subject(number),
                remedy="Take the graph out: what is accepted stands in the graph of its contribution.",
            )


def _require_plain_terms(document: Document, bounds: Bounds) -> None:
    """Refuse imports, triple terms and literals longer than they may be."""
    for number, triple in enumerate((*document.triples, *document.removed)):
        value = triple.object
        if triple.predicate.value == _IMPORTS:
            raise InputError(
                "The document asks for another one by owl:imports; nothing is fetched.",
                location=document.origin.predicate(number),
                remedy="Take owl:imports out, and put what is needed into the document itself.",
            )
        if isinstance(value, Triple) or isinstance(triple.subject, Triple):
            raise InputError(
                "A triple stands as a term of another triple.",
                location=document.origin.subject(number),
                remedy="Use a khyber:Assertion: a node that says who claims what.",
            )
        if isinstance(value, Literal) and len(value.value) > bounds.literal:
            raise InputError(
                f"A literal is {len(value.value):,} characters long; {bounds.literal:,} are allowed.",
                location=document.origin.object(number),
                remedy="Quote the few words that matter, and name the source for the rest.",
            )


def _require_no_blank_node(document: Document) -> None:
    for number, triple in enumerate((*document.triples, *document.removed)):
        for term, role in ((triple.subject, "subject"), (triple.object, "value")):
            if isinstance(term, BlankNode):
                origin = document.origin
                raise InputError(
                    f"A blank node stands as {role} of {short(triple.predicate.value)}: "
                    "nobody can refer to it, correct it or remove it.",
                    location=origin.subject(number) if role == "subject" else origin.object(number),
                    remedy=f"Give the node an IRI of the form {ID}KIND/SLUG.",
                )
