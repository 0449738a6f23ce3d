"""印鑑登録証明書: the registered seal's print, and whose it is.

Source: 印鑑登録証明事務処理要領 (昭和49年自治振第10号): print, name, birth date, address; sex is
left to the municipality.
"""

import datetime

from reportlab.lib.units import mm

from center.issuing import seals
from center.issuing.era import era_date, western_date
from center.issuing.extract import Extract, Office
from center.issuing.residents import Resident
from center.paper.font import font
from center.paper.sheet import Box, Cell, Sheets

_LEFT, _TOP, _WIDTH = 22.0, 62.0, 166.0
_PRINT_MM = 62.0
_ROW_MM = 15.5
_MIDDLE = 105.0
_SEAL_MM = 22.0
_IMPRESSION_MM = 16.5
_STATEMENT = "この写しは、登録されている印影と相違ないことを証明する。"


def pages(extract: Extract) -> int:
    """One sheet a person; there is one person."""
    return len(extract.persons)


def draw(extract: Extract, office: Office, day: datetime.date) -> bytes:
    """The certificate as an unsigned PDF. Raises FontError, FormError."""
    sheets = Sheets()
    (person,) = extract.persons
    sheets.centred(_MIDDLE, 40, "印鑑登録証明書", 22)
    rows = _rows(person)
    height = _ROW_MM * len(rows)
    sheets.frame(Box(_LEFT, _TOP, _WIDTH, height))
    for number, cell in enumerate(rows):
        sheets.row(_LEFT + _PRINT_MM, _TOP + number * _ROW_MM, _ROW_MM, (cell,))
    sheets.line((_LEFT + _PRINT_MM, _TOP), (_LEFT + _PRINT_MM, _TOP + height))
    sheets.centred(_LEFT + _PRINT_MM / 2, _TOP + 7, "印　　影", 9)
    sheets.line((_LEFT, _TOP + 12), (_LEFT + _PRINT_MM, _TOP + 12))
    x, y = sheets.point(
        _LEFT + (_PRINT_MM - _IMPRESSION_MM) / 2,
        _TOP + 12 + (height - 12 + _IMPRESSION_MM) / 2,
    )
    seals.draw_round(sheets.canvas, x, y, _IMPRESSION_MM * mm, _impression(person))
    _draw_statement(sheets, _TOP + height, office, day)
    sheets.next()
    return sheets.finish()


def _rows(person: Resident) -> tuple[Cell, ...]:
    width = _WIDTH - _PRINT_MM - 20
    born = western_date(person.birth) if person.nationality else era_date(person.birth)
    return (
        Cell("氏　名", 20, person.name, width, above=person.kana, size_pt=15),
        Cell("生年月日", 20, born, width, size_pt=11.5),
        Cell("性　別", 20, person.sex, width, size_pt=11.5),
        Cell("住　所", 20, person.address, width, size_pt=11.5),
    )


def _impression(person: Resident) -> str:
    """The family name, as far as a seal has room; a foreign name's initial letters."""
    name = person.kana if person.nationality else person.name
    family = name.replace("　", " ").split(" ")[0]
    return font().typeset(family)


def _draw_statement(sheets: Sheets, top: float, office: Office, day: datetime.date) -> None:
    sheets.text(_LEFT + 4, top + 18, _STATEMENT, 12)
    sheets.text(_LEFT + 12, top + 36, era_date(day), 11.5)
    sheets.text(_LEFT + 64, top + 52, office.mayor_title, 13)
    sheets.text(_LEFT + 108, top + 52, office.mayor_name, 15)
    x, y = sheets.point(_LEFT + _WIDTH - _SEAL_MM - 4, top + 52 + _SEAL_MM / 2)
    seals.draw_mayor(sheets.canvas, x, y, _SEAL_MM * mm, office.seal)
    sheets.right(_LEFT + _WIDTH, top + 70, "１枚中　１枚目", 10.5)
    if office.notice:
        sheets.right(_LEFT + _WIDTH, 283, office.notice, 6.5)
