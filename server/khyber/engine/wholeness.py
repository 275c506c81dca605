"""Whether a folder that was written once is still what was written: the digest of each of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

DIGESTS = "digests.json"
_CHANGING = ("LOG", "LOCK", "in-use")
"""How the names of files begin that change while a dataset is read: the library's diary, and locks."""


def write_digests(folder: Path, former: Path | None = None) -> None:
    """Write down the digest of each file below ``folder``; those it shares with ``former`` are not read."""
    known = _read(former) if former else {}
    digests = {}
    for file in _files(folder):
        name = str(file.relative_to(folder))
        shared = former is not None and name in known and _is_same(file, former / name)
        digests[name] = known[name] if shared else _digest(file)
    (folder / DIGESTS).write_text(json.dumps(digests), encoding="utf-8")


def is_whole(folder: Path) -> bool:
    """Say whether all files below ``folder`` are those whose digests were written down."""
    digests = _read(folder)
    try:
        return bool(digests) and digests == {
            str(file.relative_to(folder)): _digest(file) for file in _files(folder)
        }
    except OSError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != DIGESTS and not path.name.startswith(_CHANGING):
            yield path


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _is_same(file: Path, other: Path) -> bool:
    try:
        return file.samefile(other)
    except OSError:
        return False


def _read(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / DIGESTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
