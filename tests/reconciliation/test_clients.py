"""Clients that others wrote, against the live server, and the requests that OpenRefine sends.

The two clients from the package index are not among what the tests need: one brings pandas, the other keeps
to an old pydantic. Each is tried where the Python that KHYBER_CLIENTS names, or else this one, has it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from reconciliation_schemas import assert_valid
from reconciling import FORM, Json, document, got, posted
from running import Server, serving


@pytest.fixture(scope="module")
def khyber() -> Iterator[Server]:
    with serving() as running:
        yield running


WITH_SERVICE_API = """
import json, sys
from py_reconciliation_service_api import build_reconciliation_service

service = build_reconciliation_service(sys.argv[1])
names = ["Tehreek-e-Taliban Pakistan", "Hibatullah Akhundzada", "Nobody at all"]
found = service.reconcile_batch([{"query": name, "limit": 3} for name in names])
print(json.dumps([[(each.id, each.match) for each in result.result[:1]] for result in found]))
"""

WITH_RECONCILER = """
import json, sys
import pandas
import reconciler

column = pandas.Series(["Tehreek-e-Taliban Pakistan", "Shahbaz Shareef", "Qandahar"] * 5)
table = reconciler.reconcile(column, reconciliation_endpoint=sys.argv[1])
rows = zip(table["input_value"], table["id"], table["match"])
print(json.dumps([[value, own, bool(match)] for value, own, match in rows]))
"""


def told_by(module: str, script: str, server: Server) -> Any:
    """Give what a script prints that uses the client of a module, in a process of its own."""
    python = os.environ.get("KHYBER_CLIENTS", sys.executable)
    look = f"from importlib.util import find_spec; raise SystemExit(find_spec({module!r}) is None)"
    if subprocess.run([python, "-c", look], check=False).returncode:
        pytest.skip(f"the client {module} is not installed; KHYBER_CLIENTS may name a Python that has it")
    done = subprocess.run(
        [python, "-c", script, f"{server.root}/reconcile"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_client_py_reconciliation_service_api(khyber: Server) -> None:
    told = told_by("py_reconciliation_service_api", WITH_SERVICE_API, khyber)
    assert told == [[["actor/ttp", True]], [["person/haibatullah-akhunzada", True]], []]


def test_the_client_reconciler(khyber: Server) -> None:
    assert told_by("reconciler", WITH_RECONCILER, khyber) == [
        ["Tehreek-e-Taliban Pakistan", "actor/ttp", True],
        ["Shahbaz Shareef", "person/shehbaz-sharif", True],
        ["Qandahar", "place/kandahar", True],
    ]


def test_a_session_of_openrefine(khyber: Server) -> None:
    """Add the service, guess types, reconcile a column, look, search, confirm, extend."""
    # It is added by its address, with CORS; an OpenRefine of old asks by JSONP.
    added = khyber.fetch(
        "/reconcile", headers={"Origin": "http://127.0.0.1:3333", "Accept": "application/json"}
    )
    manifest = document(added)
    assert_valid(manifest, "manifest")
    service = "/reconcile"

    # The first ten cells are sent with a limit to guess what type the column is of.
    column = ["Tehreek-e-Taliban", "Afghan Taliban", "Islamic State", "Pakistan", "Nobody at all"]
    guessed = document(
        posted(khyber, queries={f"q{n}": {"query": cell, "limit": 3} for n, cell in enumerate(column)})
    )
    assert_valid(guessed, "reconciliation-result-batch")
    types = [
        kind["id"] for each in guessed.values() for candidate in each["result"] for kind in candidate["type"]
    ]
    assert "ArmedGroup" in types

    # The user searches for a type and chooses a property for a second column.
    kinds = document(got(khyber, f"{service}/suggest/type", prefix="arm", type="", limit="5"))["result"]
    assert "ArmedGroup" in [kind["id"] for kind in kinds]
    known = document(got(khyber, f"{service}/suggest/property", prefix="side"))["result"]
    assert known[0]["id"] == "side"

    # The column is reconciled in batches of the size that the manifest names.
    queries: Json = {
        f"q{number}": {
            "query": cell,
            "type": "ArmedGroup",
            "type_strict": "should",
            "properties": [{"pid": "side", "v": "Afghan side"}],
        }
        for number, cell in enumerate(column)
    }
    assert len(queries) <= manifest["batchSize"]
    judged = document(posted(khyber, queries=queries))
    assert judged["q1"]["result"][0]["id"] == "actor/afghan-taliban"
    assert judged["q1"]["result"][0]["match"] is True
    assert judged["q4"]["result"] == []

    # A candidate is looked at: its preview in a frame, and its page behind the link. Ids are escaped.
    own = quote(judged["q0"]["result"][0]["id"], safe="")
    preview = khyber.fetch(manifest["preview"]["url"].replace("{{id}}", own).removeprefix(khyber.root))
    assert (preview.status, preview.media_type) == (200, "text/html")
    assert "X-Frame-Options" not in preview.headers
    page = khyber.fetch(manifest["view"]["url"].replace("{{id}}", own).removeprefix(khyber.root))
    assert page.status == 200

    # A cell without a candidate is searched for by hand.
    searched = document(got(khyber, f"{service}/suggest/entity", prefix="pakistani tal"))["result"]
    assert searched[0]["id"] == "actor/ttp"

    # Columns are added from reconciled values.
    proposed = document(got(khyber, f"{service}/properties", type="ArmedGroup", limit="10"))
    assert_valid(proposed, "data-extension-property-proposal")
    extend = {
        "ids": ["actor/ttp", "actor/afghan-taliban"],
        "properties": [{"id": "wikidata"}, {"id": "side", "settings": {"limit": "1"}}],
    }
    extended = document(posted(khyber, extend=extend))
    assert_valid(extended, "data-extension-response")
    assert extended["rows"]["actor/afghan-taliban"]["side"] == [
        {"id": "side/afghanistan", "name": "Afghan side"}
    ]

    # A project that was reconciled asks again with the ids.
    again = document(
        khyber.fetch(
            service,
            method="POST",
            headers=FORM,
            body=f"queries={quote(json.dumps({'q0': {'query': 'actor/ttp'}}))}".encode(),
        )
    )
    assert again["q0"]["result"][0] | {"id": "actor/ttp", "match": True} == again["q0"]["result"][0]
