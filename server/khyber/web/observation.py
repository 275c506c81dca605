"""Every answer is counted and, if there is an access log, told there."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

from flask import Blueprint, Flask, Response, current_app, g, request

import khyber
from khyber.web.about import served
from khyber.web.access_log import Access, AccessLog, NoLog, now, query_hash
from khyber.web.metrics import (
    CONTENT_TYPE,
    Measured,
    Metric,
    RequestCounts,
    Sample,
    engine_metrics,
    exposition,
    process_metrics,
)

_METHODS = ("GET", "HEAD", "POST", "QUERY", "PUT", "DELETE", "PATCH", "OPTIONS")
_LONGEST_PATH = 500

_PROBES = ("/health", "/health/live", "/health/ready")
"""What machines ask every few seconds: told in the log only where the answer is not good."""

blueprint = Blueprint("observation", __name__)


@dataclass(frozen=True)
class Observation:
    """Where the answers of one application are counted and told."""

    log: AccessLog = field(default_factory=NoLog)
    counts: RequestCounts = field(default_factory=RequestCounts)


def register(app: Flask, log: AccessLog) -> None:
    """Observe every answer of ``app``; to be called before what changes answers is registered."""
    app.extensions["khyber.observation"] = Observation(log)
    app.before_request(_started)
    app.after_request(_observed)
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give the server's counts in the text format of Prometheus."""
    engine = served().engine
    found = (
        *_about_metrics(),
        *_observation().counts.metrics(),
        *_cache_metrics(),
        *(engine_metrics(engine.state()) if isinstance(engine, Measured) else ()),
        *process_metrics(),
    )
    response = Response(exposition(found), content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def _about_metrics() -> tuple[Metric, ...]:
    about = served()
    labels = (
        ("version", khyber.__version__),
        ("release", about.release or ""),
        ("dataset", about.engine.version()),
    )
    return (Metric("khyber_info", "gauge", "What is running, and what it serves.", (Sample(1, labels),)),)


def _cache_metrics() -> tuple[Metric, ...]:
    counts = served().cache.counts()
    outcomes = (("hit", counts.hits), ("miss", counts.misses), ("not-modified", counts.not_modified))
    return (
        Metric(
            "khyber_cache_requests_total",
            "counter",
            "Requests for a result that may be kept, by what the cache did.",
            tuple(Sample(count, (("outcome", outcome),)) for outcome, count in outcomes),
        ),
        Metric("khyber_cache_bytes", "gauge", "Bytes of the results that are kept.", (Sample(counts.size),)),
        Metric("khyber_cache_entries", "gauge", "Results that are kept.", (Sample(counts.entries),)),
    )


def _observation() -> Observation:
    return cast("Observation", current_app.extensions["khyber.observation"])


def _started() -> None:
    g.started = perf_counter()


def _observed(response: Response) -> Response:
    seconds = perf_counter() - g.get("started", perf_counter())
    has_body = request.method != "HEAD" and response.status_code != 304
    size = (response.content_length or 0) if has_body else 0
    method = request.method if request.method in _METHODS else "other"
    route = request.url_rule.rule if request.url_rule is not None else "none"
    observation = _observation()
    observation.counts.add(method, route, response.status_code, seconds=seconds, size=size)
    is_good_probe = route in _PROBES and response.status_code < 400
    if not is_good_probe and not isinstance(observation.log, NoLog):
        observation.log.write(_access(response, seconds, size))
    return response


def _access(response: Response, seconds: float, size: int) -> Access:
    query = g.get("query")
    return Access(
        time=now(),
        client=g.get("client") or request.remote_addr or "",
        method=request.method[:20],
        path=request.path[:_LONGEST_PATH],
        status=response.status_code,
        bytes=size,
        seconds=round(seconds, 6),
        outcome=g.get("outcome", "ok"),
        query=query_hash(query) if query else None,
        cache=g.get("cache"),
    )
