"""The JSON schemas of the Reconciliation Service API, from a folder beside the repository."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

VARIABLE = "KHYBER_RECONCILIATION_SCHEMAS"
BESIDE = Path(__file__).resolve().parents[2] / "shared" / "reconciliation-schemas"
VERSION = "0.2"
_SWAGGER = "http://swagger.io/v2/schema.json"


def assert_valid(document: Any, schema: str) -> None:
    """Assert that a document is valid against a schema, named without its suffix; skip without schemas."""
    errors = [f"{error.json_path}: {error.message}" for error in _validator(schema).iter_errors(document)]
    assert errors == []


def keys(schema: str) -> set[str]:
    """Give the members that a schema of an object knows."""
    return set(_schema(_folder(), schema)["properties"])


@cache
def _validator(schema: str) -> Draft7Validator:
    folder = _folder()
    resources = [(f"{name}.json", _schema(folder, name)) for name in ("type",)]
    # The manifest refers to a schema on the web for what this service has none of; nothing is fetched.
    resources.append((_SWAGGER, {"definitions": {"securityDefinitions": {"additionalProperties": {}}}}))
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(content, default_specification=DRAFT7)) for name, content in resources
    )
    return Draft7Validator(_schema(folder, schema), registry=registry)


def _schema(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    found.pop("$schema", None)  # it names no metaschema that there is
    found.pop("$id", None)  # type.json is found by its name, not below an address
    return found


def _folder() -> Path:
    folder = Path(os.environ.get(VARIABLE) or BESIDE) / VERSION
    if not folder.is_dir():
        pytest.skip(f"{VARIABLE} names no folder with the schemas of the Reconciliation Service API.")
    return folder
