"""住民票の写し: four persons a sheet, in the layout of the kiosk service's own form.

Source: the form shown in J-LIS, コンビニ交付を支える証明書のセキュリティ技術 (2023); contents
by 住民基本台帳法 第7条, what is left out unless asked for by 第12条, foreigners' by 第30条の45.
"""

import datetime

from reportlab.lib.units import mm

from center.issuing import seals, tally
from center.issuing.era import era_date, full_width, western_date
from center.issuing.extract import (
    DOMICILE,
    HOUSEHOLD,
    HOUSEHOLD_HEAD,
    INDIVIDUAL_NUMBER,
    OMITTED,
    PART,
    SELF,
    Extract,
    Office,
)
from center.issuing.residents import Resident
from center.paper.sheet import Box, Cell, Sheets

PERSONS_A_SHEET = 4

_STATEMENTS = {
    SELF: "この写しは、住民票の原本と相違ないことを証明する。",
    HOUSEHOLD: "この写しは、世帯全員の住民票の原本と相違ないことを証明する。",
    PART: "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。",
}
_LEFT, _WIDTH = 17.0, 176.0
_NUMBER_MM = 6.0
_NUMBER_PT = (9.0, 7.0)  # of one digit, of two: neither touches a line
_HEAD_TOP, _HEAD_ROW = 44.0, 9.5
_ROWS = (12.5, 8.2, 8.2, 8.2)
_BLOCK = sum(_ROWS)
_BOTTOM = _HEAD_TOP + 2 * _HEAD_ROW + PERSONS_A_SHEET * _BLOCK
_MIDDLE = 105.0
_SEAL_MM = 22.0


