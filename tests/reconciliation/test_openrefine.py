"""OpenRefine itself: a table is loaded, reconciled with the live server, extended and exported.

OpenRefine's own code runs (openrefine/Refine.java); asked are the addresses that its pages ask. The jars are not
among what the tests need: KHYBER_OPENREFINE names a folder with those of org.openrefine:main and of Jetty.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from reconciliation.refine import ALL_ROWS, Refine, Service
from reconciling import Json, document, got
from running import SECONDS, Server, serving

VARIABLE = "KHYBER_OPENREFINE"
PROGRAM = Path(__file__).parent / "openrefine" / "Refine.java"


@pytest.fixture(scope="module")
def khyber() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def service(khyber: Server) -> Service:
    return Service(f"{khyber.root}/reconcile", document(got(khyber)))


@pytest.fixture(scope="module")
def refine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refine]:
    told = os.environ.get(VARIABLE)
    if not told:
        pytest.skip(f"{VARIABLE} names no folder with the jars of OpenRefine.")
    java = shutil.which("java")
    if java is None or shutil.which("javac") is None:
        pytest.skip("OpenRefine needs a JDK: there is no java or no javac.")
    folder = Path(told)
    assert list(folder.glob("main-*.jar")), (
        f"{VARIABLE} is {told}, where there is no jar of org.openrefine:main."
    )
    errors = tmp_path_factory.mktemp("refine") / "errors.txt"
    with (
        errors.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            [java, "-cp", f"{folder}/*", str(PROGRAM), str(tmp_path_factory.mktemp("projects"))],
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            assert line.startswith("main-"), errors.read_text(encoding="utf-8")
            yield Refine(line.partition(" at http://")[2])
        finally:
            process.terminate()
            process.wait(timeout=SECONDS)


def matched(found: Iterable[Json]) -> list[str]:
    """Give the ids of what cells are matched with, and where they are not, the judgement."""
    return [each["m"]["id"] if each["j"] == "matched" else each["j"] for each in found]


def candidates(found: Json) -> list[str]:
    return [candidate["id"] for candidate in found["c"]]


def test_names_are_guessed_to_be_of_a_type(refine: Refine, service: Service) -> None:
    project = refine.project([["group"], ["Tehreek-e-Taliban"], ["Afghan Taliban"], ["Islamic State"]])
    guessed = project.post("guess-types-of-column", columnName="group", service=service.url)
    ids = [kind["id"] for kind in guessed["types"]]
    assert "ArmedGroup" in ids[:3]
    assert "Province" not in ids


def test_misspelt_names_are_matched_and_what_is_unclear_is_left_to_the_user(
    refine: Refine, service: Service
) -> None:
    names = ["Tehrek e Taliban Pakistn", "Hibatulla Akhundzada", "Qandahar", "Paktia", "Nobody at all", ""]
    project = refine.project([["name", "row"], *([name, str(row)] for row, name in enumerate(names))])
    found = project.reconcile(service, "name")
    assert matched(found[:5]) == [
        *("actor/ttp", "person/haibatullah-akhunzada", "place/kandahar"),
        *("none", "none"),
    ]
    assert found[0]["m"]["name"] == "Tehrik-i-Taliban Pakistan"
    assert found[0]["m"]["types"][0] == "ArmedGroup"
    assert candidates(found[3])[0] == "place/paktika"
    assert candidates(found[4]) == []
    assert found[5] == {}
    few = project.reconcile(service, "name", limit=1)
    assert candidates(few[3]) == ["place/paktika"]
    assert len(candidates(found[3])) > 1

    # The user takes the best candidates for what is left.
    project.post("recon-match-best-candidates", columnName="name", engine=ALL_ROWS)
    assert matched(project.found("name")[3:5]) == ["place/paktika", "none"]


def test_a_type_decides(refine: Refine, service: Service) -> None:
    project = refine.project([["name"], ["Pakistan"]])
    assert matched(project.reconcile(service, "name")) == ["none"]
    assert matched(project.reconcile(service, "name", kind="State")) == ["actor/pakistan"]
    assert matched(project.reconcile(service, "name", kind="Country")) == ["place/pakistan"]


def test_a_second_column_decides_as_text_and_as_reconciled_cells(refine: Refine, service: Service) -> None:
    project = refine.project(
        [["city", "in"], ["Qandahar", "Afghanistan"], ["Qandahar", "Pakistan"], ["Kabul", "Afghanistan"]]
    )
    by_text = matched(project.reconcile(service, "city", kind="City", properties={"in": "locatedIn"}))
    assert by_text == ["place/kandahar", "none", "place/kabul"]
    countries = matched(project.reconcile(service, "in", kind="Country"))
    assert countries == ["place/afghanistan", "place/pakistan", "place/afghanistan"]
    assert matched(project.reconcile(service, "city", kind="City", properties={"in": "locatedIn"})) == by_text


def test_columns_are_added_from_reconciled_values(refine: Refine, service: Service, khyber: Server) -> None:
    project = refine.project([["name"], ["Afghan Taliban"], ["Nobody at all"], ["Kandahar City"]])
    project.reconcile(service, "name")
    proposed = document(got(khyber, "/reconcile/properties", type="ArmedGroup"))["properties"]
    assert {"wikidata", "side"} <= {each["id"] for each in proposed}
    properties: list[Json] = [
        {"id": "wikidata", "name": "Wikidata item"},
        {"id": "side", "name": "side", "settings": {"limit": "1", "asserted": True}},
        {"id": "locatedIn", "name": "located in", "settings": {"limit": "0"}},
    ]

    previewed = project.post(
        "preview-extend-data",
        columnName="name",
        rowIndices="[0, 1]",
        extension=json.dumps({"properties": properties}),
    )
    assert [column["name"] for column in previewed["columns"]] == ["Wikidata item", "side", "located in"]
    assert [cell["name"] if isinstance(cell, dict) else cell for cell in previewed["rows"][0]] == [
        *("Afghan Taliban", "Q42418", "Afghan side", None)
    ]

    assert project.extend(service, "name", properties) == [
        {"name": "Afghan Taliban", "Wikidata item": "Q42418", "side": "Afghan side", "located in": ""},
        {"name": "Nobody at all", "Wikidata item": "", "side": "", "located in": ""},
        {"name": "Kandahar", "Wikidata item": "Q45604", "side": "", "located in": "Afghanistan (country)"},
    ]
    # Nodes that are added are reconciled already, and can be extended in their turn.
    assert project.found("side")[0]["m"]["id"] == "side/afghanistan"
    again = project.extend(service, "located in", [{"id": "rdfs:label"}])
    assert [row["label"] for row in again] == ["", "", "Afghanistan (country)"]


def test_ids_and_iris_are_taken_as_they_are_and_have_dates_and_numbers(
    refine: Refine, service: Service
) -> None:
    space = service.spaces["identifierSpace"]
    project = refine.project(
        [["id"], ["assertion/fall-of-imports"], [f"{space}assertion/years-with-clashes"], ["actor/nobody"]]
    )
    project.post(
        "recon-use-values-as-identifiers",
        columnName="id",
        service=service.url,
        **service.spaces,
        engine=ALL_ROWS,
    )
    project.extend(service, "id", [{"id": "value"}, {"id": "approximate"}, {"id": "latestDate"}])
    assert project.values("value") == [0.8, 4, None]
    assert project.values("approximate") == ["true", None, None]
    assert project.values("latest date") == ["2026-02-28T00:00:00Z", "2026-02-28T00:00:00Z", None]


def test_a_long_column_is_answered_whole(refine: Refine, service: Service) -> None:
    names = [f"Camp {number}" for number in range(500)] + ["Afghan Taliban", "افغانستان", "ﻛﺎﺑﻞ 100%+&=é"]
    found = refine.project([["name"], *([name] for name in names)]).reconcile(service, "name")
    assert [each["e"] for each in found if "e" in each] == []
    assert {each["j"] for each in found[:500]} == {"none"}
    assert matched(found[500:501]) == ["actor/afghan-taliban"]


def test_an_unknown_property_is_refused_and_no_column_is_added(refine: Refine, service: Service) -> None:
    project = refine.project([["name"], ["Afghan Taliban"]])
    project.reconcile(service, "name")
    properties = [{"id": "wikidata"}, {"id": "noSuchProperty"}]
    told = refine.post(
        "preview-extend-data",
        project=project.id,
        columnName="name",
        rowIndices="[0]",
        extension=json.dumps({"properties": properties}),
    )
    assert "HTTP error 400" in json.loads(told)["message"]
    assert project.extend(service, "name", properties) == [{"name": "Afghan Taliban"}]
