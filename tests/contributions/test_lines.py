"""Sorted lines are a sorted set, and their hash is that of the sorted set."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from khyber.contributions.lines import SortedLines

LINES = st.text(alphabet=st.characters(exclude_characters="\n", codec="utf-8"), max_size=4)


def digest(lines: set[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()


@given(st.sets(LINES), st.lists(st.tuples(st.booleans(), LINES)))
def test_lines_come_and_go_as_in_a_set(first: set[str], changes: list[tuple[bool, str]]) -> None:
    expected, lines = set(first), SortedLines(first)
    for adds, line in changes:
        assert (line in lines) == (line in expected)
        if adds:
            assert lines.add(line) == (line not in expected)
            expected.add(line)
        else:
            assert lines.remove(line) == (line in expected)
            expected.discard(line)
        assert lines.digest == digest(expected)
    assert list(lines) == sorted(expected)
    assert len(lines) == len(expected)


@given(st.sets(LINES), LINES)
def test_lines_are_found_by_their_beginning(given_lines: set[str], beginning: str) -> None:
    found = list(SortedLines(given_lines).starting_with(beginning))
    assert found == sorted(line for line in given_lines if line.startswith(beginning))


def test_many_lines_stand_in_several_blocks() -> None:
    numbers = [f"{number:05}" for number in range(3_000)]
    lines = SortedLines(numbers[::2])
    for number in numbers[1::2]:
        assert lines.add(number)
    assert lines.digest == digest(set(numbers))
    assert list(lines.starting_with("012")) == numbers[1200:1300]
    for number in numbers:
        assert lines.remove(number)
    assert list(lines) == []
    assert lines.digest == digest(set())
