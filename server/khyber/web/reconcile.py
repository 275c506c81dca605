"""The Reconciliation Service API 0.2: names in, nodes of the published graph out (khyber.reconciliation)."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

import khyber
from khyber.errors import InputError, UnsupportedMediaType
from khyber.reconciliation import suggesting
from khyber.reconciliation.asking import read_batch
from khyber.reconciliation.catalogue import ITEM, term_id
from khyber.reconciliation.extending import ITEM_PROPERTY, extend, propose, read_extension
from khyber.reconciliation.index import Index
from khyber.reconciliation.manifest import (
    SERVICE,
    manifest,
    proposed_properties,
    results,
    suggested_entities,
    suggested_properties,
    suggested_types,
)
from khyber.reconciliation.matching import answer_batch
from khyber.reconciliation.service import Service, give_way
from khyber.sparql.protocol import FORM
from khyber.web.about import served
from khyber.web.asking import asking
from khyber.web.linked_data import published

JSONP = "text/javascript"
MULTIPART = "multipart/form-data"

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,99}(?:\.[A-Za-z_$][\w$]{0,99}){0,4}", re.ASCII)
_OUTDATED = ("query",)
_EXTENSION = "khyber.reconciliation"

blueprint = Blueprint("reconcile", __name__)


@blueprint.record_once
def _keep_editions(state: BlueprintSetupState) -> None:
    """Let each application have a service of its own."""
    state.app.extensions[_EXTENSION] = Service()


@blueprint.teardown_app_request
def _index_ahead(_error: BaseException | None) -> None:
    """Have what is published indexed, now that a first request is answered: no answer waits for it.

    Only what tells its version when it is asked can become another; the rest is indexed on demand.
    """
    about = served()
    if callable(about.named):
        _service().follow(about.engine)


@blueprint.route(SERVICE, methods=["GET", "POST"])
@blueprint.route(f"{SERVICE}/", methods=["GET", "POST"])
def reconcile() -> Response:
    """Find the nodes that names mean, or give the values of nodes; without parameters, the manifest.

    ``queries`` and ``extend`` are texts in JSON, in the query string or in a form.
    """
    about = published()
    asked = _asked()
    if asked is None:
        return answer(manifest(about.base_url, about.title, khyber.__version__, index().catalogue))
    name, text = asked
    found = index()
    if name == "queries":
        batch = read_batch(text)
        with _service().comparing():
            candidates = answer_batch(asking(), found, batch, give_way=give_way)
        return answer(results(found.catalogue, candidates))
    return answer(extend(asking(), found.catalogue, read_extension(text)))


@blueprint.get(f"{SERVICE}/properties")
def properties() -> Response:
    """Propose the properties of the nodes of a class, to extend data with."""
    published()
    kind = request.args.get("type", "")
    limit = _number("limit")
    return answer(proposed_properties(kind, limit, propose(asking(), index().catalogue, kind, limit)))


@blueprint.get(f"{SERVICE}/suggest/entity")
def suggest_entity() -> Response:
    """Suggest nodes whose name begins with what was typed."""
    published()
    found = index()
    wanted = tuple(filter(None, map(term_id, request.args.getlist("type"))))
    prefix, cursor = _prefix(), _number("cursor") or 0
    with _service().comparing():
        suggested = suggesting.entities(asking(), found, prefix, types=wanted, cursor=cursor)
    return answer(suggested_entities(found.catalogue, suggested))


@blueprint.get(f"{SERVICE}/suggest/type")
def suggest_type() -> Response:
    """Suggest classes whose label begins with what was typed."""
    published()
    catalogue = index().catalogue
    found = suggesting.terms(catalogue.suggestible, _prefix(), cursor=_number("cursor") or 0)
    return answer(suggested_types(catalogue, found))


@blueprint.get(f"{SERVICE}/suggest/property")
def suggest_property() -> Response:
    """Suggest properties whose label begins with what was typed."""
    published()
    known = {ITEM: ITEM_PROPERTY, **index().catalogue.properties}
    found = suggesting.terms(known, _prefix(), cursor=_number("cursor") or 0)
    return answer(suggested_properties(found))


def index() -> Index:
    """Give the index of what is published now."""
    return _service().index(asking())


def _service() -> Service:
    return cast("Service", current_app.extensions[_EXTENSION])


def _asked() -> tuple[str, str] | None:
    """Give the name and the text of the parameter that asks something, or None where nothing is asked."""
    if request.method == "POST" and request.mimetype not in (FORM, MULTIPART, ""):
        raise UnsupportedMediaType(
            f"A body of type {request.mimetype} is not read here.", remedy=f"Send a form ({FORM})."
        )
    given = [*request.form.items(multi=True), *request.args.items(multi=True)]
    told = [(name, text) for name, text in given if name in ("queries", "extend")]
    if len(told) > 1:
        raise InputError("More than one of queries and extend was given.", remedy="Send one in a request.")
    if told:
        return told[0]
    if request.method == "POST" or any(name in _OUTDATED for name, _ in given):
        raise InputError(
            "Nothing was asked.",
            remedy='Send the parameter queries, such as {"q0": {"query": "TTP"}}, or the parameter extend.',
        )
    return None


def _prefix() -> str:
    if "prefix" not in request.args:
        raise InputError("There is no prefix.", remedy="Send what was typed as the parameter prefix.")
    return request.args["prefix"][:200]


def _number(name: str) -> int | None:
    told = request.args.get(name)
    if not told:
        return None
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise InputError(f"The parameter {name} is not a whole number.")
    return int(told)


def answer(document: dict[str, Any]) -> Response:
    """Answer in JSON, or with a script that calls the function that the client names (JSONP)."""
    callback = request.args.get("callback")
    text = json.dumps(document, ensure_ascii=False)
    if callback is None:
        return Response(text, content_type="application/json")
    if not _CALLBACK.fullmatch(callback):
        raise InputError(
            "The callback is not the name of a function.", remedy="Or leave it out: any origin may ask."
        )
    # What is no line end in JSON was one in scripts of old; the comment keeps the answer from being a file
    # of another kind that begins with the name of the function.
    safe = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("<", "\\u003c")
    return Response(f"/**/{callback}({safe});", content_type=f"{JSONP}; charset=utf-8")
