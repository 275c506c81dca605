"""Where on this server the page of an IRI is."""

from __future__ import annotations

from urllib.parse import quote

from flask import request, url_for

from khyber.rdf.namespaces import BASE
from khyber.web.about import served

_OWN = ("id/", "ontology", "shapes", "graph/", "sparql")
_SAFE = "/#~:@!$&'()*+,;=-._"


def page_of(iri: str) -> str | None:
    """Give the address of what is known about an IRI of ours, or None for another's.

    The published graph's IRIs have pages; on a server of other files a query tells what is said.
    """
    if not iri.startswith(BASE):
        return None
    if not served().release:
        return url_for("sparql.sparql", query=f"DESCRIBE <{iri}>")
    path = iri.removeprefix(BASE)
    return f"{request.script_root}/{quote(path, safe=_SAFE)}" if path.startswith(_OWN) else None


def link_to(iri: str) -> str | None:
    """Give the address that a link on an IRI leads to: our page, else the web, else nothing."""
    return page_of(iri) or (iri if iri.startswith(("https://", "http://")) else None)
