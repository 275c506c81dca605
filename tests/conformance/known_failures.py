"""The W3C tests that fail here and on bare Oxigraph, each with its reason: known_failures.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

LIST = Path(__file__).with_name("known_failures.toml")


def known_failures() -> dict[str, str]:
    """Give the reason why each test fails, by the IRI of the test."""
    entries = tomllib.loads(LIST.read_text(encoding="utf-8"))["failure"]
    return {entry["test"]: entry["reason"] for entry in entries}
