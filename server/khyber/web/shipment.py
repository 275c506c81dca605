"""Sending a result: coded as the client likes it, from the cache where that has it, with its entity tag.

Everything here is about one result and the wish of one client; what asks and answers by HTTP is
``khyber.web.delivery``, for the application, and ``khyber.web.edge``, for the short way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from werkzeug.http import parse_etags

from khyber.engine.base import BytesResult, Result
from khyber.engine.spool import FileResult, Spool
from khyber.web.caching import Entry, ResultCache, entity_tag
from khyber.web.compression import IDENTITY, Preference, coded, coded_stream
from khyber.web.rows import rows_in

REVALIDATE = "no-cache"
"""What is sent may be kept, and is asked for again, with its entity tag, before it is used."""

NEVER = "no-store"
"""What is sent is not to be kept: it is another one each time."""

IMMUTABLE = "public, max-age=31536000, immutable"
"""What is sent stays the same for ever: its address names the version."""

IN_MEMORY = 1_048_576
"""Up to how many bytes a result is held in memory to be sent; a longer one goes out piece by piece."""

READS = ("GET", "HEAD", "QUERY")
"""The methods whose answer may be that the client has it already."""

VARY = ("Accept", "Accept-Encoding")


@dataclass(frozen=True)
class Wish:
    """What a client asks to be sent: the type that was negotiated, the codings it takes, and what it has.

    ``key`` names the result with its version, and is None if the result is another one each time. ``known``
    is the If-None-Match header of a read, None where there is none.
    """

    content_type: str
    preference: Preference
    key: bytes | None
    known: str | None = None
    cache_control: str = REVALIDATE

    @property
    def coding(self) -> str:
        """Give the coding that is wanted."""
        return self.preference.coding

    @property
    def slot(self) -> str:
        """Name what is sent to such a client; small bodies differ for one that takes nothing uncoded."""
        return self.coding if self.preference.takes_identity else f"only {self.coding}"


@dataclass(frozen=True)
class Shipment:
    """An answer that brings a result, or says that the client has it: 200 or 304.

    ``outcome`` is what the cache did (see docs/operating.md), ``rows`` the number of rows of the result if it
    was counted; whoever sends it calls ``close`` at the end.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | Iterable[bytes]
    size: int
    outcome: str
    close: Callable[[], None] | None = None
    rows: int | None = None


def is_known(etag: str, known: str | None) -> bool:
    """Say whether an If-None-Match header tells that the client has it (RFC 9110, section 13.1.2)."""
    return known is not None and parse_etags(known).contains_weak(etag)