def pages(extract: Extract) -> int:
    """Sheets needed, four persons on each."""
    return -(-len(extract.persons) // PERSONS_A_SHEET)


def draw(extract: Extract, office: Office, day: datetime.date) -> bytes:
    """The whole certificate as an unsigned PDF. Raises FontError, FormError."""
    sheets = Sheets()
    count = pages(extract)
    blocks = [_block(extract, person) for person in extract.persons]
    mark = tally.code(cell.value for block in blocks for row in block for cell in row)
    for number in range(count):
        at = number * PERSONS_A_SHEET
        _draw_head(sheets, extract)
        _draw_blocks(sheets, at, blocks[at : at + PERSONS_A_SHEET])
        _draw_foot(sheets, (count, number + 1), office)
        if count > 1:
            tally.draw(sheets.canvas, *sheets.point(_LEFT, 283), 0.62 * mm, mark)
        if number + 1 == count:
            _draw_statement(sheets, _STATEMENTS[extract.kind], office, day)
        else:
            sheets.centred(_MIDDLE, _BOTTOM + 16, "（次の用紙に続く）", 10.5)
        sheets.next()
    return sheets.finish()


def _draw_head(sheets: Sheets, extract: Extract) -> None:
    sheets.centred(_MIDDLE, 29, "住　　民　　票", 21)
    first = extract.persons[0]
    sheets.frame(Box(_LEFT, _HEAD_TOP, _WIDTH, _BOTTOM - _HEAD_TOP))
    head = extract.shown(HOUSEHOLD_HEAD, first.head)
    for number, cell in enumerate(
        (
            Cell("住　　所", 24, first.address, _WIDTH - 24, size_pt=11.5),
            Cell("世 帯 主", 24, head, _WIDTH - 24, size_pt=11.5),
        )
    ):
        sheets.row(_LEFT, _HEAD_TOP + number * _HEAD_ROW, _HEAD_ROW, (cell,))


def _draw_blocks(sheets: Sheets, at: int, blocks: list[tuple[tuple[Cell, ...], ...]]) -> None:
    for place in range(PERSONS_A_SHEET):
        top = _HEAD_TOP + 2 * _HEAD_ROW + place * _BLOCK
        if place < len(blocks):
            _draw_block(sheets, top, at + place + 1, blocks[place])
        elif place == len(blocks):
            sheets.centred(_MIDDLE, top + _BLOCK / 2, "以　　下　　余　　白", 10.5)


def _draw_block(
    sheets: Sheets, top: float, number: int, block: tuple[tuple[Cell, ...], ...]
) -> None:
    below = top + _BLOCK
    sheets.frame(Box(_LEFT, top, _WIDTH, _BLOCK), 0.7)
    size_pt = _NUMBER_PT[len(str(number)) - 1]
    sheets.centred(_LEFT + _NUMBER_MM / 2, (top + below) / 2, full_width(str(number)), size_pt)
    sheets.line((_LEFT + _NUMBER_MM, top), (_LEFT + _NUMBER_MM, below))
    for height, cells in zip(_ROWS, block, strict=True):
        sheets.row(_LEFT + _NUMBER_MM, top, height, cells)
        top += height


def _draw_foot(sheets: Sheets, numbers: tuple[int, int], office: Office) -> None:
    count, number = (full_width(str(one)) for one in numbers)
    sheets.right(_LEFT + _WIDTH, _BOTTOM + 5, f"{count}枚中　{number}枚目", 10.5)
    if office.notice:
        sheets.right(_LEFT + _WIDTH, 283, office.notice, 6.5)


def _draw_statement(sheets: Sheets, statement: str, office: Office, day: datetime.date) -> None:
    sheets.text(_LEFT + 4, _BOTTOM + 13, statement, 12)
    sheets.text(_LEFT + 14, _BOTTOM + 24, era_date(day), 11.5)
    sheets.text(_LEFT + 74, _BOTTOM + 34, office.mayor_title, 13)
    sheets.text(_LEFT + 118, _BOTTOM + 34, office.mayor_name, 15)
    x, y = sheets.point(_LEFT + _WIDTH - _SEAL_MM - 4, _BOTTOM + 34 + _SEAL_MM / 2)
    seals.draw_mayor(sheets.canvas, x, y, _SEAL_MM * mm, office.seal)


def _block(extract: Extract, person: Resident) -> tuple[tuple[Cell, ...], ...]:
    born = western_date(person.birth) if person.nationality else era_date(person.birth)
    relation = extract.shown(HOUSEHOLD_HEAD, person.relation)
    return (
        (
            Cell("氏　名", 15, person.name, 66, above=person.kana, size_pt=13.5),
            Cell("生年月日", 15, born, 37),
            Cell("性別", 8, person.sex, 8, centred=True),
            Cell("続柄", 8, relation, 13, size_pt=9, centred=True),
        ),
        (
            Cell("住民となった年月日", 26, era_date(person.since), 32, size_pt=9),
            Cell("住所を定めた年月日", 26, era_date(person.moved_in), 32, size_pt=9),
            Cell("届出の年月日", 20, era_date(person.notified), 34, size_pt=9),
        ),
        _origin(extract, person),
        _numbers(extract, person),
    )


def _origin(extract: Extract, person: Resident) -> tuple[Cell, ...]:
    if not person.nationality:
        return (
            Cell("本　籍", 15, extract.shown(DOMICILE, person.registered_domicile), 88),
            Cell("筆頭者", 15, extract.shown(DOMICILE, person.first_registrant), 52),
        )
    until = western_date(person.residence_until) if person.residence_until else ""
    period = f"{person.residence_period}（{until}満了）"
    return (
        Cell("国籍・地域", 17, extract.shown(DOMICILE, person.nationality), 27, size_pt=9),
        Cell("在留資格", 15, extract.shown(DOMICILE, person.residence_status), 26, size_pt=9),
        Cell("在留期間等", 17, extract.shown(DOMICILE, period), 68, size_pt=9),
    )


def _numbers(extract: Extract, person: Resident) -> tuple[Cell, ...]:
    number = extract.shown(INDIVIDUAL_NUMBER, person.individual_number or "（未保有）")
    code = Cell("住民票コード", 20, OMITTED, 36, size_pt=9)
    if not person.nationality:
        return (Cell("個人番号", 15, number, 99), code)
    card = extract.shown(DOMICILE, person.residence_card)
    return (
        Cell("個人番号", 15, number, 41),
        Cell("在留カード等の番号", 26, card, 32, size_pt=9),
        code,
    )
