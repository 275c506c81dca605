"""Files of mappings: what they say, how they are written, and what is wrong with them and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from khyber.config import graph_home
from khyber.errors import InputError
from khyber.rdf.namespaces import ID, MAPPINGS_GRAPH, SKOS, TERM, WIKIDATA_ENTITY
from khyber.release.gates import gates
from khyber.release.release import release_id
from khyber.release.sources import (
    MAPPINGS,
    REJECTED_MAPPINGS,
    mapping_files,
    parse_sources,
    read_sources,
    syntax_errors,
)
from khyber.release.sssom import NO_TERM_FOUND, MappingSet, read_mappings, write_mappings
from small_graph import write_home

HEAD = f"""\
#curie_map:
#  actor: {ID}actor/
#  semapv: https://w3id.org/semapv/vocab/
#  skos: {SKOS}
#  sssom: https://w3id.org/sssom/
#  wd: {WIKIDATA_ENTITY}
#license: https://creativecommons.org/licenses/by/4.0/
#mapping_set_id: https://w3id.org/khyber/mappings/wikidata.sssom.tsv
"""
NAMES = "subject_id subject_label predicate_id object_id object_label mapping_justification confidence author_label mapping_date comment"
NAMES_LINE = NAMES.replace(" ", "\t") + "\n"
CURATED = "semapv:ManualMappingCuration"


def row(**cells: str) -> str:
    usual = {
        "subject_id": "actor:north",
        "subject_label": "North",
        "predicate_id": "skos:exactMatch",
        "object_id": "wd:Q843",
        "object_label": "Northland",
        "mapping_justification": CURATED,
        "confidence": "0.9",
        "author_label": "Somebody",
        "mapping_date": "2026-11-22",
        "comment": "Name and kind agree.",
    }
    return "\t".join({**usual, **cells}.values()) + "\n"


def not_found(**cells: str) -> str:
    return row(**{"object_id": NO_TERM_FOUND, "object_label": "", "confidence": "", **cells})


def read(text: str) -> MappingSet:
    return read_mappings(text.encode(), Path("/x/wikidata.sssom.tsv"))


def said(text: str) -> list[str]:
    return [str(triple) for triple in read(text).triples()]


def test_a_row_says_that_a_node_matches_an_item() -> None:
    text = HEAD + NAMES_LINE + row() + row(predicate_id="skos:broadMatch", object_id="wd:Q889")
    assert said(text) == [
        f"<{ID}actor/north> <{SKOS}exactMatch> <{WIKIDATA_ENTITY}Q843>",
        f"<{ID}actor/north> <{SKOS}broadMatch> <{WIKIDATA_ENTITY}Q889>",
    ]


def test_a_row_says_on_which_day_an_item_was_looked_for_in_vain() -> None:
    (triple,) = said(HEAD + NAMES_LINE + not_found())
    assert triple == (
        f'<{ID}actor/north> <{TERM}notFoundInWikidata> "2026-11-22"^^<http://www.w3.org/2001/XMLSchema#date>'
    )


def test_a_rejected_candidate_says_nothing() -> None:
    names = NAMES_LINE.replace("predicate_id", "predicate_id\tpredicate_modifier")
    text = HEAD + names + row(predicate_id="skos:exactMatch\tNot")
    assert said(text) == []
    assert read(text).links[0].is_rejected


def test_rows_are_written_sorted_whatever_their_order_and_that_of_the_columns() -> None:
    rows = [
        row(),
        row(predicate_id="skos:broadMatch", object_id="wd:Q1000"),
        row(predicate_id="skos:broadMatch", object_id="wd:Q999"),
        not_found(subject_id="actor:a"),
        row(subject_id="actor:south", object_id="wd:Q889"),
    ]
    expected = HEAD + NAMES_LINE + rows[3] + rows[0] + rows[2] + rows[1] + rows[4]
    assert write_mappings(read(HEAD + NAMES_LINE + "".join(rows))) == expected
    assert write_mappings(read(expected)) == expected
    turned = "".join("\t".join(reversed(line.split("\t"))) + "\n" for line in [NAMES_LINE.rstrip("\n")])
    turned += "".join("\t".join(reversed(each.rstrip("\n").split("\t"))) + "\n" for each in rows)
    assert write_mappings(read(HEAD + turned)) == expected


def test_only_prefixes_that_are_used_are_written() -> None:
    head = HEAD.replace("#  wd:", f"#  place: {ID}place/\n#  wd:")
    assert "place" not in write_mappings(read(head + NAMES_LINE + row()))


def test_an_item_may_have_a_number_of_any_length() -> None:
    items = ["wd:Q9", "wd:Q10", "wd:Q" + "9" * 5000]
    text = HEAD + NAMES_LINE + "".join(row(object_id=item) for item in reversed(items))
    assert [link.item for link in read(write_mappings(read(text))).links] == items


WRONG = {
    "no columns": (HEAD, ":9:1: The names of the columns are missing."),
    "an unknown column": (
        HEAD + NAMES_LINE.replace("comment", "remark"),
        ":9:121: The column 'remark' is not one",
    ),
    "a column twice": (
        HEAD + NAMES_LINE.replace("comment", "subject_id"),
        ":9:121: The column 'subject_id' stands twice",
    ),
    "a missing column": (
        HEAD + NAMES_LINE.replace("\tcomment", ""),
        ":9:1: The column 'comment' is missing",
    ),
    "no licence": (HEAD.replace("#license", "#comment"), ":7:2: The head has a line 'comment'"),
    "no set": (
        HEAD.rsplit("#", 1)[0] + NAMES_LINE,
        ":1:1: The head does not say 'mapping_set_id'. Add a line",
    ),
    "a prefix without an IRI": (
        HEAD.replace(f" {WIKIDATA_ENTITY}", " wikidata"),
        ":6:4: The prefix wd has no IRI.",
    ),
    "no head line": ("#\n" + HEAD, ":1:1: A line of the head has the form"),
    "too few cells": (
        HEAD + NAMES_LINE + row().replace("\tName and kind agree.", ""),
        ":10:1: The row has 9 cells; the columns are 10.",
    ),
    "an empty line": (HEAD + NAMES_LINE + "\n", ":10:1: The row has 1 cells"),
    "an unknown prefix": (
        HEAD + NAMES_LINE + row(subject_id="place:north"),
        ":10:1: 'place:north' is no name with a prefix of the head. Prefixes are: actor, semapv, skos, sssom, wd.",
    ),
    "a name that makes no IRI": (
        HEAD + NAMES_LINE + row(object_id="wd:Q843>"),
        ":10:35: 'wd:Q843>' makes no IRI.",
    ),
    "an IRI for a name": (
        HEAD + NAMES_LINE + row(object_id="http://x"),
        ":10:35: 'http://x' is no name with",
    ),
    "an unknown relation": (
        HEAD + NAMES_LINE + row(predicate_id="owl:sameAs"),
        ":10:19: 'owl:sameAs' is no mapping relation. Use one of: skos:exactMatch, ",
    ),
    "an item and none": (
        HEAD + NAMES_LINE + not_found(predicate_id="skos:closeMatch"),
        ":10:35: sssom:NoTermFound stands with skos:exactMatch",
    ),
    "another word for none": (
        HEAD + NAMES_LINE + not_found(object_id="sssom:Nothing"),
        ":10:35: 'sssom:Nothing' is unknown. Where nothing was found: sssom:NoTermFound.",
    ),
    "no label": (HEAD + NAMES_LINE + row(subject_label=""), ":10:13: The cell subject_label is empty."),
    "no label of the item": (HEAD + NAMES_LINE + row(object_label=""), ":10:43: An item has a label"),
    "nobody": (HEAD + NAMES_LINE + row(author_label=""), ": The cell author_label is empty."),
    "too sure": (HEAD + NAMES_LINE + row(confidence="1.5"), ": Confidence is a number from 0 to 1"),
    "sure of nothing": (
        HEAD + NAMES_LINE + not_found(confidence="1"),
        ": Confidence is a number from 0 to 1",
    ),
    "no such day": (
        HEAD + NAMES_LINE + row(mapping_date="2026-02-30"),
        ": The date is not a day of the form",
    ),
    "a short date": (HEAD + NAMES_LINE + row(mapping_date="20260228"), ": The date is not a day of the form"),
    "a proposal": (
        HEAD + NAMES_LINE + row(mapping_justification="semapv:LexicalMatching"),
        ":10:53: A person decides on a mapping: semapv:ManualMappingCuration or semapv:MappingReview.",
    ),
    "white space": (HEAD + NAMES_LINE + row(comment="Agrees. "), ": A cell has no white space around it"),
    "lines of another system": (
        (HEAD + NAMES_LINE + row()).replace("\n", "\r\n"),
        ": A line of the head has the form",
    ),
    "a hidden character": (HEAD + NAMES_LINE + row(comment="a\u202eb"), ": A cell has no white space"),
    "twice": (HEAD + NAMES_LINE + row() * 2, ":11:1: The row says the same as line 10. Keep one."),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_place(name: str) -> None:
    text, expected = WRONG[name]
    with pytest.raises(InputError) as raised:
        read(text)
    assert expected in str(raised.value)
    assert str(raised.value).startswith("/x/wikidata.sssom.tsv:")


def home_with(folder: Path, asserted: str, rejected: str = "") -> Path:
    home = write_home(folder)
    (home / MAPPINGS).parent.mkdir()
    (home / MAPPINGS).write_text(HEAD + NAMES_LINE + asserted)
    if rejected:
        names = NAMES_LINE.replace("predicate_id", "predicate_id\tpredicate_modifier")
        (home / REJECTED_MAPPINGS).write_text(HEAD + names + rejected)
    return home


def test_a_graph_home_needs_no_mappings(tmp_path: Path) -> None:
    home = write_home(tmp_path)
    assert mapping_files(home) == []
    assert parse_sources(read_sources(home))[MAPPINGS_GRAPH] == []


def test_the_mappings_are_a_graph_of_their_own(tmp_path: Path) -> None:
    sources = read_sources(
        home_with(tmp_path, row(), row(predicate_id="skos:exactMatch\tNot", object_id="wd:Q1"))
    )
    (triple,) = parse_sources(sources)[MAPPINGS_GRAPH]
    assert str(triple.object) == f"<{WIKIDATA_ENTITY}Q843>"


def test_the_digest_follows_both_files(tmp_path: Path) -> None:
    home = home_with(tmp_path, row(), row(predicate_id="skos:exactMatch\tNot", object_id="wd:Q1"))
    digests = {read_sources(home).digest()}
    for name in (MAPPINGS, REJECTED_MAPPINGS):
        (home / name).write_text((home / name).read_text().replace("kind agree", "kind disagree"))
        digests.add(read_sources(home).digest())
    assert len(digests) == 3


def test_what_is_asserted_and_rejected_is_an_error(tmp_path: Path) -> None:
    home = home_with(tmp_path, row(), row(predicate_id="skos:exactMatch\tNot"))
    (error,) = syntax_errors(read_sources(home))
    assert str(error).endswith(
        f"{REJECTED_MAPPINGS}:10:1: The row rejects what {MAPPINGS} asserts. Keep one."
    )
    with pytest.raises(InputError, match="The row rejects what"):
        parse_sources(read_sources(home))


def test_each_row_stands_in_its_file(tmp_path: Path) -> None:
    home = home_with(tmp_path, row(), row(predicate_id="skos:exactMatch\t", object_id="wd:Q1"))
    (error,) = syntax_errors(read_sources(home))
    assert str(error).endswith(f"{REJECTED_MAPPINGS}:10:1: The row belongs into {MAPPINGS}.")


def test_a_file_in_another_form_is_found_and_rewritten(tmp_path: Path) -> None:
    home = home_with(tmp_path, row(subject_id="actor:south", object_id="wd:Q1") + row())
    (home / MAPPINGS).write_text(
        (home / MAPPINGS).read_text().replace("#  sssom: https://w3id.org/sssom/\n", "")
    )
    name = "data/mappings/wikidata.sssom.tsv is in the form of the project's writer."

    (found,) = [gate for gate in gates(home, reasoner="sparql") if gate.name == name]
    assert not found.passed
    assert f"{MAPPINGS}:9: From here on it differs." in found.lines[0]
    (mended,) = [gate for gate in gates(home, reasoner="sparql", fix=True) if gate.name == name]
    assert mended.passed
    expected = HEAD.replace("#  sssom: https://w3id.org/sssom/\n", "") + NAMES_LINE
    expected += row() + row(subject_id="actor:south", object_id="wd:Q1")
    assert (home / MAPPINGS).read_text() == expected


def test_the_files_of_the_project_are_read() -> None:
    files = [read_mappings(path.read_bytes(), path) for path in mapping_files(graph_home())]
    asserted, rejected = files
    assert len([link for link in asserted.links if link.is_found]) >= 30
    assert len([link for link in asserted.links if not link.is_found]) >= 10
    assert len(rejected.links) >= 10
    assert {link.author for each in files for link in each.links} == {"The Khyber team"}


def test_the_id_of_a_release_follows_the_mappings(tmp_path: Path) -> None:
    from khyber.reasoning.base import reasoner
    from khyber.release.compile import dataset, infer

    ids = set()
    for number in (1, 2):
        graphs = parse_sources(
            read_sources(home_with(tmp_path / str(number), row(object_id=f"wd:Q{number}")))
        )
        ids.add(release_id(dataset(graphs, infer(graphs, reasoner()))))
    assert len(ids) == 2
