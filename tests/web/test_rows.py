"""The number of rows that the access log tells is the number of rows, whatever stands in them."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import QueryResultsFormat, RdfFormat

from khyber.engine.base import ResultKind
from khyber.sparql.formats import BY_KEY, Format, formats_for
from khyber.web.rows import SHORT, rows_in

KEYS = ("json", "xml", "csv", "tsv")
STORE = ox.Store()

PIECES = (
    '"',
    "\\",
    "}},{",
    "},{",
    "},{}",
    "{}",
    ",",
    "\n",
    "\r\n",
    "\r",
    "<result>",
    "<results>",
    "a",
    "ä",
    "'",
)
CELLS = st.one_of(
    st.none(),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.just("<< triple >>"),
)
Row = tuple[str | None, str | None]


def cell(text: str | None) -> str:
    if text is None:
        return "UNDEF"
    if text == "<< triple >>":
        return "<<( <urn:s> <urn:p> 'o' )>>"
    return str(ox.Literal(text))


def written(rows: Sequence[Row], key: str) -> bytes:
    values = "\n".join(f"({cell(one)} {cell(other)})" for one, other in rows)
    writer = BY_KEY[key].writer
    assert isinstance(writer, QueryResultsFormat)
    results = STORE.query(f"SELECT * {{ VALUES (?one ?other) {{ {values} }} }}")
    assert isinstance(results, ox.QuerySolutions)
    return results.serialize(format=writer) or b""


@pytest.mark.parametrize("key", KEYS)
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=8))
@example(rows=[('x"}},{', "y"), ("a", '\\"}},{'), ('"}},{"', None)])
@example(rows=[(None, "}},{"), ("}},{", None)])
@example(rows=[(None, None), (None, None)])
@example(rows=[("<< triple >>", None), (None, "<< triple >>")])
def test_a_result_in_one_piece_has_the_rows_that_it_has(key: str, rows: list[Row]) -> None:
    assert rows_in(BY_KEY[key].media_type, [written(rows, key)]) == len(rows)


@pytest.mark.parametrize("key", KEYS)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), size=st.integers(1, 40))
@example(rows=[("a", "b")] * 5, size=1)
@example(rows=[("},{", "},{'"), ("<< triple >>", "}},{")], size=1)
@example(rows=[(None, "}},{")], size=1)
def test_borders_are_found_where_two_pieces_meet(key: str, rows: list[Row], size: int) -> None:
    document = written(rows, key)
    head = document.index({"json": b'"bindings":[', "xml": b"<results>"}.get(key, b"")) + 16
    rest = [document[start : start + size] for start in range(head, len(document), size)]
    found = rows_in(BY_KEY[key].media_type, [document[:head], *rest])
    unclear = key == "json" and any(
        row == (None, None) or "},{}" in "".join(filter(None, row)) for row in rows
    )
    assert found == len(rows) or (unclear and found is None)


def test_a_long_result_whose_bytes_do_not_settle_it_has_no_number() -> None:
    rows: list[Row] = [("a" * 100, "b"), (None, None)] * 500
    document = written(rows, "json")
    assert len(document) > SHORT
    assert rows_in(BY_KEY["json"].media_type, [document]) is None
    assert rows_in(BY_KEY["xml"].media_type, [written(rows, "xml")]) == 1000


@pytest.mark.parametrize("key", KEYS)
def test_a_boolean_has_no_rows(key: str) -> None:
    writer = BY_KEY[key].writer
    assert isinstance(writer, QueryResultsFormat)
    result = STORE.query("ASK {}")
    assert isinstance(result, ox.QueryBoolean)
    document = result.serialize(format=writer) or b""
    for media_type in BY_KEY[key].media_types:
        assert rows_in(media_type, [document]) is None


@pytest.mark.parametrize("entry", formats_for(ResultKind.GRAPH), ids=lambda entry: entry.key)
def test_a_graph_has_no_rows(entry: Format) -> None:
    assert isinstance(entry.writer, RdfFormat)
    graph = [ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal('<result> "bindings":['))]
    document = ox.serialize(graph, format=entry.writer) or b""
    for media_type in entry.media_types:
        assert rows_in(media_type, [document]) is None
