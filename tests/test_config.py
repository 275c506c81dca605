"""The table of settings and the folder of the graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from khyber.config import PORT, REASONER, SETTINGS, STATE, graph_home
from khyber.setting import Setting, SettingError
from small_graph import write_home


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_option_and_variable_follow_from_the_name(setting: Setting[object]) -> None:
    assert setting.option == "--" + setting.name.replace("_", "-")
    assert setting.variable == "KHYBER_" + setting.name.upper()
    assert setting.help.endswith(".")
    assert setting.described_default()


def test_no_two_settings_share_a_name() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


def test_the_default_of_a_setting_is_described_the_same_on_every_machine() -> None:
    for setting in SETTINGS:
        assert "/" not in setting.described_default()


def test_a_variable_sets_the_value_and_an_empty_one_does_not() -> None:
    assert PORT.value({"KHYBER_PORT": "9000"}) == 9000
    assert PORT.value({"KHYBER_PORT": ""}) == 8000
    assert PORT.value({}) == 8000


@pytest.mark.parametrize("text", ["abc", "-1", "65536", "80.5", ""])
def test_a_wrong_port_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(SettingError, match="--port takes a number from 0 to 65535") as raised:
        PORT.parse(text)

    assert repr(text) in str(raised.value)


def test_a_wrong_variable_is_named_as_the_variable() -> None:
    with pytest.raises(SettingError, match="KHYBER_REASONER takes sparql or owlrl; it was given 'prolog'"):
        REASONER.value({"KHYBER_REASONER": "prolog"})


def test_the_state_folder_may_start_with_a_tilde() -> None:
    assert STATE.value({"KHYBER_STATE": "~/here"}) == Path.home() / "here"


def test_the_graph_home_is_what_the_variable_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHYBER_HOME", str(write_home(tmp_path)))

    assert graph_home() == tmp_path


def test_without_the_variable_the_graph_home_is_the_one_that_came_with_khyber(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("KHYBER_HOME", raising=False)

    assert (graph_home() / "data" / "triples.ttl").is_file()
