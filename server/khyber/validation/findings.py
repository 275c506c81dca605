"""What a validation found: one :class:`Finding` a broken rule and node, gathered in a :class:`Report`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from khyber.errors import Location

Severity = Literal["Violation", "Warning", "Info"]

SEVERITIES: tuple[Severity, ...] = ("Violation", "Warning", "Info")
"""The severities of SHACL, gravest first; only a Violation keeps a graph from being published."""


@dataclass(frozen=True)
class Finding:
    """One rule that one node breaks.

    ``message`` is an English sentence with its remedy. ``focus`` and ``value`` are terms: an IRI bare, a
    blank node as ``_:label``, a literal as in Turtle. ``path`` is a property's IRI, or a SPARQL path such as
    ``^khyber:alleges``. ``shape`` is the IRI of the named shape, ``constraint`` that of the SHACL constraint
    component.
    """

    severity: Severity
    message: str
    focus: str
    path: str | None = None
    value: str | None = None
    shape: str | None = None
    constraint: str | None = None
    location: Location | None = None

    @property
    def order(self) -> tuple[int, str, str, str, str, str, str, str]:
        """Key of the order in which findings are listed: gravest first, then by node, path and rule."""
        where = (self.focus, self.path or "", self.shape or "", self.constraint or "", self.value or "")
        # The last tells apart what is the same but for a value that is empty or not there.
        return (SEVERITIES.index(self.severity), *where, self.message, repr(self))


@dataclass(frozen=True)
class Report:
    """The findings of a validation, in their order and each once, with the labels of their nodes."""

    findings: tuple[Finding, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, findings: Iterable[Finding], labels: Mapping[str, str] | None = None) -> Report:
        """Sort findings, drop repetitions and keep the labels (focus → label) that are needed."""
        ordered = tuple(sorted(set(findings), key=lambda finding: finding.order))
        found = {finding.focus for finding in ordered}
        return cls(ordered, {node: label for node, label in (labels or {}).items() if node in found})

    @property
    def conforms(self) -> bool:
        """Tell whether the graph may be published: it may with warnings and remarks, not with a violation."""
        return not any(finding.severity == "Violation" for finding in self.findings)

    def __add__(self, other: Report) -> Report:
        """Join two reports on the same graph."""
        return Report.of((*self.findings, *other.findings), {**self.labels, **other.labels})

    def text(self) -> str:
        """Write the report for a person: a block for each node and a last line that counts."""
        from khyber.validation.reports.text import as_text  # noqa: PLC0415 - what writes reports imports this

        return as_text(self)
