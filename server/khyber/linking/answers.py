"""Answers of Wikidata, kept on disk with the time at which they came."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from khyber.release.files import write_whole


def utc_now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Answer:
    """What was answered, and when."""

    content: Any
    fetched: datetime


class Answers:
    """Good answers in a folder, one file each; what is older than ``max_age`` is asked anew."""

    def __init__(self, folder: Path, max_age: timedelta, now: Callable[[], datetime] = utc_now) -> None:
        self._folder = folder
        self._max_age = max_age
        self._now = now

    def get(self, question: str) -> Answer | None:
        """Give the answer to a question, or None if there is none, or an old or damaged one."""
        try:
            kept = json.loads(self._file(question).read_bytes())
            answer = Answer(kept["answer"], datetime.fromisoformat(kept["fetched"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        is_it = kept.get("question") == question and answer.fetched.tzinfo is not None
        return answer if is_it and self._now() - answer.fetched <= self._max_age else None

    def keep(self, question: str, content: Any) -> Answer:
        """Keep an answer under its question; raises OSError if the folder cannot be written."""
        fetched = self._now().replace(microsecond=0)
        kept = {"question": question, "fetched": fetched.isoformat(), "answer": content}
        text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
        write_whole(self._file(question), text.encode())
        return Answer(content, fetched)

    def _file(self, question: str) -> Path:
        return self._folder / f"{hashlib.sha256(question.encode()).hexdigest()[:32]}.json"
