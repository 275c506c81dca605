"""What a store makes of literals: it keeps values, so that two forms of one number become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from pyoxigraph import Literal, Quad, RdfFormat, Store, parse

from khyber.contributions.lines import SortedLines
from khyber.rdf.namespaces import RDF, XSD

_KEPT = frozenset((XSD + "string", RDF + "langString", XSD + "anyURI"))
"""The datatypes whose literals a store keeps as they are."""


_Place = tuple[object, object, object]


def _place(quad: Quad) -> _Place:
    return quad.subject, quad.predicate, quad.graph_name


def stored_form(quad: Quad) -> Quad:
    """Give a quad as a store gives it back."""
    store = Store()
    store.add(quad)
    stored: Quad = next(iter(store))
    return stored


class Added:
    """The quads that a change adds, to be found by all but their value."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        """Sort them."""
        self._by_place: defaultdict[_Place, list[Quad]] = defaultdict(list)
        for quad in quads:
            self._by_place[_place(quad)].append(quad)

    def beside(self, quad: Quad) -> list[Quad]:
        """Give those that have subject, property and graph of ``quad``."""
        return self._by_place.get(_place(quad), [])


def another_is_stored_alike(quad: Quad, lines: SortedLines, added: Added, removed: Collection[Quad]) -> bool:
    """Tell whether a graph goes on to state a quad that is the same as ``quad`` in a store.

    ``lines`` is the graph before the change, which brings ``added`` and takes ``removed``, ``quad`` too.
    """
    if not isinstance(quad.object, Literal) or quad.object.datatype.value in _KEPT:
        return False
    beginning = f"{quad.subject} {quad.predicate} "
    stated = list(parse("".join(f"{line} .\n" for line in lines.starting_with(beginning)), RdfFormat.N_QUADS))
    left = {each for each in (*stated, *added.beside(quad)) if each not in removed}
    form = stored_form(quad)
    return any(stored_form(each) == form for each in left if isinstance(each.object, Literal))
