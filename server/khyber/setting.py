"""One setting: how it is named, read from text, and described.

The functions below turn the text of an option or a variable into a value, and raise ValueError where it
does not fit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class SettingError(ValueError):
    """The text of an option or a variable stands for no value of the setting."""


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One setting: its option, its environment variable, its default and its help in one place.

    ``default`` is the value when nothing is given, or a function that finds it (a folder of the user, say);
    then ``default_text`` says in words what it finds. ``type`` turns the text of an option or a variable into
    the value; it raises ValueError where the text does not fit ``expects``, the words for what does.
    """

    name: str
    option: str
    variable: str
    default: T | Callable[[], T]
    type: Callable[[str], T]
    help: str
    expects: str = "a text"
    metavar: str = "TEXT"
    default_text: str | None = None

    def parse(self, text: str, *, given_as: str | None = None) -> T:
        """Give the value that ``text`` stands for, or raise SettingError, naming ``given_as``."""
        try:
            return self.type(text)
        except ValueError:
            raise SettingError(
                f"{given_as or self.option} takes {self.expects}; it was given {text!r}."
            ) from None

    def default_value(self) -> T:
        """Give the value that holds when neither the option nor the variable is given."""
        return self.default() if callable(self.default) else self.default

    def value(self, environment: Mapping[str, str] | None = None) -> T:
        """Give the value of the environment variable, or the default if it is not set or empty."""
        text = (os.environ if environment is None else environment).get(self.variable)
        return self.parse(text, given_as=self.variable) if text else self.default_value()

    def described_default(self) -> str:
        """Say the default in words, the same on every machine."""
        return self.default_text if self.default_text is not None else str(self.default_value())


def folder(text: str) -> Path:
    """Read a path; ``~`` is the home of the user."""
    return Path(text).expanduser()


def port(text: str) -> int:
    """Read a port number, 0 included."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError
    return number


def positive(text: str) -> int:
    """Read a whole number from 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def not_negative(text: str) -> int:
    """Read a whole number from 0."""
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def seconds(text: str) -> float:
    """Read a number of seconds above zero."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError
    return number


def base_url(text: str) -> str:
    """Read an address without query and fragment."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def iris(text: str) -> tuple[str, ...]:
    """Read addresses with spaces between; ``none`` stands for none."""
    words = text.split()
    if [word.lower() for word in words] == ["none"]:
        return ()
    if not words or any(not re.match(r"https?://[^/?#]", word) or "#" in word for word in words):
        raise ValueError
    return tuple(dict.fromkeys(words))


def hosts(text: str) -> tuple[str, ...]:
    """Read the names of hosts with spaces between."""
    words = text.lower().split()
    if words == ["none"]:
        return ()
    if not words or any("/" in word for word in words):
        raise ValueError
    return tuple(dict.fromkeys(word.strip("[]") for word in words))


def networks(text: str) -> tuple[str, ...]:
    """Read addresses and networks (10.0.0.0/8) with spaces between."""
    words = text.split()
    if words == ["none"]:
        return ()
    if not words:
        raise ValueError
    return tuple(dict.fromkeys(str(ip_network(word)) for word in words))


def contact(text: str) -> str:
    """Read whom to write to."""
    words = text.strip()
    if not re.fullmatch(r"(?:https?://|mailto:)?[!-'*-~]*[.@][!-'*-~]+", words):
        raise ValueError
    return words


def one_of(*choices: str) -> Callable[[str], str]:
    """Give the function that reads one of these words."""

    def choose(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError
        return text.lower()

    return choose
