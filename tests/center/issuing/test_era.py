"""Every era's first day, the last day before it, and the first year's name."""

import datetime

import pytest

from center.issuing.era import era_date, western_date


@pytest.mark.parametrize(
    ("day", "written"),
    [
        ("2026-11-20", "令和８年１１月２０日"),
        ("2019-05-01", "令和元年５月１日"),
        ("2019-04-30", "平成３１年４月３０日"),
        ("1989-01-08", "平成元年１月８日"),
        ("1989-01-07", "昭和６４年１月７日"),
        ("1926-12-25", "昭和元年１２月２５日"),
        ("1926-12-24", "大正１５年１２月２４日"),
        ("1912-07-30", "大正元年７月３０日"),
        ("1912-07-29", "明治４５年７月２９日"),
        ("1873-01-01", "明治６年１月１日"),
    ],
)
def test_era(day: str, written: str) -> None:
    assert era_date(datetime.date.fromisoformat(day)) == written


def test_before_the_solar_calendar_there_is_no_date() -> None:
    with pytest.raises(ValueError, match="Meiji"):
        era_date(datetime.date(1872, 12, 31))


def test_western() -> None:
    assert western_date(datetime.date(1992, 8, 25)) == "１９９２年８月２５日"
