"""Oxigraph's parser as a judge that runs nothing, and that a hostile text cannot take this process down with.

The parser goes down into a text as deep as it is nested: some hundred brackets, or some thousand operators
in a row, overflow the stack of a thread, and with it ends the process. So a text that could do that is
parsed in a process of its own.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import accumulate

from pyoxigraph import DefaultGraph, Store

from khyber.errors import QueryRefused

MOST_BRACKETS = 100
"""The depth of brackets, wherever they stand, up to which a text is parsed in this process.

Measured with pyoxigraph 0.5.13: 200 in a stack of 2 MiB is too much for some constructs.
"""

MOST_OPERATORS = 3000
"""The number of characters and words that make a chain, wherever they stand, with the same meaning."""

SECONDS = 60
"""How long a parse in a process of its own may take."""

_FAILING = "CREATE GRAPH <urn:khyber:well-formed>;" * 2
_FAILED = "<urn:khyber:well-formed> already exists"
_STACK = 1 << 28
_PARSED = "use_default_graph_as_union and default_graph"
_OPERATOR = re.compile(r"[{(\[!/|+*&^<=>-]|UNION|MINUS|OPTIONAL|FILTER|BIND|GRAPH|SERVICE", re.IGNORECASE)
_STEP = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_BRACKET = re.compile(r"[][(){}]")


class NotWellFormed(Exception):
    """The parser refuses a query or an update; the text is what it says."""


def require_query(text: str, base: str | None = None) -> None:
    """Raise NotWellFormed for what Oxigraph does not parse as a query; nothing is run, whatever it says.

    Raises QueryRefused if the parser cannot cope with the text at all.
    """
    _require(text, base, _message_about_query)


def require_update(declarations: str, operations: str, base: str | None = None) -> None:
    """Raise NotWellFormed for what Oxigraph does not parse as an update; nothing is run.

    ``declarations`` is one line of BASE and PREFIX; places in the message count from it. An update of a store
    ends at the first operation that fails, so one that must fail is put before all others. Raises
    QueryRefused if the parser cannot cope with the text at all.
    """
    _require(f"{declarations} {_FAILING}\n{operations}", base, _message_about_update)


Judge = Callable[[str, str | None], str | None]


def _require(text: str, base: str | None, judge: Judge) -> None:
    message = judge(text, base) if _is_small(text) else _message_of_a_process(text, base, judge)
    if message is not None:
        raise NotWellFormed(message)


def _is_small(text: str) -> bool:
    if len(text) <= MOST_BRACKETS:
        return True
    steps = (_STEP[match[0]] for match in _BRACKET.finditer(text))
    depth = max(accumulate(steps, lambda depth, step: max(depth + step, 0), initial=0))
    operators = _OPERATOR.finditer(text)
    return depth <= MOST_BRACKETS and sum(1 for _ in operators) <= MOST_OPERATORS


def _message_about_query(text: str, base: str | None) -> str | None:
    """Give what the parser says against a query, or None.

    Two arguments that exclude each other are refused after the parser and before the query runs.
    """
    try:
        Store().query(text, base_iri=base, use_default_graph_as_union=True, default_graph=[DefaultGraph()])
    except SyntaxError as error:
        return str(error)
    except ValueError as error:
        if _PARSED in str(error):
            return None
        return str(error)
    raise AssertionError("The query was run.")


def _message_about_update(text: str, base: str | None) -> str | None:
    """Give what the parser says against an update that begins with what must fail, or None."""
    try:
        Store().update(text, base_iri=base)
    except SyntaxError as error:
        return str(error)
    except RuntimeError as error:
        if _FAILED in str(error):
            return None
        return str(error)
    except ValueError as error:
        return str(error)
    raise AssertionError("The update was run.")


def _message_of_a_process(text: str, base: str | None, judge: Judge) -> str | None:
    try:
        judged = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", __name__],
            input=json.dumps([text, base, judge is _message_about_update]).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        raise QueryRefused(
            "The query is nested too deeply, or its chains are too long, for the parser.",
            remedy="Write it with fewer brackets and operators, or in several queries.",
        ) from None
    answer: str | None = json.loads(judged.stdout)
    return answer


def _main() -> None:
    """Judge the text on standard input, in a thread with much stack."""
    import resource  # noqa: PLC0415 - only in the process of its own
    import threading  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    text, base, is_update = json.load(sys.stdin)
    judge = _message_about_update if is_update else _message_about_query
    threading.stack_size(_STACK)
    judging = threading.Thread(target=lambda: sys.stdout.write(json.dumps(judge(text, base))))
    judging.start()
    judging.join()


if __name__ == "__main__":
    _main()
