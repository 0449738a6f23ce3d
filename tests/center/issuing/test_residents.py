"""The invented residents are complete, consistent and varied enough to show everything."""

from importlib import resources

import pytest

from center.issuing import residents
from center.issuing.residents import CardState, ResidentsError, check_digit, load, parse

FILE = resources.files("center.issuing").joinpath("residents.toml").read_text("utf-8")


def test_published_example_number_has_its_check_digit() -> None:
    """123456789018 is the individual number of the forms' own samples."""
    assert check_digit("12345678901") == "8"


def test_a_household_of_seven_and_every_card_state_exist() -> None:
    everybody = load()
    sizes = {one.household: 0 for one in everybody}
    for one in everybody:
        sizes[one.household] += 1
    assert max(sizes.values()) == 7
    assert {one.card for one in everybody} == set(CardState)
    assert {one.language for one in everybody} == {
        "ja",
        "en",
        "ko",
        "zh-Hans",
        "zh-Hant",
        "es",
        "pt",
    }


def test_names_hold_variants_supplementary_and_compatibility_characters() -> None:
    names = "".join(one.name for one in load())
    for character in "𠮷髙﨑":
        assert character in names
    assert any("\U000e0100" <= character <= "\U000e01ef" for character in names)


def test_some_servers_records_lack_numbers_seals_and_honseki() -> None:
    everybody = load()
    assert any(not one.individual_number for one in everybody)
    assert any(not one.seal for one in everybody)
    assert any(one.nationality for one in everybody)


def test_nothing_personal_stands_in_a_repr() -> None:
    for one in load():
        shown = repr(one)
        for secret in (one.name, one.kana, one.address, one.pin, one.individual_number):
            assert not secret or secret not in shown


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("000000001376", "000000001377", "wrong check digit"),
        ("00000010715", "0000001071", "wrong check digit"),
        ('household = "h-kim"', 'household = "h-none"', "belongs to no complete household"),
        ('pin = "6174"\n', "", "needs a PIN"),
        ("seal = 100235", "seal = 100234", "same seal"),
        ('nationality = "韓国"', "", "either a registered domicile or a nationality"),
        ('kana = "キム　ミンジュン"', "", "lacks a key"),
        ('language = "ko"', 'tongue = "ko"', "unknown key: tongue"),
    ],
)
def test_a_contradiction_is_one_sentence(old: str, new: str, says: str) -> None:
    with pytest.raises(ResidentsError, match=says):
        parse(FILE.replace(old, new, 1))


def test_the_sentence_names_the_resident_not_the_secret() -> None:
    with pytest.raises(ResidentsError) as caught:
        parse(FILE.replace("000000001376", "000000001377", 1))
    assert "yamada-taro" in str(caught.value)
    assert "0000000013" not in str(caught.value)


def test_birthday_is_month_and_day() -> None:
    by_id = {one.id: one for one in residents.load()}
    assert by_id["yamada-ichiro"].birthday == "0229"
