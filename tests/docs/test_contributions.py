"""docs/contributions.md: its commands run in their order, its tables are those of the code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from contributing import ADMIN_TOKEN, Contributing, contributing, members
from khyber.config import graph_home
from khyber.engine.memory import MemoryEngine
from khyber.validation.reports.formats import REPORT_FORMATS
from khyber.validation.reports.members import report_of
from khyber.web.app import BLUEPRINTS, create_app
from running import COMMAND, SECONDS

TEXT = (graph_home() / "docs" / "contributions.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def khyber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contributing]:
    with contributing(tmp_path_factory.mktemp("documented")) as running:
        yield running


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: the page asks with it")
def test_the_commands_run_in_their_order(khyber: Contributing, tmp_path: Path) -> None:
    files = re.findall(r"<!-- file: (\S+) -->\n```turtle\n(.*?)```", TEXT, re.DOTALL)
    assert files
    for name, content in files:
        (tmp_path / name).write_text(content, encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 6
    environment = {
        **os.environ,
        "PATH": f"{Path(COMMAND).parent}:{os.environ['PATH']}",
        "KHYBER_TOKEN": ADMIN_TOKEN,
    }
    for block in blocks:
        strict = block.replace(ADDRESS, khyber.server.root).replace("curl -s", "curl -sS --fail-with-body")
        run = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", strict],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert run.returncode == 0, f"{block}\n{run.stdout}\n{run.stderr}"
    assert members(khyber.fetch("/contributions/1"))["status"] == "reverted"
    assert members(khyber.fetch("/contributions/2"))["redacted"] is True


def test_the_report_on_the_page_is_one() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert len(report_of(json.loads(example)).findings) == 1


def test_the_table_of_formats_is_that_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", TEXT, re.MULTILINE))
    assert rows == {entry.key: entry.media_type for entry in REPORT_FORMATS}


def test_every_address_stands_in_the_table() -> None:
    told = {
        re.sub(r"\b(ID|M|N)\b", "1", address) for address in re.findall(r"^\| `(/\S+)`", TEXT, re.MULTILINE)
    }
    ours = {"validation", "contributions", "deciding", "versions", "tokens"}
    assert ours <= {blueprint.name for blueprint in BLUEPRINTS}
    rules = {
        re.sub(r"<[^>]+>", "1", rule.rule)
        for rule in create_app(MemoryEngine.load(())).url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ours
    }
    aside = {"/contributions/1/payload/1", "/contribution/1", "/version/1"}
    assert told == rules - aside