@dataclass(frozen=True)
class Shipping:
    """How results are sent: with which cache, and where a long one is put down while it is coded.

    No coded result is longer than ``most_bytes``, if there is such a limit. Rows are counted if somebody
    wants to know (``counts_rows``).
    """

    cache: ResultCache
    spool: Path = field(default_factory=lambda: Path(gettempdir()))
    most_bytes: int | None = None
    counts_rows: bool = False

    def ship(self, wish: Wish, run: Callable[[], Result]) -> Shipment:
        """Send what ``run`` makes, running it only if neither client nor cache has it.

        Raises what ``run`` raises, and ResultTooLarge where a long result cannot be coded.
        """
        if wish.key is None:
            return self._fresh(wish, run(), "pass")
        known = self.cache.etag(wish.key, wish.slot)
        if known is not None and is_known(known, wish.known):
            return self._not_modified(wish, known)
        entry = self._kept(wish, wish.key)
        if entry is None:
            return self._fresh(wish, run(), "miss")
        return self._from_entry(wish, entry, "hit")

    def _kept(self, wish: Wish, key: bytes) -> Entry | None:
        """Find the result in the coding that is wanted, or make it from the one that was kept as it is."""
        entry = self.cache.get(key, wish.slot)
        if entry is None and wish.coding != IDENTITY:
            plain = self.cache.get(key, IDENTITY)
            entry = self._keep(wish, plain.body, plain.rows) if plain is not None else None
        return entry

    def _fresh(self, wish: Wish, result: Result, outcome: str) -> Shipment:
        if result.size > max(IN_MEMORY, self.cache.largest):
            return self._from_file(wish, result, outcome)
        try:
            body = b"".join(result.chunks())
        finally:
            result.close()
        return self._from_entry(wish, self._keep(wish, body, self._rows(wish, (body,))), outcome)

    def _rows(self, wish: Wish, chunks: Iterable[bytes]) -> int | None:
        return rows_in(wish.content_type, chunks) if self.counts_rows else None

    def _keep(self, wish: Wish, body: bytes, rows: int | None) -> Entry:
        coding = wish.preference.coding_for(len(body))
        sent = coded(body, coding)
        if wish.key is None:
            return Entry(coding, "", sent, rows)
        entry = Entry(coding, entity_tag(wish.content_type, (sent,)), sent, rows)
        self.cache.put(wish.key, wish.slot, entry)
        if coding != IDENTITY:
            plain = Entry(IDENTITY, entity_tag(wish.content_type, (body,)), body, rows)
            self.cache.put(wish.key, IDENTITY, plain)
        return entry

    def _from_entry(self, wish: Wish, entry: Entry, outcome: str) -> Shipment:
        if entry.etag and is_known(entry.etag, wish.known):
            return self._not_modified(wish, entry.etag)
        self.cache.count(outcome)
        size = len(entry.body)
        headers = _headers(wish, size, entry.coding, entry.etag)
        return Shipment(200, headers, entry.body, size, outcome, rows=entry.rows)

    def _from_file(self, wish: Wish, result: Result, outcome: str) -> Shipment:
        """Send a long result from its file; coded, it is complete before it goes, so its length is known."""
        plain = result
        try:
            rows = self._rows(wish, plain.chunks())
            if wish.coding != IDENTITY:
                result = spooled(coded_stream(plain.chunks(), wish.coding), self.spool, self.most_bytes)
        except BaseException:
            plain.close()
            raise
        if result is not plain:
            plain.close()
        try:
            etag = "" if wish.key is None else entity_tag(wish.content_type, result.chunks())
            if wish.key is not None:
                self.cache.put_etag(wish.key, wish.slot, etag)
                if is_known(etag, wish.known):
                    result.close()
                    return self._not_modified(wish, etag)
            self.cache.count(outcome)
            headers = _headers(wish, result.size, wish.coding, etag)
            return Shipment(200, headers, result.chunks(), result.size, outcome, result.close, rows)
        except BaseException:
            result.close()
            raise

    def _not_modified(self, wish: Wish, etag: str) -> Shipment:
        self.cache.count("not-modified")
        return Shipment(304, (("ETag", f'"{etag}"'), *_always(wish)), b"", 0, "not-modified")


def spooled(chunks: Iterable[bytes], folder: Path, most_bytes: int | None = None) -> Result:
    """Put a result down in a folder, whole; raise ResultTooLarge beyond ``most_bytes`` or without room."""
    spool = Spool(folder, most_bytes)
    try:
        for chunk in chunks:
            spool.write(chunk)
        taken = spool.taken()
    finally:
        spool.close()
    return BytesResult(taken) if isinstance(taken, bytes) else FileResult(taken, spool.size)


def _headers(wish: Wish, size: int, coding: str, etag: str) -> tuple[tuple[str, str], ...]:
    headers = [("Content-Type", wish.content_type), ("Content-Length", str(size))]
    if coding != IDENTITY:
        headers.append(("Content-Encoding", coding))
    if etag:
        headers.append(("ETag", f'"{etag}"'))
    return (*headers, *_always(wish))


def _always(wish: Wish) -> tuple[tuple[str, str], ...]:
    return ("Cache-Control", wish.cache_control), ("Vary", ", ".join(VARY))
