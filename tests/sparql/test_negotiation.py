from __future__ import annotations

import pytest

from khyber.engine.base import ResultKind
from khyber.errors import NotAcceptable
from khyber.sparql.formats import FORMATS, Format, formats_for
from khyber.sparql.negotiation import choose, preferred

SELECT, ASK, GRAPH = ResultKind.SOLUTIONS, ResultKind.BOOLEAN, ResultKind.GRAPH
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"

CASES = {
    "select_no_accept": (None, SELECT, JSON),
    "select_empty_accept": ("", SELECT, JSON),
    "select_any": ("*/*", SELECT, JSON),
    "ask_any": ("*/*", ASK, JSON),
    "graph_no_accept": (None, GRAPH, "text/turtle"),
    "graph_any": ("*/*", GRAPH, "text/turtle"),
    "select_exact": ("text/csv", SELECT, "text/csv"),
    "select_case_of_letters": ("Text/CSV", SELECT, "text/csv"),
    "select_alias_keeps_its_name": ("application/json", SELECT, "application/json"),
    "graph_alias_keeps_its_name": ("application/json", GRAPH, "application/json"),
    "graph_xml_is_rdf": ("application/xml", GRAPH, "application/xml"),
    "select_text_any": ("text/*", SELECT, "text/csv"),
    "graph_text_any": ("text/*", GRAPH, "text/turtle"),
    "graph_plain_text": ("text/plain", GRAPH, "text/plain"),
    "select_weights": (f"{JSON};q=0.3, text/csv;q=0.7", SELECT, "text/csv"),
    "select_weight_with_spaces": (f"{JSON} ; q = 0.3 , text/csv ; q = 0.7", SELECT, "text/csv"),
    "select_weight_capital_q": (f"{JSON};Q=0.3, text/csv;Q=0.7", SELECT, "text/csv"),
    "select_weight_without_zero": (f"{JSON};q=.3, text/csv;q=.7", SELECT, "text/csv"),
    "select_accept_specific_exclusion": (f"*/*, {JSON};q=0", SELECT, XML),
    "select_type_excluded": ("text/*;q=0, */*;q=0.1", SELECT, JSON),
    "select_excluded_type_specific_allowed": ("text/*;q=0, text/csv", SELECT, "text/csv"),
    "select_specific_lower_than_any": (f"*/*;q=0.5, {JSON};q=0.1", SELECT, XML),
    "select_order_does_not_matter": (f"text/csv, {JSON}", SELECT, JSON),
    "select_named_before_any": ("text/csv, */*", SELECT, "text/csv"),
    "select_parameters_pass": (f'{JSON};charset="a,b";q=0.2, text/csv;q=0.1', SELECT, JSON),
    "select_java_star": ("text/html, *; q=.2, */*; q=.2", SELECT, JSON),
    "select_unreadable_range_passed_over": ("text/csv, ?!;;", SELECT, "text/csv"),
    "select_unreadable_header": ("?!", SELECT, JSON),
    "select_unreadable_weight_passed_over": (f"{JSON};q=., text/csv", SELECT, "text/csv"),
    "select_unknown_and_known": ("image/png, text/csv;q=0.1", SELECT, "text/csv"),
    "graph_sparqlwrapper": ("application/rdf+xml, text/rdf, */*;q=0.1", GRAPH, "application/rdf+xml"),
    "graph_jena": (
        "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,*/*;q=0.3",
        GRAPH,
        "text/turtle",
    ),
    "select_rdf4j": (f"{XML};q=0.8, {JSON}, text/csv;q=0.8", SELECT, JSON),
}


@pytest.mark.parametrize(("accept", "kind", "expected"), CASES.values(), ids=CASES.keys())
def test_the_format_is_chosen_by_the_accept_header(
    accept: str | None, kind: ResultKind, expected: str
) -> None:
    assert choose(accept, kind).media_type == expected


REFUSED = {
    "select_image": ("image/png", SELECT),
    "select_turtle": ("text/turtle", SELECT),
    "select_image_any": ("image/*", SELECT),
    "ask_turtle": ("text/turtle", ASK),
    "graph_csv": ("text/csv", GRAPH),
    "graph_sparql_json": (JSON, GRAPH),
    "select_all_excluded": ("*/*;q=0", SELECT),
    "select_only_choice_excluded": ("text/csv;q=0.0", SELECT),
}


@pytest.mark.parametrize(("accept", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_nothing_acceptable_is_refused_with_what_could_be_had(accept: str, kind: ResultKind) -> None:
    with pytest.raises(NotAcceptable) as caught:
        choose(accept, kind)
    for entry in formats_for(kind):
        assert entry.media_type in str(caught.value)


@pytest.mark.parametrize(("entry", "kind"), [(entry, kind) for entry in FORMATS for kind in entry.kinds])
def test_every_format_can_be_had_by_its_own_media_type(entry: Format, kind: ResultKind) -> None:
    assert choose(entry.media_type, kind).format is entry


def test_text_says_that_it_is_utf_8_and_other_types_do_not() -> None:
    assert choose("text/csv", SELECT).content_type == "text/csv; charset=utf-8"
    assert choose(None, SELECT).content_type == JSON


def test_a_page_is_preferred_only_where_it_is_named_more_closely() -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert preferred(browser, [JSON, "application/xml", "text/html"]) == "text/html"
    assert preferred("*/*", [JSON, "text/html"]) == JSON
