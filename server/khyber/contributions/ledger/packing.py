"""Bytes as the ledger keeps them: compressed, with the SHA-256 of what they were."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import zstandard

from khyber.errors import LedgerCorrupt

REMEDY = "Keep the ledger as it is, and restore a backup (docs/operating.md)."


@dataclass(frozen=True)
class Packed:
    """Compressed bytes and the SHA-256, in hexadecimal, of the bytes before."""

    data: bytes
    sha256: str


def pack(data: bytes) -> Packed:
    """Compress, and note the hash."""
    return Packed(zstandard.ZstdCompressor().compress(data), hashlib.sha256(data).hexdigest())


def unpack(data: bytes, sha256: str, row: str) -> bytes:
    """Give the bytes that were packed. Raises LedgerCorrupt naming the ``row`` where they are not those."""
    try:
        plain = zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError:
        plain = None
    if plain is None or hashlib.sha256(plain).hexdigest() != sha256:
        raise LedgerCorrupt(f"In the ledger, {row} is not what was written.", remedy=REMEDY)
    return plain
