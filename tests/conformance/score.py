"""Print how many of the W3C tests pass: ``python tests/conformance/score.py``, or ``make conformance``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance import description, evaluation, exchanges
from conformance.client import Client, connected
from conformance.known_failures import known_failures
from conformance.manifests import MISSING, SUITES, Case, cases


def judge(case: Case, client: Client) -> None:
    """Run a test against the server; raises what tells why it fails."""
    if case.kind in ("ProtocolTest", "GraphStoreProtocolTest"):
        exchanges.run(case, client)
    elif case.kind == "ServiceDescriptionTest":
        description.run(case, client)
    else:
        evaluation.run(case, evaluation.over_http(client))


def main() -> int:
    """Print a row for each suite, and each test that fails with the reason."""
    listed = cases()
    if not listed:
        sys.stderr.write(MISSING + "\n")
        return 2
    known = known_failures()
    passed: Counter[str] = Counter()
    failures: list[tuple[Case, str]] = []
    began = perf_counter()
    with connected() as client:
        for case in listed:
            try:
                judge(case, client)
                passed[case.suite] += 1
            except Exception as error:
                failures.append((case, f"{type(error).__name__}: {error}"))
    every = Counter(case.suite for case in listed)
    lines = ["| suite | passed | of |", "|---|---:|---:|"]
    lines += [f"| {suite} | {passed[suite]} | {every[suite]} |" for suite in SUITES]
    lines += ["", f"{perf_counter() - began:.0f} s"]
    lines += [f"FAILED {case.iri} {reason[:200]}" for case, reason in failures if case.iri not in known]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
