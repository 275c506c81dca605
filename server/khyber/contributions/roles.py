"""What the holder of a token may do."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """A higher role may do what a lower one may.

    A contributor submits and withdraws, a curator decides too, an admin also redacts and gives out tokens.
    """

    CONTRIBUTOR = 1
    CURATOR = 2
    ADMIN = 3
