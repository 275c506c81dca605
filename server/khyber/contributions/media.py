"""The kinds of document that a contributor may give: one table of media types, suffixes and readers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

from pyoxigraph import RdfFormat

from khyber.errors import FileUnreadable, Location, UnsupportedMediaType
from khyber.rdf.delta import MEDIA_TYPE as RDF_PATCH
from khyber.rdf.reading import PACKED


class Syntax(Enum):
    """How a document is read: by which of the readers."""

    TERSE = "Turtle and its kin: places are known"
    TREE = "JSON-LD and RDF/XML: places are not known"
    PATCH = "RDF Patch"
    TABLE = "comma- or tab-separated values"
    WORKBOOK = "XLSX"


@dataclass(frozen=True)
class Medium:
    """One kind of document."""

    name: str
    media_type: str
    suffixes: tuple[str, ...]
    syntax: Syntax
    format: RdfFormat | None = None
    also: tuple[str, ...] = ()


MEDIA = (
    Medium("Turtle", "text/turtle", (".ttl",), Syntax.TERSE, RdfFormat.TURTLE, ("application/x-turtle",)),
    Medium("TriG", "application/trig", (".trig",), Syntax.TERSE, RdfFormat.TRIG),
    Medium("N-Triples", "application/n-triples", (".nt",), Syntax.TERSE, RdfFormat.N_TRIPLES),
    Medium("N-Quads", "application/n-quads", (".nq",), Syntax.TERSE, RdfFormat.N_QUADS),
    Medium(
        "JSON-LD",
        "application/ld+json",
        (".jsonld", ".json"),
        Syntax.TREE,
        RdfFormat.JSON_LD,
        ("application/json",),
    ),
    Medium(
        "RDF/XML",
        "application/rdf+xml",
        (".rdf", ".owl", ".xml"),
        Syntax.TREE,
        RdfFormat.RDF_XML,
        ("application/xml", "text/xml"),
    ),
    Medium("RDF Patch", RDF_PATCH, (".rdfp",), Syntax.PATCH, RdfFormat.N_QUADS),
    Medium("CSV", "text/csv", (".csv",), Syntax.TABLE, also=("application/csv", "application/vnd.ms-excel")),
    Medium("tab-separated values", "text/tab-separated-values", (".tsv",), Syntax.TABLE),
    Medium(
        "XLSX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        (".xlsx",),
        Syntax.WORKBOOK,
    ),
)
"""Every kind of document that is read, in the order in which help lists them."""

_BY_TYPE = {name: medium for medium in MEDIA for name in (medium.media_type, *medium.also)}
_BY_SUFFIX = {suffix: medium for medium in MEDIA for suffix in medium.suffixes}
_SAYS_NOTHING = {"", "application/octet-stream", "text/plain", "application/gzip", "application/zstd"}


def medium_of(name: str, media_type: str | None) -> Medium:
    """Choose the kind of a document by its media type, or by the suffix of its name if that says nothing.

    Parameters of the media type (charset) do not matter. Raises UnsupportedMediaType for a media type that is
    not read, FileUnreadable where only the name could tell and does not.
    """
    essence = (media_type or "").partition(";")[0].strip().lower()
    by_suffix = _BY_SUFFIX.get(suffix_of(name))
    if essence in _SAYS_NOTHING:
        if by_suffix:
            return by_suffix
        raise FileUnreadable(
            f"Neither the name {PurePath(name).name!r} nor a media type says what this document is.",
            location=Location(name),
            remedy=f"Known suffixes are {', '.join(_BY_SUFFIX)}, each also with {' or '.join(PACKED)}.",
        )
    medium = _BY_TYPE.get(essence)
    if medium is None:
        raise UnsupportedMediaType(
            f"Documents of type {essence} are not read here.",
            location=Location(name),
            remedy=f"Send {', '.join(known.media_type for known in MEDIA)}.",
        )
    return medium


def suffix_of(name: str) -> str:
    """Give the suffix of a name that tells its kind: ``.ttl`` of ``a.ttl.gz``."""
    path = PurePath(name)
    return (path.with_suffix("") if path.suffix.lower() in PACKED and path.stem else path).suffix.lower()


def packer_of(name: str) -> str | None:
    """Give the suffix of a packed document (``.gz``, ``.zst``), or None."""
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix in PACKED else None
