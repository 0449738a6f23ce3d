"""Amounts, numbers and dates as each language writes them on a Japanese machine.

No wire, no clock. General libraries print the yen as for a foreign country ("JP¥600"), so the
seven forms stand here as a table.
"""

import datetime

_YEN: dict[str, str] = {
    "ja": "{}円", "en": "¥{}", "ko": "{}엔", "zh-Hans": "{}日元", "zh-Hant": "{}日圓",
    "es": "{} yenes", "pt": "{} ienes",
}  # fmt: skip
_ONE_YEN: dict[str, str] = {"es": "1 yen", "pt": "1 iene"}

_GROUP: dict[str, str] = {"es": "\u00a0", "pt": "."}
_UNGROUPED_DIGITS: dict[str, int] = {"es": 4}
"""Spanish leaves four digits together. Source: RAE, Ortografía de la lengua española (2010)."""

_DATE: dict[str, str] = {
    "ja": "{y}年{m}月{d}日", "en": "{d} {name} {y}", "ko": "{y}년 {m}월 {d}일",
    "zh-Hans": "{y}年{m}月{d}日", "zh-Hant": "{y}年{m}月{d}日", "es": "{d} de {name} de {y}",
    "pt": "{d} de {name} de {y}",
}  # fmt: skip

_MONTHS: dict[str, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
           "septiembre", "octubre", "noviembre", "diciembre"),
    "pt": ("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto",
           "setembro", "outubro", "novembro", "dezembro"),
}  # fmt: skip


def format_number(n: int, language: str) -> str:
    """The number with the language's separator of thousands."""
    digits = str(abs(n))
    if len(digits) <= _UNGROUPED_DIGITS.get(language, 3):
        return str(n)
    return f"{n:,}".replace(",", _GROUP.get(language, ","))


def format_yen(yen: int, language: str) -> str:
    """An amount of whole yen: 600円, ¥600, 600엔, 600日元, 600日圓, 600 yenes, 600 ienes."""
    if yen == 1 and language in _ONE_YEN:
        return _ONE_YEN[language].replace(" ", "\u00a0")
    return _YEN[language].format(format_number(yen, language)).replace(" ", "\u00a0")


def format_date(iso: str, language: str) -> str:
    """A calendar date given as YYYY-MM-DD. Raises ValueError for anything else."""
    date = datetime.date.fromisoformat(iso)
    names = _MONTHS.get(language)
    name = names[date.month - 1] if names else ""
    return _DATE[language].format(y=date.year, m=date.month, d=date.day, name=name)


def is_one(n: int, language: str) -> bool:
    """Whether a counted noun takes the form `one`. Source: Unicode CLDR, plural rules."""
    return n == 1 if language in ("en", "es") else language == "pt" and n in (0, 1)
