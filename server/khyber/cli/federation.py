"""The options that say what queries and updates may reach outside, as one policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from khyber.cli.options import setting_option
from khyber.config import (
    ALLOW_LOAD,
    ALLOW_PRIVATE,
    ALLOW_SERVICE,
    CONTACT,
    SERVICE_BYTES,
    SERVICE_TIMEOUT,
)
from khyber.federation.policy import Policy

Command = Callable[..., None]


def federation_options(command: Command) -> Command:
    """Add the options of federation, which the command takes together as the argument ``policy``."""

    @wraps(command)
    def with_policy(**given: Any) -> None:
        policy = Policy(
            services=given.pop(ALLOW_SERVICE.name),
            loads=given.pop(ALLOW_LOAD.name),
            private=given.pop(ALLOW_PRIVATE.name),
            contact=given.pop(CONTACT.name),
            seconds=given.pop(SERVICE_TIMEOUT.name),
            most_bytes=given.pop(SERVICE_BYTES.name),
        )
        command(policy=policy, **given)

    for setting in (SERVICE_BYTES, SERVICE_TIMEOUT, CONTACT, ALLOW_PRIVATE, ALLOW_LOAD, ALLOW_SERVICE):
        with_policy = setting_option(setting)(with_policy)
    return with_policy
