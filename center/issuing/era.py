"""Dates as official papers write them: by era, in full-width digits.

Source: 元号法 and the orders that changed the era; the day of change belongs to the new one.
The solar calendar, and with it this table, begins on 1 January of Meiji 6.
"""

import datetime

_ERAS = (
    (datetime.date(2019, 5, 1), "令和"),
    (datetime.date(1989, 1, 8), "平成"),
    (datetime.date(1926, 12, 25), "昭和"),
    (datetime.date(1912, 7, 30), "大正"),
    (datetime.date(1873, 1, 1), "明治"),
)
_MEIJI = 1867  # the year before Meiji 1
_FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
JST = datetime.timezone(datetime.timedelta(hours=9), "JST")


def full_width(text: str) -> str:
    """ASCII digits and hyphens as their full-width forms."""
    return text.translate(_FULL_WIDTH)


def era_date(day: datetime.date) -> str:
    """`day` as 令和８年１１月２０日, the first year as 元年. Raises ValueError before 1873."""
    for first, name in _ERAS:
        if day >= first:
            since = _MEIJI if name == "明治" else first.year - 1
            year = day.year - since
            return f"{name}{'元' if year == 1 else full_width(str(year))}年{_month_day(day)}"
    raise ValueError("Dates before Meiji 6 were not counted in this calendar.")


def western_date(day: datetime.date) -> str:
    """`day` as １９９２年８月２５日, as foreign nationals' dates are recorded."""
    return f"{full_width(str(day.year))}年{_month_day(day)}"


def _month_day(day: datetime.date) -> str:
    return f"{full_width(str(day.month))}月{full_width(str(day.day))}日"
