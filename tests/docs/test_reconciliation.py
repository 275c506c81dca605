"""The page about reconciliation: its snippets run, and its limits are those of the code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from khyber.config import PORT, graph_home
from khyber.reconciliation.asking import BATCH_SIZE, MOST_CANDIDATES
from khyber.reconciliation.extending import MOST_IDS, MOST_PROPERTIES
from khyber.reconciliation.matching import MARGIN, MATCH
from khyber.reconciliation.spelling import LONGEST_NAME, MOST_WORDS
from reconciling import document, posted
from running import Server, serving

PAGE = (graph_home() / "docs" / "reconciliation.md").read_text(encoding="utf-8")
ADDRESS = f"http://127.0.0.1:{PORT.default}"


@pytest.fixture(scope="module")
def khyber() -> Iterator[Server]:
    with serving() as running:
        yield running


def test_the_snippet_in_python_runs(khyber: Server) -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert ADDRESS in snippet
    done = subprocess.run(
        [sys.executable, "-c", snippet.replace(ADDRESS, khyber.root)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "('person/haibatullah-akhunzada', 98.0, True)" in done.stdout


def test_the_batch_of_the_page_is_answered(khyber: Server) -> None:
    (batch,) = re.findall(r"'queries=(.*?)'\n", PAGE, re.DOTALL)
    found = document(posted(khyber, queries=json.loads(batch)))
    assert [each["result"][0]["id"] for each in found.values()] == ["actor/ttp", "place/kandahar"]
    assert all(each["result"][0]["match"] for each in found.values())


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    limits = (
        f"{BATCH_SIZE} queries a batch, {MOST_CANDIDATES} candidates a query, {LONGEST_NAME} characters and {MOST_WORDS} words "
        f"of a name, {MOST_IDS} ids and {MOST_PROPERTIES} properties an extension"
    )
    assert limits in PAGE
    assert f"a score of {MATCH:g} at least, {MARGIN:g} above the next" in PAGE
