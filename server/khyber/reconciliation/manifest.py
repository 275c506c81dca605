"""What the service says of itself, and how its answers are written (Reconciliation Service API 0.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from khyber.rdf.namespaces import ID, TERM
from khyber.reconciliation.asking import BATCH_SIZE
from khyber.reconciliation.catalogue import Catalogue, Entity, Term
from khyber.reconciliation.extending import SETTINGS
from khyber.reconciliation.matching import Candidate

Json = dict[str, Any]

SERVICE = "/reconcile"
DEFAULT_TYPES = ("Actor", "Person", "Place", "Event", "Office")
PREVIEW_WIDTH, PREVIEW_HEIGHT = 430, 250


def manifest(base_url: str, title: str, version: str, catalogue: Catalogue) -> Json:
    """Give the manifest of a service at ``base_url``/reconcile."""
    service = base_url + SERVICE

    def suggest(what: str) -> Json:
        return {
            "service_url": service,
            "service_path": f"/suggest/{what}",
            "flyout_service_url": service,
            "flyout_service_path": f"/flyout/{what}?id=${{id}}",
        }

    return {
        "versions": ["0.2"],
        "name": title,
        "identifierSpace": ID,
        "schemaSpace": TERM,
        "documentation": f"{base_url}/openapi.json",
        "serviceVersion": version,
        "logo": f"{base_url}/static/icon.svg",
        "view": {"url": f"{base_url}/id/{{{{id}}}}"},
        "defaultTypes": [
            {"id": name, "name": catalogue.class_label(name)}
            for name in DEFAULT_TYPES
            if name in catalogue.classes
        ],
        "batchSize": BATCH_SIZE,
        "preview": {
            "url": f"{service}/preview/{{{{id}}}}",
            "width": PREVIEW_WIDTH,
            "height": PREVIEW_HEIGHT,
        },
        "suggest": {what: suggest(what) for what in ("entity", "type", "property")},
        "extend": {
            "propose_properties": {"service_url": service, "service_path": "/properties"},
            "property_settings": list(SETTINGS),
        },
    }


def results(catalogue: Catalogue, found: Mapping[str, Sequence[Candidate]]) -> Json:
    """Write the answers to a batch."""
    return {
        key: {"result": [_candidate(catalogue, candidate) for candidate in candidates]}
        for key, candidates in found.items()
    }


def _candidate(catalogue: Catalogue, candidate: Candidate) -> Json:
    return {
        **_named(catalogue, candidate.entity),
        "type": types(catalogue, candidate.entity),
        "score": candidate.score,
        "match": candidate.is_match,
        "features": [{"id": feature.id, "value": round(feature.value, 1)} for feature in candidate.features],
    }


def suggested_entities(catalogue: Catalogue, found: Sequence[Entity]) -> Json:
    """Write suggestions of nodes."""
    return {
        "result": [{**_named(catalogue, entity), "notable": types(catalogue, entity)} for entity in found]
    }


def suggested_types(catalogue: Catalogue, found: Sequence[Term]) -> Json:
    """Write suggestions of classes, each with those just above it."""

    def broader(term: Term) -> Json:
        above = [{"id": name, "name": catalogue.class_label(name)} for name in term.broader]
        return {"broader": above} if above else {}

    return {"result": [{**_term(term), **broader(term)} for term in found]}


def suggested_properties(found: Sequence[Term]) -> Json:
    """Write suggestions of properties."""
    return {"result": [_term(term) for term in found]}


def proposed_properties(kind: str, limit: int | None, found: Sequence[Term]) -> Json:
    """Write a proposal of properties for a class."""
    asked: Json = {"type": kind} if kind else {}
    return {**asked, **({} if limit is None else {"limit": limit}), "properties": [_term(t) for t in found]}


def types(catalogue: Catalogue, entity: Entity) -> list[Json]:
    """Write the classes of a node, the most specific first."""
    return [{"id": name, "name": catalogue.class_label(name)} for name in entity.types]


def description(catalogue: Catalogue, entity: Entity) -> str:
    """Say in a few words what a node is."""
    kind = catalogue.class_label(entity.types[0]) if entity.types else ""
    return f"{kind}: {entity.note}" if kind and entity.note else kind or entity.note


def _named(catalogue: Catalogue, entity: Entity) -> Json:
    told = description(catalogue, entity)
    return {"id": entity.id, "name": entity.label, **({"description": told} if told else {})}


def _term(term: Term) -> Json:
    told: Json = {"description": term.definition} if term.definition else {}
    return {"id": term.id, "name": term.label, **told}
