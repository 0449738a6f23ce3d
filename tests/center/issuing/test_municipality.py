"""The municipality's file: what ships is right, every contradiction is one sentence."""

import datetime
from importlib import resources

import pytest

from center.issuing.municipality import (
    MunicipalityError,
    load,
    parse,
    round_the_clock,
)
from center.issuing.offers import offers_for
from center.issuing.residents import load as load_residents

FILE = resources.files("center.issuing").joinpath("municipality.toml").read_text("utf-8")
HANAKO = next(one for one in load_residents() if one.id == "yamada-hanako")


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def test_only_what_is_built_is_offered() -> None:
    assert [one.id for one in load().certificates] == ["resident_record", "seal_registration"]
    assert load().certificate("tax") is None


@pytest.mark.parametrize(
    ("now", "unavailable"),
    [
        ("2026-11-20T06:29:59", "hours"),
        ("2026-11-20T06:30:00", ""),
        ("2026-11-20T22:59:59", ""),
        ("2026-11-20T23:00:00", "hours"),
        ("2026-12-29T12:00:00", "hours"),
        ("2026-11-22T12:00:00", "hours"),
        ("2026-11-23T12:30:00", "maintenance"),
        ("2026-11-23T13:00:00", ""),
    ],
)
def test_hours_weekdays_closed_days_and_maintenance(now: str, unavailable: str) -> None:
    """The closed days are those of the older rule; 22 November 2026 is a Sunday."""
    text = FILE.replace("closed_weekdays = []", "closed_weekdays = [6]")
    text = text.replace("closed_days = []", 'closed_days = ["12-29"]')
    text += "[[maintenance]]\nbegin = 2026-11-23T12:00:00\nend = 2026-11-23T13:00:00\n"
    offers = offers_for(parse(text), HANAKO, "residence", at(now))
    assert [one.unavailable for one in offers] == [unavailable, unavailable]


def test_round_the_clock() -> None:
    offers = offers_for(round_the_clock(load()), HANAKO, "residence", at("2026-11-20T03:00:00"))
    assert [one.unavailable for one in offers] == ["", ""]


def test_nothing_for_the_other_municipality() -> None:
    assert offers_for(load(), HANAKO, "domicile", at("2026-11-20T12:00:00")) == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("fee_yen = 200", "fee_yen = 205", "impossible fee"),
        ("copies_max = 10", "copies_max = 0", "impossible fee or copies_max"),
        ('hours = "06:30-23:00"', 'hours = "6:30-23"', "HH:MM-HH:MM"),
        ('failure = "resident.unknown"', 'reason = "resident.unknown"', "failure and message"),
        ("fee_yen = 200", "fee = 200", "Unknown key fee of Offered"),
        ("fee_yen = 200\n", "", "Offered lacks a key"),
        ('mayor_name = "見本　太一"\n', "", "Office lacks a key"),
        ("birthday_rule = true\n", "", "wrong set of keys"),
        ("[office]", "[mayor]", "Unknown section"),
        ('default = "off"\n', "", "OptionOffer lacks a key"),
    ],
)
def test_a_contradiction_is_one_sentence(old: str, new: str, says: str) -> None:
    with pytest.raises(MunicipalityError, match=says):
        parse(FILE.replace(old, new, 1))
