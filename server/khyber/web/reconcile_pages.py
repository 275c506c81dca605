"""Previews and flyouts: what a reconciliation client shows of a node, a class or a property."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from khyber.errors import InputError, NotFound
from khyber.rdf.namespaces import ID
from khyber.reconciliation.catalogue import ITEM, Term, entity_id, term_id
from khyber.reconciliation.extending import ITEM_PROPERTY
from khyber.reconciliation.manifest import SERVICE
from khyber.sparql.resource import resource
from khyber.web.asking import asking
from khyber.web.headers import allow_framing
from khyber.web.linked_data import published
from khyber.web.reconcile import answer, index
from khyber.web.resource_page import ResourcePage, resource_page

MOST_ROWS = 6
"""How many properties of a node a preview shows."""

blueprint = Blueprint("reconcile_pages", __name__)


@blueprint.get(f"{SERVICE}/preview/<path:name>")
def preview(name: str) -> Response:
    """Show a node in a few lines, as a page for the frame of a reconciliation client."""
    allow_framing()
    about = published()
    page = _page(name)
    body = render_template("reconcile_preview.html", about=about, page=page, rows=page.statements[:MOST_ROWS])
    return Response(body, content_type="text/html; charset=utf-8")


@blueprint.get(f"{SERVICE}/flyout/entity")
def flyout_entity() -> Response:
    """Tell of a node in a piece of HTML, for the list of suggestions of a reconciliation client."""
    published()
    name = _id()
    return answer({"id": name, "html": render_template("reconcile_flyout.html", page=_page(name))})


@blueprint.get(f"{SERVICE}/flyout/type")
def flyout_type() -> Response:
    """Tell of a class in a piece of HTML."""
    published()
    return _flyout(index().catalogue.classes.get(term_id(_id())))


@blueprint.get(f"{SERVICE}/flyout/property")
def flyout_property() -> Response:
    """Tell of a property in a piece of HTML."""
    published()
    name = term_id(_id())
    return _flyout(ITEM_PROPERTY if name == ITEM else index().catalogue.properties.get(name))


def _flyout(term: Term | None) -> Response:
    if term is None:
        raise _unknown(_id())
    return answer({"id": _id(), "html": render_template("reconcile_flyout.html", term=term)})


def _page(name: str) -> ResourcePage:
    """Prepare what is shown of a node; one that was merged into another is shown as that."""
    entity = index().catalogue.entity(name)
    try:
        described = resource(asking(), ID + (entity.id if entity else entity_id(name)))
    except ValueError:
        described = None
    if described is None:
        raise _unknown(name)
    return resource_page(asking(), described)


def _id() -> str:
    if not request.args.get("id"):
        raise InputError("There is no id.", remedy="Send the parameter id.")
    return request.args["id"]


def _unknown(name: str) -> NotFound:
    return NotFound(
        f"Nothing is known about {name[:200]}.", remedy="Ids are like actor/ttp, ArmedGroup and side."
    )
