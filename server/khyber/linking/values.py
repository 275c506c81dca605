"""The linked items as a VALUES block, to paste into a query for Wikidata's own query service."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from khyber.release.sssom import Link, MappingSet


def values_block(mappings: MappingSet, relations: Collection[str] = ("exactMatch",)) -> str:
    """Give ``VALUES (?item ?node) { … }`` for the links of these relations, one a line with its label.

    The query service knows the prefix wd:; the nodes stand with their full IRIs.
    """
    chosen = [link for link in mappings.links if link.is_found and not link.is_rejected]
    rows = [_row(link, mappings) for link in _sorted(chosen) if link.relation in relations]
    return "\n".join(("VALUES (?item ?node) {", *rows, "}")) + "\n"


def _sorted(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=lambda link: link.key)


def _row(link: Link, mappings: MappingSet) -> str:
    item = link.item.partition(":")[2]
    return f"  (wd:{item} <{mappings.iri(link.subject)}>)  # {link.subject_label}"
