"""Sending a result: coded as the client likes it, from the cache where that has it, with its entity tag."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import Response, g, request

from khyber.engine.base import BytesResult, Query, Result
from khyber.engine.spool import FileResult, Spool
from khyber.sparql.cacheable import is_cacheable
from khyber.web.about import served
from khyber.web.caching import Entry, ResultCache, entity_tag, result_key
from khyber.web.compression import IDENTITY, Preference, coded, coded_stream, preferred_coding

REVALIDATE = "no-cache"
"""What is sent may be kept, and is asked for again, with its entity tag, before it is used."""

NEVER = "no-store"
"""What is sent is not to be kept: it is another one each time."""

IMMUTABLE = "public, max-age=31536000, immutable"
"""What is sent stays the same for ever: its address names the version."""

IN_MEMORY = 1_048_576
"""Up to how many bytes a result is held in memory to be sent; a longer one goes out piece by piece."""


@dataclass(frozen=True)
class _Request:
    """What the sending of one result needs to know; ``key`` is None where the result must not be kept."""

    content_type: str
    preference: Preference
    cache: ResultCache
    key: bytes | None

    @property
    def coding(self) -> str:
        return self.preference.coding

    @property
    def slot(self) -> str:
        """Name what is sent to such a client; small bodies differ for one that takes nothing uncoded."""
        return self.coding if self.preference.takes_identity else f"only {self.coding}"


@dataclass(frozen=True)
class _Body:
    """The bytes to send, how many they are, their coding, and their entity tag, "" for none."""

    chunks: bytes | Iterable[bytes]
    size: int
    coding: str
    etag: str


def deliver_result(query: Query, content_type: str, run: Callable[[], Result]) -> Response:
    """Answer with the result of ``query``, running it only if neither client nor cache has the result.

    ``content_type`` is that of the format that was negotiated. Raises NotAcceptable, before the query runs,
    and what ``run`` raises.
    """
    version = served().engine.version()
    key = result_key(version, query, content_type) if is_cacheable(query) else None
    return deliver(key, content_type, run, cache_control=NEVER if key is None else REVALIDATE)


def deliver(
    key: bytes | None, content_type: str, run: Callable[[], Result], *, cache_control: str = REVALIDATE
) -> Response:
    """Answer with what ``run`` makes; ``key`` names it with its version, or is None if it changes each time.

    The answer varies by Accept and Accept-Encoding. Raises NotAcceptable, before anything runs, and what
    ``run`` raises.
    """
    preference = preferred_coding(request.headers.get("Accept-Encoding"))
    response = _respond(_Request(content_type, preference, served().cache, key), run)
    response.headers["Cache-Control"] = cache_control
    response.vary.update(("Accept", "Accept-Encoding"))
    return response


def is_current(etag: str) -> bool:
    """Say whether the client tells that it has what this entity tag stands for (RFC 9110, section 13.1.2)."""
    return request.method in ("GET", "HEAD", "QUERY") and request.if_none_match.contains_weak(etag)


def _respond(asked: _Request, run: Callable[[], Result]) -> Response:
    if asked.key is None:
        return _fresh(asked, run(), "pass")
    known = asked.cache.etag(asked.key, asked.slot)
    if known is not None and is_current(known):
        return _not_modified(asked, known)
    entry = _kept(asked, asked.key)
    if entry is None:
        return _fresh(asked, run(), "miss")
    return _from_entry(asked, entry, "hit")


def _kept(asked: _Request, key: bytes) -> Entry | None:
    """Find the result in the coding that is wanted, or make it from the one that was kept as it is."""
    entry = asked.cache.get(key, asked.slot)
    if entry is None and asked.coding != IDENTITY:
        plain = asked.cache.get(key, IDENTITY)
        entry = _keep(asked, plain.body) if plain is not None else None
    return entry


def _fresh(asked: _Request, result: Result, outcome: str) -> Response:
    if result.size > max(IN_MEMORY, asked.cache.largest):
        return _from_file(asked, result, outcome)
    try:
        body = b"".join(result.chunks())
    finally:
        result.close()
    return _from_entry(asked, _keep(asked, body), outcome)


def _keep(asked: _Request, body: bytes) -> Entry:
    coding = asked.preference.coding_for(len(body))
    sent = coded(body, coding)
    if asked.key is None:
        return Entry(coding, "", sent)
    entry = Entry(coding, entity_tag(asked.content_type, (sent,)), sent)
    asked.cache.put(asked.key, asked.slot, entry)
    if coding != IDENTITY:
        asked.cache.put(asked.key, IDENTITY, Entry(IDENTITY, entity_tag(asked.content_type, (body,)), body))
    return entry


def _from_entry(asked: _Request, entry: Entry, outcome: str) -> Response:
    return _sent(asked, _Body(entry.body, len(entry.body), entry.coding, entry.etag), outcome)


def _from_file(asked: _Request, result: Result, outcome: str) -> Response:
    """Send a long result from its file; coded, it is complete before it goes, so that its length is known."""
    if asked.coding != IDENTITY:
        plain = result
        try:
            result = _spooled(coded_stream(plain.chunks(), asked.coding))
        finally:
            plain.close()
    try:
        etag = "" if asked.key is None else entity_tag(asked.content_type, result.chunks())
        if asked.key is not None:
            asked.cache.put_etag(asked.key, asked.slot, etag)
        response = _sent(asked, _Body(result.chunks(), result.size, asked.coding, etag), outcome)
    except BaseException:
        result.close()
        raise
    response.call_on_close(result.close)
    return response


def _spooled(chunks: Iterable[bytes]) -> Result:
    spool = Spool(Path(tempfile.gettempdir()))
    try:
        for chunk in chunks:
            spool.write(chunk)
        taken = spool.taken()
    finally:
        spool.close()
    return BytesResult(taken) if isinstance(taken, bytes) else FileResult(taken, spool.size)


def _sent(asked: _Request, body: _Body, outcome: str) -> Response:
    if body.etag and is_current(body.etag):
        return _not_modified(asked, body.etag)
    _count(asked, outcome)
    response = Response(body.chunks, content_type=asked.content_type)
    response.content_length = body.size
    if body.coding != IDENTITY:
        response.headers["Content-Encoding"] = body.coding
    if body.etag:
        response.set_etag(body.etag)
    return response


def _not_modified(asked: _Request, etag: str) -> Response:
    _count(asked, "not-modified")
    response = Response(status=304)
    response.set_etag(etag)
    return response


def _count(asked: _Request, outcome: str) -> None:
    g.cache = outcome
    asked.cache.count(outcome)
