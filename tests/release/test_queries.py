"""Reading the example queries and their headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from khyber.errors import FileUnreadable, InputError
from khyber.release.queries import ExampleQuery, example_queries, read_example_query
from small_graph import QUERY, write_home


def read(folder: Path, text: str, name: str = "query.rq") -> ExampleQuery:
    (folder / name).write_text(text, encoding="utf-8")
    return read_example_query(folder / name)


def test_a_query_is_read_with_its_header(tmp_path: Path) -> None:
    (query,) = example_queries(write_home(tmp_path))

    assert query.name == "allies"
    assert query.title == "Allies"
    assert query.description == "Who is allied with whom, in both directions."
    assert query.tags == ("actor", "alliance")
    assert query.text.startswith("PREFIX khyber:")
    assert QUERY.splitlines()[query.line - 1] == query.text.splitlines()[0]


def test_queries_come_sorted_by_name_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    folder = write_home(tmp_path) / "data" / "queries"
    for name in ("zebra.rq", "aardvark.rq", ".#draft.rq"):
        (folder / name).write_text(QUERY)

    assert [query.name for query in example_queries(tmp_path)] == ["aardvark", "allies", "zebra"]


def test_a_comment_after_the_header_belongs_to_the_query(tmp_path: Path) -> None:
    text = "# title: T\n# description: D.\n# tags: a\n\n# what follows\nASK {}\n"

    assert read(tmp_path, text).text == "# what follows\nASK {}\n"


def test_a_title_may_hold_a_colon(tmp_path: Path) -> None:
    assert read(tmp_path, "# title: Who: whom\n# description: D\n# tags: a\nASK {}").title == "Who: whom"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("ASK {}", r"query\.rq:1: The field 'title' is missing or empty"),
        ("# title: T\n# description: D\nASK {}", "The field 'tags' is missing or empty"),
        ("# title: T\n# description: D\n# tags: ,\nASK {}", "The field 'tags' is missing or empty"),
        ("# title:\n# description: D\n# tags: a\nASK {}", "The field 'title' is missing or empty"),
        (
            "# title: T\n# title: U\n# description: D\n# tags: a\nASK {}",
            r"query\.rq:2: The field 'title' stands twice",
        ),
        (
            "# title: T\n# descripton: D\n# tags: a\nASK {}",
            r"query\.rq:2: 'descripton' is none of the fields",
        ),
        ("# title: T\n# just words\nASK {}", r"query\.rq:2: '# just words' is no field"),
        ("#   words\n# title: T\nASK {}", r"query\.rq:1: '#   words' is no field"),
        ("# title: T\n# description: D\n# tags: a\n\n  \n", "There is no query after the header"),
    ],
)
def test_a_header_that_is_not_right_is_refused_with_its_line(
    text: str, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=complaint):
        read(tmp_path, text)


@pytest.mark.parametrize("name", ["Who.rq", "a b.rq", "a_b.rq", "-a.rq"])
def test_a_name_that_cannot_stand_in_an_address_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Use small letters, digits and hyphens"):
        read(tmp_path, QUERY, name)


def test_a_query_that_is_not_utf8_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "query.rq").write_bytes(b"# title: \xff\n")

    with pytest.raises(FileUnreadable, match=r"query\.rq:1:10: The byte 0xff is not UTF-8"):
        read_example_query(tmp_path / "query.rq")
