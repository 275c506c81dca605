"""What is given to the ledger to keep: a new contribution, a new version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from khyber.contributions.records import Account, Action, Kind, Upload
from khyber.errors import InputError
from khyber.validation.findings import Report


@dataclass(frozen=True)
class NewContribution:
    """What was submitted, with what was found out about it.

    ``patch`` is an RDF Patch: what would be added, in the contribution's graph or in none, and what would be
    removed. ``added`` and ``removed`` count its triples, ``base`` is the sequence of the version that
    ``report`` judges it against. Raises InputError where a text cannot be kept.
    """

    author: Account
    uploads: tuple[Upload, ...]
    patch: bytes = field(repr=False)
    report: Report
    title: str
    source: str
    base: int
    added: int = 0
    removed: int = 0
    licence: str | None = None
    idempotency_key: str | None = None
    kind: Kind = Kind.ACCEPT

    def __post_init__(self) -> None:
        texts = {"title": self.title, "source": self.source, "licence": self.licence}
        for name, value in {**texts, "Idempotency-Key": self.idempotency_key}.items():
            storable(name, value)
        for upload in self.uploads:
            storable("name of a document", upload.name)
            storable("media type", upload.media_type)


@dataclass(frozen=True)
class NewVersion:
    """What is to be published: the next state of the dataset, and how it differs from the last.

    ``sequence`` follows that of the last version; it says which one the delta was made for. ``delta`` is an
    RDF Patch of all graphs. ``time`` is that of the decision, where what is published tells it too; the
    ledger's clock gives it otherwise.
    """

    sequence: int
    id: str
    kind: Kind
    delta: bytes = field(repr=False)
    added: int = 0
    removed: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    time: datetime | None = None

    def __post_init__(self) -> None:
        storable("note", self.note)


@dataclass(frozen=True)
class Ruling:
    """What somebody decides about a contribution, with the version that it makes, if it does."""

    contribution: int
    action: Action
    by: Account
    reason: str
    time: datetime
    version: NewVersion | None = None

    def __post_init__(self) -> None:
        storable("reason", self.reason)


def storable(name: str, value: str | None) -> None:
    """Raise InputError where a text holds what a database cannot keep as text."""
    if value is None:
        return
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InputError(
            f"The {name} holds a character that is not allowed (U+0000, or half of a surrogate pair).",
            remedy="Take the character out.",
        )


def digest_of(uploads: tuple[Upload, ...]) -> str:
    """Hash what was sent, so that a repeated request can be told from another one with the same key."""
    hashing = hashlib.sha256()
    for upload in uploads:
        facts = (upload.name, upload.media_type or "", str(upload.removes))
        for part in (*(fact.encode() for fact in facts), upload.data):
            hashing.update(hashlib.sha256(part).digest())
    return hashing.hexdigest()
