"""``khyber link``, run as a command, against another Wikidata on this machine."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

from khyber.config import graph_home
from khyber.rdf.namespaces import ID
from khyber.rdf.reading import read_file
from khyber.release.sources import MAPPINGS, mapping_files
from khyber.release.sssom import read_mappings
from linking.wikibase import AFGHANISTAN, BUSY, Record, Wikibase, answering, item, wikibase
from running import COMMAND


def items_of_the_links() -> list[Record]:
    """An item for each that is linked, with the label in the file and no class."""
    path = graph_home() / MAPPINGS
    links = [link for link in read_mappings(path.read_bytes(), path).links if link.is_found]
    return [item(link.item.partition(":")[2], link.item_label) for link in links]


KABUL = item(
    "Q5838",
    "Kabul",
    "Q515",
    labels={"ur": "کابل", "ps": "کابل", "de": "Kabul (Stadt)"},
    coordinates=(34.5328, 69.1658),
    country=AFGHANISTAN,
)


@dataclass(frozen=True)
class Desk:
    """A command line with a state folder of its own."""

    base: Wikibase
    folder: Path

    def run(self, *words: str, contact: str = "curator@example.org") -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "KHYBER_STATE": str(self.folder / "state"),
            "KHYBER_WIKIDATA_API": self.base.api,
            "KHYBER_CONTACT": contact,
        }
        return subprocess.run(
            [COMMAND, "link", *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment,
            cwd=self.folder,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    group = item("Q9301", "Pakistani Taliban", "Q17149090")
    with wikibase(*items_of_the_links(), KABUL, group) as base:
        yield Desk(base, tmp_path)


def test_candidates_are_printed_with_reasons_and_written_as_proposals(desk: Desk) -> None:
    ran = desk.run("suggest", "actor:ttp", "-o", "proposals.sssom.tsv")
    assert ran.returncode == 0, ran.stderr
    assert [line.split("  ")[0] for line in ran.stdout.splitlines()] == ["Node", "actor:ttp"]
    for words in ("Q9301", "may match", "is a kind of armed organization"):
        assert words in ran.stdout
    text = (desk.folder / "proposals.sssom.tsv").read_text()
    assert "\tundecided\t" in text
    assert "semapv:LexicalMatching" in text


def test_without_nodes_the_undecided_actors_are_looked_for(desk: Desk) -> None:
    for name in ("ontology", "data", "shapes"):
        shutil.copytree(graph_home() / name, desk.folder / "home" / name)
    file = desk.folder / "home" / MAPPINGS
    rows = file.read_text().splitlines(keepends=True)
    undecided = [row for row in rows if not row.startswith("actor:unhcr\t")]
    assert len(undecided) == len(rows) - 1
    file.write_text("".join(undecided))
    ran = desk.run("suggest", "--home", str(desk.folder / "home"))
    assert ran.returncode == 0, ran.stderr
    searched = {asked["search"] for asked in desk.base.asked if "search" in asked}
    assert "Refugee agency of the United Nations" in searched
    assert "Pakistan" not in searched
    assert [line.split()[0] for line in ran.stdout.splitlines()] == ["Node", "actor:unhcr"]


def test_every_curated_actor_is_decided_about(desk: Desk) -> None:
    ran = desk.run("suggest")
    assert ran.returncode == 0, ran.stderr
    assert [asked for asked in desk.base.asked if "search" in asked] == []


def test_a_terminal_shows_how_far_it_is_and_why_it_waits(desk: Desk) -> None:
    desk.base.faults.append(answering(BUSY))
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [COMMAND, "link", "suggest", "actor:ttp", "--contact", "curator@example.org"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={
            **os.environ,
            "KHYBER_STATE": str(desk.folder / "state"),
            "KHYBER_WIKIDATA_API": desk.base.api,
            "TERM": "xterm",
            "COLUMNS": "200",
        },
    ) as process:
        os.close(theirs)
        drawn = bytearray()
        try:
            while piece := os.read(ours, 4096):
                drawn += piece
        except OSError:
            pass  # the other end of a terminal closes with an error
        finally:
            os.close(ours)
    assert process.returncode == 0
    assert "0/1" in drawn.decode()
    assert "waiting 1 s: maxlag: Waiting for" in drawn.decode()


def test_nothing_is_written_beside_the_decisions(desk: Desk) -> None:
    before = [path.read_bytes() for path in mapping_files(graph_home())]
    ran = desk.run("suggest", "actor:ttp", "-o", str(graph_home() / "data/mappings/proposals.sssom.tsv"))
    assert ran.returncode == 2
    assert "lies where decided mappings stand. Write proposals elsewhere." in ran.stderr
    assert desk.base.asked == []
    assert [path.read_bytes() for path in mapping_files(graph_home())] == before


@pytest.mark.parametrize("command", ["suggest", "verify", "enrich"])
def test_nobody_is_asked_without_a_contact(command: str, desk: Desk) -> None:
    ran = desk.run(command, contact="")
    assert ran.returncode == 2
    assert "Give --contact or KHYBER_CONTACT your e-mail address" in ran.stderr
    assert desk.base.asked == []


def test_links_are_verified_and_a_file_kept_for_another_time(desk: Desk) -> None:
    ran = desk.run("verify", "--save", "items.json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    count = len(items_of_the_links())
    assert ran.stdout == f"{count} of {count} links hold.\n"
    asked = len(desk.base.asked)
    offline = desk.run("verify", "--offline", "items.json", contact="")
    assert offline.returncode == 0, offline.stderr
    assert offline.stdout.startswith(f"{count} of {count} links hold, as of ")
    assert len(desk.base.asked) == asked


def test_a_link_that_does_not_hold_is_printed_and_makes_the_command_fail(desk: Desk) -> None:
    del desk.base.items["Q42418"]
    desk.base.redirects["Q5838"] = "Q9301"
    ran = desk.run("verify")
    assert ran.returncode == 1
    assert "wd:Q42418  missing" in ran.stdout
    assert "Q5838 was merged into Q9301." in ran.stdout
    assert len(ran.stdout.splitlines()) == 4


def test_an_api_that_fails_is_an_error_of_its_own(desk: Desk) -> None:
    desk.base.faults.append(answering({"error": {"code": "badvalue", "info": "Bad."}}))
    ran = desk.run("verify")
    assert ran.returncode == 2
    assert "answered with the error 'badvalue': Bad." in ran.stderr


def test_the_values_block_is_one_that_a_query_can_hold(desk: Desk) -> None:
    ran = desk.run("export", "--values", "--relation", "exactMatch", "--relation", "closeMatch")
    assert ran.returncode == 0, ran.stderr
    prefix = "PREFIX wd: <http://www.wikidata.org/entity/> "
    solutions = ox.Store().query(f"{prefix} SELECT ?item ?node {{ {ran.stdout} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    pairs = [(row["item"].value, row["node"].value) for row in solutions]
    assert ("http://www.wikidata.org/entity/Q42418", ID + "actor/afghan-taliban") in pairs
    assert len(pairs) == len(items_of_the_links()) - 1
    assert desk.base.asked == []
    assert len(desk.run("export", "--values").stdout.splitlines()) < len(pairs)


def test_names_and_coordinates_are_proposed_with_their_source(desk: Desk) -> None:
    ran = desk.run("enrich", "place:kabul", "-o", "kabul.ttl")
    assert ran.returncode == 0, ran.stderr
    text = (desk.folder / "kabul.ttl").read_text()
    assert "# place:kabul: http://www.wikidata.org/entity/Q5838, revision 7, read 20" in text
    said = {str(quad.triple) for quad in read_file(desk.folder / "kabul.ttl")}
    kabul, decimal = f"<{ID}place/kabul>", "<http://www.w3.org/2001/XMLSchema#decimal>"
    label, wgs84 = "<http://www.w3.org/2000/01/rdf-schema#label>", "http://www.w3.org/2003/01/geo/wgs84_pos#"
    assert said == {
        f'{kabul} {label} "کابل"@ur',
        f'{kabul} {label} "کابل"@ps',
        f'{kabul} <{wgs84}lat> "34.5328"^^{decimal}',
        f'{kabul} <{wgs84}long> "69.1658"^^{decimal}',
    }


def test_what_is_proposed_conforms(desk: Desk) -> None:
    assert desk.run("enrich", "place:kabul", "-o", "kabul.ttl").returncode == 0
    judged = subprocess.run(
        [COMMAND, "validate", "kabul.ttl", "--format", "json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "KHYBER_STATE": str(desk.folder / "state")},
        cwd=desk.folder,
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert json.loads(judged.stdout)
