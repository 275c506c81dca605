from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from khyber.engine.base import BytesResult, Result
from khyber.errors import ResultTooLarge
from khyber.web.caching import ResultCache
from khyber.web.compression import Preference
from khyber.web.shipment import IN_MEMORY, Shipment, Shipping, Wish

TYPE = "text/csv; charset=utf-8"
KEY = b"key"
NOISE = random.Random(7).randbytes(IN_MEMORY + 100_000)  # noqa: S311 - a fixed one, to be seen again
"""Longer than what is held in memory, and no smaller when it is coded."""


class Closing:
    """A result of which one can see whether it was closed, and which is not all in memory."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.closed = 0

    @property
    def size(self) -> int:
        return len(self._body)

    def chunks(self) -> Iterator[bytes]:
        assert not self.closed
        for start in range(0, len(self._body), 100_000):
            yield self._body[start : start + 100_000]

    def __iter__(self) -> Iterator[bytes]:
        return self.chunks()

    def close(self) -> None:
        self.closed += 1


def body_of(shipment: Shipment) -> bytes:
    body = shipment.body if isinstance(shipment.body, bytes) else b"".join(shipment.body)
    if shipment.close is not None:
        shipment.close()
    return body


def wish(coding: str = "identity", *, known: str | None = None, key: bytes | None = KEY) -> Wish:
    return Wish(TYPE, Preference(coding), key, known)


@pytest.mark.parametrize("key", [KEY, None])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_long_result_is_sent_whole_and_closed(tmp_path: Path, coding: str, key: bytes | None) -> None:
    result = Closing(NOISE)
    shipment = Shipping(ResultCache(0), tmp_path).ship(wish(coding, key=key), lambda: result)
    sent = body_of(shipment)
    assert result.closed == 1
    assert len(sent) == shipment.size == int(dict(shipment.headers)["Content-Length"])
    assert (gzip.decompress(sent) if coding == "gzip" else sent) == NOISE
    assert ("ETag" in dict(shipment.headers)) is (key is not None)


def test_a_long_result_that_the_client_has_is_closed_and_not_sent(tmp_path: Path) -> None:
    shipping = Shipping(ResultCache(0), tmp_path)
    etag = dict(shipping.ship(wish(), lambda: Closing(NOISE)).headers)["ETag"]
    other = Shipping(ResultCache(0), tmp_path)
    result = Closing(NOISE)
    shipment = other.ship(wish(known=etag), lambda: result)
    assert (shipment.status, shipment.outcome, result.closed) == (304, "not-modified", 1)
    assert dict(shipment.headers)["ETag"] == etag


def test_a_coded_result_is_not_longer_than_the_limit_and_leaves_nothing(tmp_path: Path) -> None:
    result = Closing(NOISE)
    shipping = Shipping(ResultCache(0), tmp_path, most_bytes=IN_MEMORY)
    with pytest.raises(ResultTooLarge, match="limit of 1,048,576 bytes"):
        shipping.ship(wish("gzip"), lambda: result)
    assert result.closed == 1
    assert list(tmp_path.iterdir()) == []


def test_a_coded_result_is_put_down_in_the_folder_that_is_named(tmp_path: Path) -> None:
    shipping = Shipping(ResultCache(0), tmp_path / "not there")
    with pytest.raises(ResultTooLarge, match="cannot be kept until it is sent"):
        shipping.ship(wish("gzip"), lambda: Closing(NOISE))


def test_nothing_runs_where_the_cache_has_it() -> None:
    shipping = Shipping(ResultCache(100_000))

    def run() -> Result:
        raise AssertionError

    first = shipping.ship(wish(), lambda: BytesResult(b"a,b\r\n"))
    assert (first.status, first.outcome) == (200, "miss")
    second = shipping.ship(wish(), run)
    assert (body_of(second), second.outcome, second.headers) == (b"a,b\r\n", "hit", first.headers)
    third = shipping.ship(wish(known=dict(first.headers)["ETag"]), run)
    assert (third.status, third.body, third.outcome) == (304, b"", "not-modified")
