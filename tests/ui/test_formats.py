"""Amounts, numbers and dates in seven languages."""

import pytest

from ui.formats import format_date, format_number, format_yen, is_one


@pytest.mark.parametrize(
    ("language", "one", "some", "many"),
    [
        ("ja", "1円", "600円", "12,000円"),
        ("en", "¥1", "¥600", "¥12,000"),
        ("ko", "1엔", "600엔", "12,000엔"),
        ("zh-Hans", "1日元", "600日元", "12,000日元"),
        ("zh-Hant", "1日圓", "600日圓", "12,000日圓"),
        ("es", "1\u00a0yen", "600\u00a0yenes", "12\u00a0000\u00a0yenes"),
        ("pt", "1\u00a0iene", "600\u00a0ienes", "12.000\u00a0ienes"),
    ],
)
def test_yen(language: str, one: str, some: str, many: str) -> None:
    assert [format_yen(n, language) for n in (1, 600, 12_000)] == [one, some, many]


@pytest.mark.parametrize(
    ("language", "written"), [("es", "4500"), ("en", "4,500"), ("pt", "4.500"), ("ja", "4,500")]
)
def test_four_digits(language: str, written: str) -> None:
    """Spanish leaves four digits together (RAE)."""
    assert format_number(4500, language) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ja", "2026年3月1日"),
        ("en", "1 March 2026"),
        ("ko", "2026년 3월 1일"),
        ("zh-Hans", "2026年3月1日"),
        ("zh-Hant", "2026年3月1日"),
        ("es", "1 de marzo de 2026"),
        ("pt", "1 de março de 2026"),
    ],
)
def test_dates(language: str, written: str) -> None:
    assert format_date("2026-03-01", language) == written


def test_a_date_that_is_none() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        format_date("1 March", "en")


@pytest.mark.parametrize(
    ("language", "ones"),
    [("ja", []), ("ko", []), ("zh-Hans", []), ("en", [1]), ("es", [1]), ("pt", [0, 1])],
)
def test_which_numbers_are_singular(language: str, ones: list[int]) -> None:
    assert [n for n in range(4) if is_one(n, language)] == ones
