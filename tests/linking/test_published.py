"""``khyber link`` on what is published: what was accepted is looked for and verified, what waits is not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contributing import HEAD, Contributing, contributing, person
from khyber.config import graph_home
from khyber.linking.nodes import Node
from khyber.linking.verifying import links_of
from khyber.release.sources import MAPPINGS
from khyber.release.sssom import Link, read_mappings
from linking.wikibase import Wikibase, item, wikibase
from running import COMMAND

ACCEPTED, PENDING, REVERTED = "Zarmina Wardak", "Palwasha Yusufzai", "Spogmai Mohmand"
GONE = "wd:Q940404"


def linked_person(slug: str, label: str, link: str) -> str:
    document = person(slug, label).replace(HEAD, "")
    return (
        f"{HEAD}@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        f"@prefix wd: <http://www.wikidata.org/entity/> .\n"
        f"{document}\nperson:{slug} {link} .\n"
    )


@dataclass(frozen=True)
class Curator:
    """Somebody with a command line, beside a server of the published graph."""

    khyber: Contributing
    base: Wikibase

    def run(self, *words: str, state: Path | None = None) -> subprocess.CompletedProcess[str]:
        self.base.remote.asked.clear()
        return subprocess.run(
            [COMMAND, "link", *words, "--max-age", "0"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={
                **os.environ,
                "KHYBER_STATE": str(state or self.khyber.state),
                "KHYBER_WIKIDATA_API": self.base.api,
                "KHYBER_CONTACT": "curator@example.org",
            },
        )

    @property
    def searched(self) -> set[str]:
        return {asked["search"] for asked in self.base.asked if "search" in asked}

    def place(self, where: str) -> tuple[str, ...]:
        return ("--endpoint", self.khyber.server.root) if where == "server" else ("--published",)


def rows() -> tuple[Link, ...]:
    path = graph_home() / MAPPINGS
    return read_mappings(path.read_bytes(), path).links


@pytest.fixture(scope="module")
def curator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Curator]:
    """Give a curator of a graph with contributions: without a link, with one that does not hold, and not in it."""
    items = [item(row.item.partition(":")[2], row.item_label) for row in rows() if row.is_found]
    items.append(item("Q9401", "Malalai Barakzai", "Q5"))
    with wikibase(*items) as base, contributing(tmp_path_factory.mktemp("published")) as khyber:
        for document in (
            person("zarmina", ACCEPTED),
            linked_person("gulalai", "Gulalai Afridi", f"skos:exactMatch {GONE}"),
            linked_person("malalai", "Malalai Barakzai", "skos:exactMatch wd:Q9401"),
        ):
            assert khyber.decide(khyber.contributed(document), "accept").status == 200
        undone = khyber.contributed(person("spogmai", REVERTED))
        assert khyber.decide(undone, "accept").status == 200
        assert khyber.decide(undone, "revert").status == 200
        khyber.contributed(person("palwasha", PENDING))
        yield Curator(khyber, base)


@pytest.mark.parametrize("where", ["server", "state folder"])
def test_accepted_actors_without_a_link_are_looked_for(curator: Curator, where: str) -> None:
    ran = curator.run("suggest", *curator.place(where))
    assert ran.returncode == 0, ran.stderr
    assert "person:zarmina" in ran.stdout
    assert ACCEPTED in curator.searched
    assert not curator.searched & {PENDING, REVERTED, "Gulalai Afridi", "Malalai Barakzai", "Pakistan"}


@pytest.mark.parametrize("where", ["server", "state folder"])
def test_links_that_were_accepted_are_verified(curator: Curator, where: str) -> None:
    ran = curator.run("verify", *curator.place(where))
    assert ran.returncode == 1, ran.stderr
    count = sum(1 for row in rows() if row.is_found) + 2
    assert ran.stdout.splitlines()[-1] == f"{count - 1} of {count} links hold."
    (wrong,) = [line for line in ran.stdout.splitlines() if line.startswith("person:")]
    assert wrong.split()[:4] == ["person:gulalai", "exactMatch", GONE, "missing"]


def test_without_being_told_the_curated_files_are_looked_at(curator: Curator) -> None:
    ran = curator.run("suggest", "person:zarmina")
    assert ran.returncode == 2
    assert "There is no node person:zarmina in the graph." in ran.stderr
    assert "--published" in ran.stderr
    assert curator.run("verify").returncode == 0


def test_a_state_folder_from_which_nothing_was_published_is_told(curator: Curator, tmp_path: Path) -> None:
    ran = curator.run("verify", "--published", state=tmp_path)
    assert ran.returncode == 2
    assert "Nothing was published from" in ran.stderr
    assert curator.base.asked == []


def test_a_link_has_the_row_that_says_so_or_one_of_its_own() -> None:
    nodes = [
        Node("x", "place:a", "City", "A", ("A",), links=(("exactMatch", "Q1"), ("closeMatch", "Q2"))),
        Node("y", "place:b", "City", "B", ("B",)),
    ]
    first = Link("place:a", "x", "exactMatch", "wd:Q1", "Other name", "x", "1", "x", "2026-11-22")
    of_nobody = Link("place:b", "x", "exactMatch", "wd:Q3", "B", "x", "1", "x", "2026-11-22")
    refused = Link("place:a", "x", "closeMatch", "wd:Q2", "C", "x", "1", "x", "2026-11-22", is_rejected=True)
    found = links_of(nodes, (first, of_nobody, refused))
    assert found[0] is first
    assert [(link.subject, link.relation, link.item, link.item_label) for link in found[1:]] == [
        ("place:a", "closeMatch", "wd:Q2", "A")
    ]
