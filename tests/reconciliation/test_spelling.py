"""The keys of words: spellings of one name share them, other names do not."""

from __future__ import annotations

import pytest

from khyber.reconciliation.likeness import LEAST, likeness
from khyber.reconciliation.spelling import LONGEST_NAME, MOST_WORDS, plain, unqualified, words


@pytest.mark.parametrize(
    "spellings",
    [
        "Haibatullah Hibatullah Haybatullah Hebatullah Hibatulah",
        "Akhunzada Akhundzada Akhonzada Akhunzadah",
        "Mohammad Muhammad Mohammed-x Mohamad".replace("Mohammed-x ", ""),
        "Tehrik Tehreek",
        "Pakhtun Pashtun Pakhtoon Pashtoon",
        "Kandahar Qandahar",
        "Turkey Türkiye Turkiye",
        "Maulana Mawlana Molana",
        "Kabul Kābul Kabool Cabul",
        "defence defense",
        "Sharif Shareef",
    ],
)
def test_spellings_of_one_name_have_one_fold(spellings: str) -> None:
    folds = {word.fold for word in words(spellings)}
    assert len(words(spellings)) > 1
    assert len(folds) == 1


@pytest.mark.parametrize(
    "spellings",
    [
        "Mohammad Mohammed Mohamed محمد",
        "Shehbaz Shahbaz شہباز",
        "Tehrik Tahrik تحریک",
        "Kandahar Kandhar قندهار",
        "Nangarhar Ningrahar ننگرهار",
        "Pakistan Pakistan پاکستان",
        "Afghanistan Afganistan افغانستان",
        "Taliban Taleban طالبان",
        "Pakhtunkhwa پختونخوا Pukhtoonkhwa",
        "Akhunzada آخندزاده اخوندزادہ",
    ],
)
def test_other_vowels_and_arabic_script_leave_the_skeleton(spellings: str) -> None:
    skeletons = {word.skeleton for word in words(spellings)}
    assert len(skeletons) == 1
    assert skeletons != {""}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kabul", "kabul"),
        ("Haibatullah", "Hibatullah"),
        ("Shehbaz", "Shahbaz"),
        ("Kandahar", "Kandhar"),
        ("Pakistan", "Pakisatn"),
        ("Afghan", "Afghanistan"),
        ("Pakistani", "Pakistan"),
        ("Islamabad", "Islambad"),
    ],
)
def test_like_words(one: str, other: str) -> None:
    assert likeness(words(one)[0], words(other)[0]) >= LEAST


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Iran", "Iraq"),
        ("Oman", "Yemen"),
        ("north", "south"),
        ("northern", "southern"),
        ("12", "13"),
        ("2025", "2026"),
        ("SG12", "SG112"),
        ("UN", "US"),
        ("Nawaz", "Shehbaz"),
        ("Khan", "Khor"),
    ],
)
def test_other_words(one: str, other: str) -> None:
    assert likeness(words(one)[0], words(other)[0]) < LEAST


def test_the_keys_of_a_name_leave_out_case_accents_and_signs() -> None:
    assert plain("  Tehrīk-i-Ṭālibān (Pakistan)! ") == "tehrik i taliban pakistan"
    assert plain("Ḥaẓrat ‘Alī’s") == "hazrat alis"
    assert plain("U.N.H.C.R.") == "unhcr"
    assert plain("ＴＴＰ") == "ttp"
    assert plain("") == plain("—·🙂") == ""


def test_a_long_name_is_cut() -> None:
    assert len(words("a " * 10_000)) == MOST_WORDS
    assert len(plain("a" * 10_000)) == LONGEST_NAME


def test_what_tells_a_name_from_namesakes_stands_in_brackets_at_its_end() -> None:
    assert unqualified("Pakistan (country)") == "Pakistan"
    assert unqualified("Pakistan") == "Pakistan"
    assert unqualified("(x) y") == "(x) y"
