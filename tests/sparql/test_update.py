from __future__ import annotations

from contextlib import suppress

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from khyber.errors import KhyberError, QueryRefused, QuerySyntaxError, UsageError
from khyber.sparql.protocol import UpdateOperation
from khyber.sparql.update import admit_update

EX = "http://example.org/"
ONE, TWO = EX + "one", EX + "two"
PREFIX = f"PREFIX ex: <{EX}>"


def stored(store: Store) -> set[str]:
    """Give each quad as the ends of its terms: ``a in one one``."""
    return {" ".join(shown(term) for term in quad).strip() for quad in store}


def shown(term: object) -> str:
    return "" if isinstance(term, DefaultGraph) else str(getattr(term, "value", term)).removeprefix(EX)


def applied(
    text: str, using: tuple[str, ...] | None = None, named: tuple[str, ...] | None = None
) -> set[str]:
    """Apply an update to a store with one triple in each of three graphs."""
    store = Store()
    for graph in (None, ONE, TWO):
        names = () if graph is None else (NamedNode(graph),)
        value = Literal(graph.removeprefix(EX) if graph else "default")
        store.add(Quad(NamedNode(EX + "a"), NamedNode(EX + "in"), value, *names))
    update = admit_update(UpdateOperation(text, using, named, EX))
    store.update(update.text, base_iri=update.base)
    return stored(store)


GIVEN = {"a in default", "a in one one", "a in two two"}


def test_an_update_is_applied_as_it_is() -> None:
    assert applied(f"{PREFIX} INSERT DATA {{ ex:b ex:p 1 }}") == GIVEN | {"b p 1"}


@pytest.mark.parametrize("text", ["", "  ", "# nothing", f"{PREFIX}", f"BASE <{EX}>\n{PREFIX} # nothing"])
def test_an_update_may_be_empty(text: str) -> None:
    assert applied(text) == GIVEN


def test_a_relative_iri_is_resolved_against_the_base() -> None:
    assert applied("INSERT DATA { <b> <p> 1 }") == GIVEN | {"b p 1"}


def test_declarations_may_stand_before_every_operation() -> None:
    text = (
        f"{PREFIX} INSERT DATA {{ ex:b ex:p 1 }} ;\n PREFIX x: <{EX}> # again\n INSERT DATA {{ x:c x:p 2 }}"
    )
    assert applied(text) == GIVEN | {"b p 1", "c p 2"}


def test_a_declaration_that_contradicts_an_earlier_one_is_refused() -> None:
    text = f"{PREFIX} CLEAR ALL ; PREFIX ex: <http://other.example/> INSERT DATA {{ ex:b ex:p 1 }}"
    with pytest.raises(QuerySyntaxError, match="PREFIX"):
        applied(text)


COPY_TO_C = "INSERT { <c> <in> ?g } WHERE { <a> <in> ?g }"
COPY_NAMED_TO_C = "INSERT { <c> <in> ?g } WHERE { GRAPH ?x { <a> <in> ?g } }"

DATASETS = {
    "using_one": (COPY_TO_C, (ONE,), None, {"c in one"}),
    "using_both": (COPY_TO_C, (ONE, TWO), None, {"c in one", "c in two"}),
    "using_none_that_is_there": (COPY_TO_C, (EX + "nowhere",), None, set()),
    "using_named": (COPY_NAMED_TO_C, None, (TWO,), {"c in two"}),
    "only_using_named_leaves_the_default_graph_empty": (COPY_TO_C, None, (TWO,), set()),
    "only_using_leaves_no_named_graphs": (COPY_NAMED_TO_C, (ONE,), None, set()),
    "no_dataset": (COPY_TO_C, None, None, {"c in default"}),
    "where_in_lower_case": (COPY_TO_C.replace("WHERE", "where"), (ONE,), None, {"c in one"}),
    "where_without_spaces": ("INSERT{<c><in>?g}WHERE{<a><in>?g}", (ONE,), None, {"c in one"}),
    "braces_in_strings": (
        "INSERT DATA { <c> <is> '}' } ; " + COPY_TO_C,
        (ONE,),
        None,
        {"c is }", "c in one"},
    ),
    "where_in_a_sub_query": (
        "INSERT { <c> <in> ?g } WHERE { { SELECT ?g WHERE { <a> <in> ?g } } }",
        (TWO,),
        None,
        {"c in two"},
    ),
    "two_operations": (COPY_TO_C + ";" + COPY_NAMED_TO_C, (ONE,), (TWO,), {"c in one", "c in two"}),
}


@pytest.mark.parametrize(("text", "using", "named", "added"), DATASETS.values(), ids=DATASETS.keys())
def test_the_dataset_of_the_request_is_the_one_of_every_where(
    text: str, using: tuple[str, ...] | None, named: tuple[str, ...] | None, added: set[str]
) -> None:
    assert applied(text, using, named) == GIVEN | added


def test_delete_where_matches_in_the_dataset_and_deletes_from_the_default_graph() -> None:
    same = "INSERT DATA { <a> <in> 'one' } ; DELETE # of\n WHERE { <a> <in> ?g # }\n }"
    assert applied(same, (ONE,)) == GIVEN


