"""The results that are kept: for the next who asks the same of the same data, and for clients that have them.

The bytes of a result are kept while there is room; its entity tag, which is short, for much longer: so a
client that still has the result is told so without a run, also after the bytes have gone.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from khyber.engine.base import Query

TAGS_KEPT = 20_000
"""How many entity tags are kept; each takes about 300 bytes."""

_SHARE = 8
"""No result takes more than one part in so many of the cache: one does not drive out all others."""

_OVERHEAD = 500
"""What keeping a result takes beyond its bytes, roughly."""


@dataclass(frozen=True)
class Entry:
    """A body as it was sent: its coding, its entity tag and its bytes, and its rows where they are known."""

    coding: str
    etag: str
    body: bytes
    rows: int | None = None


@dataclass(frozen=True)
class Counts:
    """What the cache has done since the start, and what it holds now."""

    hits: int
    misses: int
    not_modified: int
    entries: int
    size: int


def result_key(version: str, query: Query, media_type: str) -> bytes:
    """Give the key of a result: the state of the data, the query with its dataset, and the media type."""
    return hashlib.sha256(repr((version, media_type, query)).encode()).digest()


def entity_tag(media_type: str, chunks: Iterable[bytes]) -> str:
    """Give the strong validator of a body, without quotes: a hash of its bytes as sent and of their type.

    The type counts because the same bytes may be answers in two formats, which a cache must tell apart.
    """
    digest = hashlib.sha256(media_type.encode() + b"\0")
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()[:40]


class ResultCache:
    """A cache of results, bounded in bytes; the one that was not asked for the longest goes first."""

    def __init__(self, max_bytes: int) -> None:
        """Keep at most ``max_bytes``; 0 keeps no result, only entity tags."""
        self._max_bytes = max_bytes
        self._entries: OrderedDict[tuple[bytes, str], Entry] = OrderedDict()
        self._tags: OrderedDict[tuple[bytes, str], str] = OrderedDict()
        self._size = self._hits = self._misses = self._not_modified = 0
        self._lock = Lock()

    @property
    def largest(self) -> int:
        """Give the size of the largest body that is kept."""
        return self._max_bytes // _SHARE

    def etag(self, key: bytes, coding: str) -> str | None:
        """Give the entity tag of what was last sent for this key in this coding, if that is known."""
        with self._lock:
            return self._tags.get((key, coding))

    def get(self, key: bytes, coding: str) -> Entry | None:
        """Give what was kept for this key in this coding."""
        with self._lock:
            entry = self._entries.get((key, coding))
            if entry is not None:
                self._entries.move_to_end((key, coding))
            return entry

    def put(self, key: bytes, coding: str, entry: Entry) -> None:
        """Keep what was sent to a client that asked for this coding, if it is not too large."""
        self.put_etag(key, coding, entry.etag)
        size = len(entry.body) + _OVERHEAD
        if size > self.largest:
            return
        with self._lock:
            before = self._entries.pop((key, coding), None)
            self._size += size - (len(before.body) + _OVERHEAD if before else 0)
            self._entries[(key, coding)] = entry
            while self._size > self._max_bytes:
                _, gone = self._entries.popitem(last=False)
                self._size -= len(gone.body) + _OVERHEAD

    def put_etag(self, key: bytes, coding: str, etag: str) -> None:
        """Keep the entity tag of what was sent."""
        with self._lock:
            self._tags[(key, coding)] = etag
            self._tags.move_to_end((key, coding))
            while len(self._tags) > TAGS_KEPT:
                self._tags.popitem(last=False)

    def count(self, outcome: str) -> None:
        """Count a request: a ``hit``, a ``miss``, or ``not-modified``."""
        with self._lock:
            self._hits += outcome == "hit"
            self._misses += outcome == "miss"
            self._not_modified += outcome == "not-modified"

    def counts(self) -> Counts:
        """Give the counts of now."""
        with self._lock:
            return Counts(self._hits, self._misses, self._not_modified, len(self._entries), self._size)
