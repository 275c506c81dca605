"""The description of the HTTP surface (OpenAPI 3.1), made from the addresses that there are.

Every address and method comes from the routing table, its summary from the docstring of its view; only
parameters and bodies, which the code cannot tell, stand in the table here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from werkzeug.routing import Rule

import khyber
from khyber.contributions.media import MEDIA
from khyber.engine.base import ResultKind
from khyber.rdf.delta import MEDIA_TYPE as RDF_PATCH
from khyber.rdf.reading import FORMATS as READ
from khyber.sparql.formats import formats_for
from khyber.sparql.graph_store import MULTIPART
from khyber.sparql.protocol import FORM, QUERY, UPDATE
from khyber.validation.reports.formats import REPORT_FORMATS
from khyber.web.about import served
from khyber.web.problems import JSON as PROBLEM

Schema = dict[str, Any]

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
"""The methods that OpenAPI has a name for and that are told one by one; HEAD goes with GET."""

_RESULTS = tuple(dict.fromkeys(entry.media_type for kind in ResultKind for entry in formats_for(kind)))
_GRAPHS = tuple(dict.fromkeys(form.media_type for form in READ.values()))

blueprint = Blueprint("openapi", __name__)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a query string: its name, what it is, and whether it may stand more than once."""

    name: str
    help: str
    kind: str = "string"
    repeated: bool = False

    def schema(self) -> Schema:
        """Give the schema of its value."""
        value: Schema = {"type": self.kind}
        if self.name.endswith("-uri") or self.name == "graph":
            value["format"] = "iri"
        return {"type": "array", "items": value} if self.repeated else value


@dataclass(frozen=True)
class Detail:
    """What the code cannot tell of an address.

    ``bodies`` are the media types of request bodies; a form has the ``parameters`` too. ``answers`` are the
    media types of a good answer. ``fields`` are the members of an object that is sent in JSON, all of them
    texts. ``token`` names the methods that need one; PUT and DELETE always do.
    """

    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[str, ...] = ()
    answers: tuple[str, ...] = ("application/json",)
    fields: tuple[str, ...] = ()
    token: tuple[str, ...] = ()


_DATASET = (
    Parameter("default-graph-uri", "A graph that the default graph holds.", repeated=True),
    Parameter("named-graph-uri", "A named graph of the dataset.", repeated=True),
)
_USING = (
    Parameter("using-graph-uri", "A graph in which WHERE is answered.", repeated=True),
    Parameter("using-named-graph-uri", "A named graph for WHERE.", repeated=True),
)
_GRAPH = (
    Parameter("graph", "The IRI of the graph."),
    Parameter("default", "Stands without a value for the default graph."),
)
_VERSION = Parameter(
    "version", "The version that is asked: its number, its id, or both as 12-8c7d1a631d44d2b4."
)
_TOLD = (
    Parameter("title", "Of a write to the published graph: what it is, in a few words."),
    Parameter("source", "Of such a write: where it comes from, an IRI or a citation."),
    Parameter("licence", "Of such a write: under which licence the source may be used."),
)
_TIMEOUT = Parameter("timeout", "The time limit in seconds, below the server's own.", "number")
_RECONCILED = Detail(
    (
        Parameter("queries", "A batch of queries, as a JSON object."),
        Parameter("extend", "Nodes and properties whose values are wanted, as a JSON object."),
        Parameter("callback", "GET: the name of a function that is called with the answer (JSONP)."),
    ),
    (FORM,),
)
_TYPED = (
    Parameter("prefix", "What was typed."),
    Parameter("cursor", "How many suggestions to leave out.", "integer"),
)
_TOLD_OF = Detail((Parameter("id", "The id of the node, class or property."),))
_READ = Detail(answers=(*_GRAPHS, "text/html"))

_DOCUMENTS = (*(medium.media_type for medium in MEDIA), MULTIPART)
_REPORTS = tuple(form.media_type for form in REPORT_FORMATS)
_OBJECT = ("application/json",)
_DOCUMENT = (
    Parameter("name", "What the document is called in findings."),
    Parameter("removes", "yes where the triples of the document are to be removed."),
    Parameter("skolemise", "yes gives blank nodes IRIs instead of refusing them."),
)
_PAGED = (
    Parameter("limit", "GET: how many at most, up to 500.", "integer"),
    Parameter("before", "GET: only those with a number below this one.", "integer"),
)

