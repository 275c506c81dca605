"""Options of the command line, made from the table of settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from khyber.errors import UsageError
from khyber.setting import Setting, SettingError

Command = TypeVar("Command", bound=Callable[..., Any])


def setting_option(setting: Setting[Any]) -> Callable[[Command], Command]:
    """Add the option of a setting, which the command takes as the argument ``setting.name``.

    The value is the option's, else the environment variable's, else the default. A wrong value raises
    UsageError, naming the option or the variable that held it.
    """

    def value_of(context: click.Context, parameter: click.Parameter, text: str | None) -> object:
        if text is None:
            return setting.default_value()
        source = context.get_parameter_source(parameter.name or "")
        given_as = setting.variable if source is ParameterSource.ENVIRONMENT else setting.option
        try:
            return setting.parse(text, given_as=given_as)
        except SettingError as error:
            raise UsageError(str(error)) from None

    return click.option(
        setting.option,
        setting.name,
        envvar=setting.variable,
        callback=value_of,
        metavar=setting.metavar,
        help=f"{setting.help}  [{setting.variable}; default: {setting.described_default()}]",
    )
