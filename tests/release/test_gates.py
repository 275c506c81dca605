"""The gates: each is met by the small graph, and each is not when what it asks for is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from khyber.release.gates import Gate, gates
from small_graph import CHECK, DATA, QUERY, SHAPES, write_home

PARSE = "All 4 files of the graph parse."
FORM = "data/triples.ttl is in the form of the project's writer."
VOCABULARY = "The data uses only what the ontology declares."
SHAPES_GATE = "The data conforms to the shapes."
CONSISTENCY = "Nothing contradicts the ontology."
RULE = "Every actor has a name."
EXAMPLES = "All 1 example queries can be read and, unless federated, run."


def looked_at(home: Path, *, fix: bool = False) -> list[Gate]:
    return list(gates(home, reasoner="sparql", fix=fix))


def only_failing(home: Path) -> Gate:
    failing = [gate for gate in looked_at(home) if not gate.passed]
    assert len(failing) == 1, failing
    return failing[0]


def test_the_small_graph_meets_every_gate(tmp_path: Path) -> None:
    found = looked_at(write_home(tmp_path))

    assert [gate.name for gate in found] == [
        PARSE,
        FORM,
        VOCABULARY,
        SHAPES_GATE,
        CONSISTENCY,
        RULE,
        EXAMPLES,
    ]
    assert all(gate.passed and not gate.lines for gate in found)


def test_files_that_do_not_parse_are_all_named_and_end_the_run(tmp_path: Path) -> None:
    (gate,) = looked_at(write_home(tmp_path, triples="<a>", actors="<b>"))

    assert (gate.name, gate.passed, len(gate.lines)) == (PARSE, False, 2)


def test_data_in_another_form_is_named_with_the_first_line_that_differs(tmp_path: Path) -> None:
    gate = only_failing(
        write_home(tmp_path, triples=DATA.replace('khyber:name "South"', "khyber:name  'South'"))
    )

    assert gate.name == FORM
    assert "triples.ttl:11: From here on it differs. 'khyber check --fix' rewrites it." in gate.lines[0]


@pytest.mark.parametrize(
    "other", [DATA + "\n", DATA.rstrip(), "# a remark\n" + DATA, DATA.replace("\n", "\r\n")]
)
def test_fix_rewrites_the_data_and_changes_nothing_else(other: str, tmp_path: Path) -> None:
    home = write_home(tmp_path)
    (home / "data" / "triples.ttl").write_bytes(other.encode())

    form = looked_at(home, fix=True)[1]

    assert form.passed
    assert "was rewritten" in form.lines[0]
    assert (home / "data" / "triples.ttl").read_text() == DATA
    assert all(gate.passed and not gate.lines for gate in looked_at(home))


def test_an_unknown_term_fails_the_vocabulary_gate(tmp_path: Path) -> None:
    gate = only_failing(write_home(tmp_path, triples=DATA.replace("khyber:alliedWith", "khyber:aliedWith")))

    assert gate.name == VOCABULARY
    assert any("Did you mean khyber:alliedWith?" in line for line in gate.lines)


def test_a_violation_fails_the_shapes_gate(tmp_path: Path) -> None:
    unnamed = write_home(tmp_path, triples=DATA.replace('    khyber:name "North" ;\n', ""), names=QUERY)
    failing = {gate.name: gate for gate in looked_at(unnamed) if not gate.passed}

    assert any("An actor has a name" in line for line in failing[SHAPES_GATE].lines)


def test_a_warning_is_shown_and_the_gate_is_met(tmp_path: Path) -> None:
    home = write_home(
        tmp_path, triples=DATA.replace("stance:claims", "actor:south").replace(STANCE_PREFIX, "")
    )
    gate = looked_at(home)[3]

    assert gate.passed
    assert any("Warning: A stance is a code" in line for line in gate.lines)


def test_a_shape_that_cannot_be_read_fails_the_shapes_gate(tmp_path: Path) -> None:
    gate = only_failing(write_home(tmp_path, actors=SHAPES.replace("sh:minCount 1", 'sh:minCount "one"')))

    assert gate.name == SHAPES_GATE


def test_a_contradiction_fails_the_consistency_gate(tmp_path: Path) -> None:
    gate = only_failing(
        write_home(tmp_path, triples=DATA.replace("actor:south a", "actor:south a khyber:ArmedGroup,"))
    )

    assert gate.name == CONSISTENCY


def test_each_row_of_a_rule_is_shown_in_short_names(tmp_path: Path) -> None:
    gate = only_failing(write_home(tmp_path, names=CHECK.replace("khyber:name ?name", "khyber:name 'North'")))

    assert gate.name == RULE
    assert len(gate.lines) == 1
    assert gate.lines[0].endswith("names.rq: ?actor actor:south")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (CHECK.replace("# Every actor has a name.\n", ""), "names.rq:1: The first line states no rule"),
        ("# No actor is here.\nASK { ?s ?p ?o }", "names.rq: A rule is a SELECT query"),
        ("# Every query is right.\nSELECT ?s { ?s ?p }", "names.rq:2:"),
        ("# Nothing calls others.\nSELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }", "SERVICE"),
    ],
)
def test_a_rule_that_cannot_be_run_fails_with_its_place(text: str, complaint: str, tmp_path: Path) -> None:
    gate = only_failing(write_home(tmp_path, names=text))

    assert complaint in gate.lines[0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (QUERY.replace("# tags: alliance, actor\n", ""), "allies.rq:1: The field 'tags' is missing"),
        (QUERY.replace("ORDER BY ?one", "ORDER ?one"), "allies.rq:7:"),
    ],
)
def test_an_example_that_cannot_be_read_or_run_fails_with_its_place(
    text: str, complaint: str, tmp_path: Path
) -> None:
    gate = only_failing(write_home(tmp_path, allies=text))

    assert gate.name == EXAMPLES
    assert complaint in gate.lines[0]


STANCE_PREFIX = "@prefix stance: <https://w3id.org/khyber/id/stance/> .\n"


FEDERATED = QUERY.replace("# tags: alliance", "# tags: federated, alliance")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            QUERY.replace("{ ?one", "{ SERVICE <https://query.wikidata.org/sparql> { ?a ?b ?c } ?one"),
            "SERVICE",
        ),
        (FEDERATED, "calls no other endpoint"),
        (FEDERATED.replace("{ ?one", "{ SERVICE <https://elsewhere.example/> { ?a ?b ?c } ?one"), "may not"),
        (
            FEDERATED.replace("{ ?one", "{ SERVICE <https://query.wikidata.org/sparql> { ?a ?b } ?one"),
            "allies.rq",
        ),
    ],
    ids=["no tag", "no call", "another endpoint", "no query"],
)
def test_a_query_that_calls_others_says_so_and_calls_wikidata(tmp_path: Path, query: str, said: str) -> None:
    gate = only_failing(write_home(tmp_path, allies=query))

    assert gate.name == EXAMPLES
    assert said in gate.lines[0]


def test_a_federated_query_is_judged_and_calls_nobody(tmp_path: Path) -> None:
    call = "{ SERVICE <https://query.wikidata.org/sparql> { ?a ?b ?c } ?one"
    found = looked_at(write_home(tmp_path, allies=FEDERATED.replace("{ ?one", call)))

    assert all(gate.passed for gate in found)
