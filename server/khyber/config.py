"""The settings of Khyber: one table, from which the command line's options, the manual and the tests derive.

A setting is given as an option (``--port 9000``) or as an environment variable (``KHYBER_PORT=9000``);
the option wins.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

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


def graph_home() -> Path:
    """Give the folder that holds ontology/, data/ and shapes/.

    It is ``KHYBER_HOME`` if that is set, else the graph inside an installed package, else the repository of
    an editable install. Whether the folder is there is for its reader to say.
    """
    return HOME.value()


def _installed_home() -> Path:
    package = Path(__file__).resolve().parent
    return package / "graph" if (package / "graph").is_dir() else package.parents[1]


def _user_state_folder() -> Path:
    from platformdirs import user_state_path  # noqa: PLC0415 - only where no folder is given; start-up stays fast

    return user_state_path("khyber")


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError
    return port


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _one_of(*choices: str) -> Callable[[str], str]:
    def choose(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError
        return text.lower()

    return choose


HOME: Setting[Path] = Setting(
    name="home",
    option="--home",
    variable="KHYBER_HOME",
    default=_installed_home,
    type=_folder,
    help="The folder that holds ontology/, data/ and shapes/.",
    expects="a folder",
    metavar="DIR",
    default_text="the graph that came with Khyber",
)
STATE: Setting[Path] = Setting(
    name="state",
    option="--state",
    variable="KHYBER_STATE",
    default=_user_state_folder,
    type=_folder,
    help="The folder where compiled releases are kept, so that the next start is fast.",
    expects="a folder",
    metavar="DIR",
    default_text="khyber in the user's state folder",
)
REASONER: Setting[str] = Setting(
    name="reasoner",
    option="--reasoner",
    variable="KHYBER_REASONER",
    default="sparql",
    type=_one_of("sparql", "owlrl"),
    help="What draws the conclusions: sparql (rules on the engine, fast) or owlrl (slow, for comparison).",
    expects="sparql or owlrl",
    metavar="NAME",
)
HOST: Setting[str] = Setting(
    name="host",
    option="--host",
    variable="KHYBER_HOST",
    default="127.0.0.1",
    type=str,
    help="The address that the server listens on; 0.0.0.0 for every network that this machine is on.",
    expects="an address",
    metavar="ADDRESS",
)
PORT: Setting[int] = Setting(
    name="port",
    option="--port",
    variable="KHYBER_PORT",
    default=8000,
    type=_port,
    help="The port that the server listens on; 0 for any free one.",
    expects="a number from 0 to 65535",
    metavar="NUMBER",
)
MAX_REQUEST_BYTES: Setting[int] = Setting(
    name="max_request_bytes",
    option="--max-request-bytes",
    variable="KHYBER_MAX_REQUEST_BYTES",
    default=1_048_576,
    type=_positive,
    help="The longest body of a request, in bytes; a longer one is answered 413.",
    expects="a number from 1",
    metavar="BYTES",
)
LOG_LEVEL: Setting[str] = Setting(
    name="log_level",
    option="--log-level",
    variable="KHYBER_LOG_LEVEL",
    default="warning",
    type=_one_of("debug", "info", "warning", "error"),
    help="How much the server tells on standard error: debug, info, warning or error.",
    expects="debug, info, warning or error",
    metavar="LEVEL",
)

SETTINGS: tuple[Setting[Any], ...] = (HOME, STATE, REASONER, HOST, PORT, MAX_REQUEST_BYTES, LOG_LEVEL)
"""Every setting, in the order of the manual."""
