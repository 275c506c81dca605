from __future__ import annotations

import json
import re
from typing import Any

import pytest

import khyber
from khyber.engine.memory import MemoryEngine
from khyber.sparql.formats import FORMATS
from khyber.web.app import create_app
from khyber.web.openapi import DETAILS, path_of
from running import Server

APP = create_app(MemoryEngine.load(()))
RULES = {path_of(rule): rule for rule in APP.url_map.iter_rules()}


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    answer = server.fetch("/openapi.json")
    assert (answer.status, answer.media_type) == (200, "application/json")
    found: dict[str, Any] = json.loads(answer.body)
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    verbs = {"get", "put", "post", "delete", "patch"}
    return {
        (verb, path): operation
        for path, item in document["paths"].items()
        for verb, operation in item.items()
        if verb in verbs
    }


def test_every_address_and_every_method_is_described(document: dict[str, Any]) -> None:
    assert len(RULES) > 8
    assert set(document["paths"]) == set(RULES)
    for rule in APP.url_map.iter_rules():
        item = document["paths"][path_of(rule)]
        told = {verb.upper() for verb in item} | set(item.get("x-methods", ()))
        assert (rule.methods or set()) - {"HEAD", "OPTIONS"} <= told


def test_every_operation_has_a_summary_that_is_a_sentence_and_a_name_of_its_own(
    document: dict[str, Any],
) -> None:
    found = operations(document)
    assert found
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)
    for (verb, path), operation in found.items():
        if not path.startswith("/static/"):
            assert operation["summary"].endswith("."), f"the view of {verb} {path} needs a docstring"


def test_every_variable_of_a_path_is_a_parameter(document: dict[str, Any]) -> None:
    with_variables = 0
    for path, item in document["paths"].items():
        variables = set(re.findall(r"\{([^}]*)\}", path))
        assert {parameter["name"] for parameter in item.get("parameters", ())} == variables
        with_variables += bool(variables)
    assert with_variables


def test_every_operation_may_answer_with_a_problem(document: dict[str, Any]) -> None:
    for operation in operations(document).values():
        content = operation["responses"]["default"]["content"]
        assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert set(document["components"]["schemas"]["Problem"]["required"]) == {
        "type",
        "title",
        "status",
        "detail",
    }


def test_the_query_endpoint_is_described_with_its_formats_and_parameters(document: dict[str, Any]) -> None:
    get, post = document["paths"]["/sparql"]["get"], document["paths"]["/sparql"]["post"]
    assert {entry.media_type for entry in FORMATS} <= set(get["responses"]["2XX"]["content"])
    assert {"query", "default-graph-uri", "named-graph-uri"} <= {each["name"] for each in get["parameters"]}
    assert set(post["requestBody"]["content"]) == {
        "application/x-www-form-urlencoded",
        "application/sparql-query",
        "application/sparql-update",
    }


def test_what_needs_a_token_says_so_and_reading_needs_none(document: dict[str, Any]) -> None:
    secured = {(verb, path) for (verb, path), each in operations(document).items() if "security" in each}
    writes = {(verb, path) for verb, path in operations(document) if verb in ("put", "delete")}
    posts = {("post", path) for path in ("/update", "/graphs", "/graphs/{path}", "/contributions", "/merges")}
    assert writes
    assert writes | posts | {("get", "/tokens"), ("post", "/tokens")} <= secured
    assert {path for verb, path in secured if verb == "get"} == {"/tokens"}


def test_what_is_said_of_addresses_is_said_of_those_that_there_are() -> None:
    assert set(DETAILS) <= {rule.rule for rule in APP.url_map.iter_rules()}


def test_the_description_names_its_version(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["version"] == khyber.__version__
