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


STARTED = "khyber.started"
"""Under this name the environment of a request holds when it came, where that is known."""


@dataclass(frozen=True)
class Observed:
    """What is known of an answered request; ``query`` is the text of its query or update."""

    method: str
    route: str
    path: str
    client: str
    status: int
    size: int
    seconds: float
    outcome: str = "ok"
    query: str | None = None
    cache: str | None = None
    rows: int | None = None


@dataclass(frozen=True)
class Observation:
    """Where the answers of one application are counted and told."""

    log: AccessLog = field(default_factory=NoLog)
    counts: RequestCounts = field(default_factory=RequestCounts)

    def observe(self, answer: Observed) -> None:
        """Count an answer, and tell it in the log unless it is the good answer to a probe."""
        method = answer.method if answer.method in _METHODS else "other"
        self.counts.add(method, answer.route, answer.status, seconds=answer.seconds, size=answer.size)
        if isinstance(self.log, NoLog) or (answer.route in _PROBES and answer.status < 400):
            return
        access = Access(
            time=now(),
            client=answer.client,
            method=answer.method[:20],
            path=answer.path[:_LONGEST_PATH],
            status=answer.status,
            bytes=answer.size,
            seconds=round(answer.seconds, 6),
            outcome=answer.outcome,
            query=query_hash(answer.query) if answer.query else None,
            cache=answer.cache,
            rows=answer.rows,
        )
        self.log.write(access)


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
        *observation_of(current_app).counts.metrics(),
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
    counts = served().shipping.cache.counts()
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


def observation_of(app: Flask) -> Observation:
    """Give where the answers of an application are counted."""
    return cast("Observation", app.extensions["khyber.observation"])


def _started() -> None:
    g.started = request.environ.get(STARTED) or perf_counter()


def _observed(response: Response) -> Response:
    seconds = perf_counter() - g.get("started", perf_counter())
    has_body = request.method != "HEAD" and response.status_code != 304
    size = (response.content_length or 0) if has_body else 0
    answer = Observed(
        method=request.method,
        route=request.url_rule.rule if request.url_rule is not None else "none",
        path=request.path,
        client=g.get("client") or request.remote_addr or "",
        status=response.status_code,
        size=size,
        seconds=seconds,
        outcome=g.get("outcome", "ok"),
        query=g.get("query"),
        cache=g.get("cache"),
        rows=g.get("rows"),
    )
    observation_of(current_app).observe(answer)
    return response
