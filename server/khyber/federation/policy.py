"""What the forwarder may do, as the administrator set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from khyber import __version__
from khyber.engine.outbound import Outbound


@dataclass(frozen=True)
class Policy:
    """The limits of what is reached outside: who, in whose name, how long, how much.

    ``private`` holds the names of hosts that may be reached at addresses that are not public. ``seconds``
    is the time for one errand from the first name server to the last byte, ``most_bytes`` the length of an
    answer, unpacked. ``fresh_seconds`` is how long an answer is given again without asking.
    """

    services: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    contact: str = ""
    seconds: float = 30
    most_bytes: int = 16_777_216
    fresh_seconds: float = 60

    @classmethod
    def read(cls, members: Mapping[str, Any]) -> Policy:
        """Read what ``members`` wrote, also after JSON made lists of its tuples."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in members.items()
        }
        return cls(**values)

    def members(self) -> dict[str, object]:
        """Write the policy as values that JSON knows."""
        return asdict(self)

    @property
    def user_agent(self) -> str:
        """Give the name under which other servers are asked; it leads to the operator, not to the authors."""
        return f"Khyber/{__version__} ({self.contact})"

    @property
    def is_open(self) -> bool:
        """Say whether there is anything that may be reached."""
        return bool(self.contact) and bool(self.services or self.loads)

    def outbound(self, forwarder: str | None = None) -> Outbound:
        """Say to the guard what may be reached, and through which forwarder."""
        if not self.services and not self.loads:
            return Outbound()
        if not self.contact:
            return Outbound(
                closed="federation is off: this server names nobody whom other servers could write to.",
                remedy="Its administrator turns it on with --contact (or KHYBER_CONTACT) and an address.",
            )
        return Outbound(self.services, self.loads, forwarder)
