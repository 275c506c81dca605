"""The ontology lies in OWL 2 DL and OWL 2 RL, as OWLAPI judges.

Only the ontology is judged, not the data: xsd:date, which the data uses, is outside the OWL 2 datatype map.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse, serialize

from khyber.config import graph_home
from khyber.release.sources import ONTOLOGY_GRAPH, parse_sources, read_sources

PROGRAM = Path(__file__).parent / "ProfileCheck.java"

DEBIAN_JARS = Path("/usr/share/java")
NEEDED_JARS = (
    *("owlapi-distribution", "atinject-jsr330-api", "caffeine", "commons-io", "commons-rdf-api", "guava"),
    *("hppcrt", "jsr305", "slf4j-api", "slf4j-nop", "xz"),
)


def classpath() -> str | None:
    """The jars of OWLAPI: KHYBER_OWLAPI_CLASSPATH, or those of Debian's packages; None if absent."""
    given = os.environ.get("KHYBER_OWLAPI_CLASSPATH")
    if given:
        return given
    jars = [DEBIAN_JARS / f"{name}.jar" for name in NEEDED_JARS]
    rdf4j = sorted(DEBIAN_JARS.glob("rdf4j-*[a-z].jar"))
    return (
        os.pathsep.join(map(str, [*jars, *rdf4j])) if rdf4j and all(jar.is_file() for jar in jars) else None
    )


pytestmark = pytest.mark.skipif(
    shutil.which("java") is None or classpath() is None,
    reason="OWLAPI is not installed: apt-get install default-jdk-headless libowlapi-java",
)

OUTSIDE = """
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/> a owl:Ontology .
:partOf a owl:ObjectProperty , owl:TransitiveProperty , owl:FunctionalProperty .
:Part a owl:Class ;
    rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :partOf ; owl:someValuesFrom :Whole ] .
:Whole a owl:Class .
"""


def judge(ontology: Iterable[Triple], folder: Path) -> tuple[int, list[str]]:
    """The number of axioms, and a line for each violation of a profile."""
    file = folder / "ontology.owl"
    serialize(ontology, file, format=RdfFormat.RDF_XML)
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", classpath() or "", str(PROGRAM), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    first, *violations = done.stdout.splitlines()
    count = re.fullmatch(r"(\d+) axioms", first)
    assert count is not None, done.stdout
    return int(count[1]), violations


def test_the_ontology_is_in_owl_2_dl_and_rl(tmp_path: Path) -> None:
    axioms, violations = judge(parse_sources(read_sources(graph_home()))[ONTOLOGY_GRAPH], tmp_path)
    assert violations == []
    assert axioms > 1000


def test_an_ontology_outside_the_profiles_is_found_out(tmp_path: Path) -> None:
    quads = parse(OUTSIDE.encode(), format=RdfFormat.TURTLE)
    axioms, violations = judge([quad.triple for quad in quads], tmp_path)
    assert axioms >= 6
    assert {line.partition(":")[0] for line in violations} == {"OWL 2 DL", "OWL 2 RL"}
    assert any("non-simple" in line and "FunctionalObjectProperty" in line for line in violations), violations
    assert any(line.startswith("OWL 2 RL") and "ObjectSomeValuesFrom" in line for line in violations), (
        violations
    )