DETAILS: dict[str, Detail] = {
    "/": Detail(answers=("text/html",)),
    "/sparql": Detail(
        (Parameter("query", "A SPARQL query."), *_DATASET, _TIMEOUT, _VERSION),
        (FORM, QUERY, UPDATE),
        (*_RESULTS, "text/html"),
    ),
    "/update": Detail(
        (Parameter("update", "A SPARQL update."), *_USING, _TIMEOUT, *_TOLD),
        (FORM, UPDATE),
        (),
        token=("POST",),
    ),
    "/graphs": Detail((*_GRAPH, *_TOLD), (*_GRAPHS, MULTIPART), _GRAPHS, token=("POST",)),
    "/graphs/<path:path>": Detail(_TOLD, (*_GRAPHS, MULTIPART), _GRAPHS, token=("POST",)),
    "/id/<path:name>": _READ,
    "/ontology": _READ,
    "/ontology.<suffix>": _READ,
    "/ontology/<path:version>": _READ,
    "/shapes": _READ,
    "/shapes.<suffix>": _READ,
    "/graph/<path:name>": _READ,
    "/.well-known/void": _READ,
    "/.well-known/dcat": _READ,
    "/.well-known/sparql-examples": _READ,
    "/export": Detail(
        (
            Parameter("format", "The key of a format: trig, nquads, turtle, ntriples, rdfxml, jsonld."),
            _VERSION,
        ),
        answers=_GRAPHS,
    ),
    "/validate": Detail(
        (*_DOCUMENT, Parameter("format", "How the report is written: json, text, turtle, sarif, html.")),
        _DOCUMENTS,
        _REPORTS,
    ),
    "/contributions": Detail(
        (
            *_DOCUMENT,
            Parameter("title", "What is sent in, in a few words."),
            Parameter("source", "Where it comes from: an IRI, or a citation."),
            Parameter("licence", "Under which licence the source may be used."),
            Parameter("status", "GET: only contributions in this state."),
            *_PAGED,
        ),
        _DOCUMENTS,
        ("application/json", "text/html"),
        token=("POST",),
    ),
    "/contributions/<int:number>": Detail(answers=("application/json", "text/html")),
    "/contributions/<int:number>/diff": Detail(answers=(RDF_PATCH, "text/plain")),
    "/contributions/<int:number>/report": Detail(answers=_REPORTS),
    "/contributions/<int:number>/payload": Detail(answers=("application/octet-stream",)),
    "/contributions/<int:number>/payload/<int:part>": Detail(answers=("application/octet-stream",)),
    "/contributions/<int:number>/decision": Detail(
        (), _OBJECT, fields=("decision", "reason"), token=("POST",)
    ),
    "/contributions/<int:number>/redaction": Detail((), _OBJECT, fields=("reason",), token=("POST",)),
    "/contribution/<int:number>": Detail(answers=("text/html",)),
    "/merges": Detail((), _OBJECT, fields=("node", "into", "reason"), token=("POST",)),
    "/retirements": Detail((), _OBJECT, fields=("node", "reason"), token=("POST",)),
    "/versions": Detail(_PAGED, answers=("application/json", "text/html")),
    "/versions/<int:sequence>": Detail(answers=("application/json", "text/html")),
    "/versions/<int:earlier>/diff/<int:later>": Detail(answers=(RDF_PATCH, "text/plain")),
    "/version/<int:sequence>": Detail(answers=("text/html",)),
    "/tokens": Detail((), _OBJECT, fields=("name", "role", "query_timeout"), token=("GET", "POST")),
    "/reconcile": _RECONCILED,
    "/reconcile/": _RECONCILED,
    "/reconcile/properties": Detail(
        (
            Parameter("type", "The class whose nodes are to be extended."),
            Parameter("limit", "How many at most.", "integer"),
        )
    ),
    "/reconcile/suggest/entity": Detail(
        (*_TYPED, Parameter("type", "A class that the nodes are to be of.", repeated=True))
    ),
    "/reconcile/suggest/type": Detail(_TYPED),
    "/reconcile/suggest/property": Detail(_TYPED),
    "/reconcile/flyout/entity": _TOLD_OF,
    "/reconcile/flyout/type": _TOLD_OF,
    "/reconcile/flyout/property": _TOLD_OF,
    "/reconcile/preview/<path:name>": Detail(answers=("text/html",)),
    "/metrics": Detail(answers=("text/plain",)),
    "/favicon.ico": Detail(answers=("image/svg+xml",)),
    "/static/<path:filename>": Detail(answers=("application/octet-stream",)),
}
"""The addresses of which there is more to say than that they answer JSON."""


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe every address of this server, as OpenAPI."""
    rules = sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return jsonify(document(rules, current_app.view_functions, title=served().title))


def document(rules: Iterable[Rule], views: dict[str, Callable[..., Any]], *, title: str) -> Schema:
    """Give the description of these addresses, with the views that answer them."""
    paths: dict[str, Schema] = {}
    for rule in rules:
        item = paths.setdefault(path_of(rule), {})
        item.update(_operations(rule, views[rule.endpoint]))
        variables = [_path_parameter(rule, name) for name in sorted(rule.arguments)]
        if variables:
            item["parameters"] = variables
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": khyber.__version__,
            "description": "Where there is GET there is HEAD, and OPTIONS lists the methods of an address.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM_SCHEMA},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def path_of(rule: Rule) -> str:
    """Give the path of a rule as OpenAPI writes it: its variables in braces."""
    return "".join(f"{{{part}}}" if is_variable else part for is_variable, part in _parts(rule))


def _parts(rule: Rule) -> Iterable[tuple[bool, str]]:
    for piece in rule.rule.split("<"):
        variable, closes, literal = piece.rpartition(">")
        if closes:
            yield True, variable.rpartition(":")[2]
        if literal:
            yield False, literal


def _operations(rule: Rule, view: Callable[..., Any]) -> Schema:
    detail = DETAILS.get(rule.rule, Detail())
    methods = [method for method in _METHODS if method in (rule.methods or ())]
    operations = {method.lower(): _operation(rule, method, view, detail) for method in methods}
    others = sorted((rule.methods or set()) - {*_METHODS, "HEAD", "OPTIONS"})
    return {**operations, "x-methods": others} if others else operations


def _operation(rule: Rule, method: str, view: Callable[..., Any], detail: Detail) -> Schema:
    summary, _, description = (inspect.getdoc(view) or "").partition("\n")
    found: Schema = {
        "operationId": f"{method.lower()} {path_of(rule)}",
        "summary": summary,
        "parameters": [_query_parameter(parameter) for parameter in detail.parameters],
        "responses": {
            "2XX": {"description": "The answer.", **_content(detail.answers)},
            "default": {
                "description": "A problem (RFC 9457).",
                "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if description.strip():
        found["description"] = description.strip()
    if method in ("POST", "PUT", "PATCH") and detail.bodies:
        found["requestBody"] = {"content": {body: _body(body, detail) for body in detail.bodies}}
    if method in ("PUT", "DELETE", "PATCH", *detail.token):
        found["security"] = [{"token": []}]
    return found


def _content(media_types: Iterable[str]) -> Schema:
    content: Schema = {media_type: {} for media_type in media_types}
    return {"content": content} if content else {}


def _body(media_type: str, detail: Detail) -> Schema:
    if detail.fields:
        members = {name: {"type": "string"} for name in detail.fields}
        return {"schema": {"type": "object", "properties": members}}
    if media_type != FORM:
        return {"schema": {"type": "string"}}
    properties = {parameter.name: parameter.schema() for parameter in detail.parameters}
    return {"schema": {"type": "object", "properties": properties}}


def _query_parameter(parameter: Parameter) -> Schema:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.help,
        "schema": parameter.schema(),
    }


def _path_parameter(rule: Rule, name: str) -> Schema:
    kind = "integer" if f"<int:{name}>" in rule.rule else "string"
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}


_PROBLEM_SCHEMA: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "description": "Which error it is.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "source": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "sheet": {"type": "string"},
        "conforms": {"type": "boolean"},
        "counts": {"type": "object"},
        "findings": {"type": "array", "items": {"type": "object"}},
        "more": {"type": "integer"},
    },
}