CONFLICTS = {
    "with": f"WITH <{ONE}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    "using": f"DELETE {{ ?s ?p ?o }} USING <{ONE}> WHERE {{ ?s ?p ?o }}",
    "using_named": f"DELETE {{ ?s ?p ?o }} USING NAMED <{ONE}> WHERE {{ ?s ?p ?o }}",
    "in_the_second_operation": f"CLEAR DEFAULT ; WITH <{ONE}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    "glued": f"PREFIX : <{EX}> INSERT {{ ?s ?p 1 }} USING:one WHERE {{ ?s ?p ?o }}",
    "keywords_without_spaces": "DELETEWHERE{?s ?p ?o}",
}


@pytest.mark.parametrize("text", CONFLICTS.values(), ids=CONFLICTS.keys())
def test_a_dataset_in_the_request_and_in_the_text_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="using-graph-uri"):
        applied(text, (TWO,))


@pytest.mark.parametrize("text", [text for name, text in CONFLICTS.items() if name != "glued"])
def test_a_dataset_in_the_text_alone_is_taken(text: str) -> None:
    applied(text)


def test_names_that_look_like_keywords_are_names() -> None:
    text = f"PREFIX with: <{EX}> PREFIX using: <{EX}> COPY using:one TO GRAPH with:three"
    assert applied(text, (TWO,)) == GIVEN | {"a in one three"}


REFUSED: dict[str, tuple[str, type[KhyberError], int, int]] = {
    "syntax": ("CLEAR XYZ", QuerySyntaxError, 1, 7),
    "syntax_on_the_second_line": ("DELETE { ?s ?p 1 }\nINSERT { ?s ?p }\nWHERE {}", QuerySyntaxError, 2, 16),
    "syntax_after_declarations": (f"{PREFIX}\n{PREFIX} CLEAR XYZ", QuerySyntaxError, 2, 40),
    "undeclared_prefix": ("INSERT DATA { ex:a ex:b 1 }", QuerySyntaxError, 1, 15),
    "unclosed": ("INSERT DATA { <a> <b> 1", QuerySyntaxError, 1, 13),
    "load": ("LOAD <http://example.org/x>", QueryRefused, 1, 1),
    "load_a_file": ("LOAD <file:///etc/passwd>", QueryRefused, 1, 1),
    "load_without_spaces": ("CLEAR ALL;\n LOAD<http://x.example/>INTO GRAPH<a>", QueryRefused, 2, 2),
    "load_in_lower_case": ("load <http://example.org/x>", QueryRefused, 1, 1),
    "service": ("INSERT { ?s ?p 1 } WHERE { SERVICE <http://x.example/> { ?s ?p ?o } }", QueryRefused, 1, 28),
    "service_in_a_sub_query": (
        "INSERT { ?s ?p 1 } WHERE {{ SELECT * { service<http://x.example/>{ ?s ?p ?o } } }}",
        QueryRefused,
        1,
        40,
    ),
}


@pytest.mark.parametrize(("text", "error", "line", "column"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_applied_is_refused_with_its_place(
    text: str, error: type[KhyberError], line: int, column: int
) -> None:
    with pytest.raises(error) as caught:
        admit_update(UpdateOperation(text, base=EX))
    place = caught.value.location
    assert place is not None
    assert (place.source, place.line, place.column) == ("update", line, column)


def test_a_query_is_told_from_an_update() -> None:
    with pytest.raises(UsageError, match="SELECT begins a query"):
        admit_update(UpdateOperation("SELECT * {}"))


def test_load_silent_fails_without_a_word_and_without_a_request() -> None:
    text = f"LOAD SILENT <http://127.0.0.1:1/x> INTO GRAPH <{ONE}> ; INSERT DATA {{ <b> <p> 1 }}"
    assert applied(text) == GIVEN | {"b p 1"}


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <load:a> <service:b> 'LOAD <x>' } # LOAD <x>",
        f"PREFIX load: <{EX}> PREFIX service: <{EX}> INSERT DATA {{ load:service service:load 1 }}",
        "INSERT { ?load <p> ?service } WHERE { ?load <in> ?service }",
    ],
)
def test_the_words_alone_are_no_reason_to_refuse(text: str) -> None:
    assert applied(text) > GIVEN


def test_nothing_runs_while_an_update_is_judged() -> None:
    update = admit_update(
        UpdateOperation("CREATE GRAPH <http://example.org/g> ; DROP GRAPH <http://example.org/h>")
    )
    store = Store()
    with pytest.raises(RuntimeError, match="does not exist"):
        store.update(update.text)


def test_deep_nesting_never_takes_the_process_down() -> None:
    text = "INSERT { ?s ?p ?o } WHERE " + "{" * 5000 + "}" * 5000
    assert_survived(UpdateOperation(text))


def assert_survived(operation: UpdateOperation) -> None:
    with suppress(QueryRefused):
        assert admit_update(operation).text.endswith(operation.text)
