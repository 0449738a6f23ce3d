"""Invented certificates to learn from and to measure with: nobody's, and different every time.

`sparse` looks like a 住民票 of four people, `dense` like a page of a family register (about 1,900
characters, a third of them random kanji: harder to squeeze than real names are).
"""

from collections.abc import Callable
from dataclasses import dataclass

from numpy.random import Generator, default_rng

from center.paper.plain import DRAWING
from center.paper.sheet import Box, Sheets

_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
_DIGITS = "０１２３４５６７８９"
_ROWS_OF_KANJI = (0xB0, 0xCF)
"""JIS X 0208 rows 16 to 47, in EUC-JP: level 1, without the row that is half empty."""
_FOOT_MM = 247
"""Where the dense page ends."""
_EVENTS = ("出生", "婚姻", "転籍", "養子縁組", "死亡", "入籍", "離婚", "認知")


@dataclass(frozen=True, slots=True)
class Page:
    """One page as PDF, and its characters in reading order."""

    pdf: bytes
    text: str


class _Pen:
    """Draws lines of text and remembers them."""

    def __init__(self, seed: int) -> None:
        self.rng: Generator = default_rng(seed)
        self.sheets = Sheets()
        self.lines: list[str] = []

    def write(self, x: float, y: float, text: str, size_pt: float) -> None:
        self.sheets.text(x, y, text, size_pt)
        self.lines.append(text)

    def kanji(self, count: int) -> str:
        high = self.rng.integers(*_ROWS_OF_KANJI, count)
        low = self.rng.integers(0xA1, 0xFF, count)
        return b"".join(bytes(pair) for pair in zip(high, low, strict=True)).decode("euc_jp")

    def kana(self, count: int) -> str:
        return "".join(_KANA[one] for one in self.rng.integers(0, len(_KANA), count))

    def number(self, most: int) -> str:
        return "".join(_DIGITS[int(one)] for one in str(self.rng.integers(1, most)))

    def day(self) -> str:
        era = ("昭和", "平成", "令和")[self.rng.integers(3)]
        return f"{era}{self.number(60)}年{self.number(13)}月{self.number(29)}日"

    def place(self) -> str:
        town = f"{self.kanji(2)}県{self.kanji(2)}市{self.kanji(3)}"
        return f"{town}{self.number(9)}丁目{self.number(99)}番{self.number(30)}号"

    def finish(self) -> Page:
        self.sheets.next()
        return Page(self.sheets.finish(), "\n".join(self.lines))


def sparse(seed: int) -> Page:
    """A page of about 600 characters, framed and ruled."""
    return _drawn(_sparse, seed)


def dense(seed: int) -> Page:
    """A page of about 1,900 characters, tightly set."""
    return _drawn(_dense, seed)


PAGES: dict[str, Callable[[int], Page]] = {"sparse": sparse, "dense": dense}


def _drawn(draw: Callable[[_Pen], None], seed: int) -> Page:
    with DRAWING:
        pen = _Pen(seed)
        draw(pen)
        return pen.finish()


def _sparse(pen: _Pen) -> None:
    pen.write(85, 22, "住　民　票", 18)
    pen.write(20, 34, f"住所　{pen.place()}", 10.5)
    pen.write(20, 41, f"世帯主　{pen.kanji(2)}　{pen.kanji(2)}", 10.5)
    for person in range(4):
        top = 50 + 48 * person
        pen.sheets.frame(Box(18, top, 174, 44))
        rows = (
            f"氏名　{pen.kanji(2)}　{pen.kanji(2)}　（{pen.kana(4)}　{pen.kana(3)}）",
            f"生年月日　{pen.day()}　　性別　{'男女'[pen.rng.integers(2)]}　　続柄　子",
            f"本籍　{pen.place()}　筆頭者　{pen.kanji(4)}",
            f"住民となった年月日　{pen.day()}　住所を定めた年月日　{pen.day()}",
            f"前住所　{pen.place()}　{pen.kanji(4)}荘{pen.number(300)}号室",
        )
        for row, text in enumerate(rows):
            y = top + 5 + 8.4 * row
            pen.write(21, y, text, 10)
            if row:
                pen.sheets.line((18, y - 4.2), (192, y - 4.2))
    pen.write(20, 252, "この写しは、住民票の原本と相違ないことを証明する。", 10.5)
    pen.write(20, 260, pen.day(), 10.5)
    pen.write(110, 268, f"{pen.kanji(2)}市長　{pen.kanji(2)}　{pen.kanji(2)}", 12)


def _dense(pen: _Pen) -> None:
    pen.write(160, 12, "全部事項証明", 9)
    pen.sheets.frame(Box(15, 16, 180, _FOOT_MM - 16))
    pen.sheets.line((50, 16), (50, _FOOT_MM))
    y = 20.0
    while y < _FOOT_MM - 7:
        event = _EVENTS[pen.rng.integers(len(_EVENTS))]
        pen.write(17, y, f"身分事項　{event}", 9)
        lines = (
            f"【{event}日】{pen.day()}　【届出日】{pen.day()}　【受理者】{pen.kanji(3)}市長",
            f"【届出人】{pen.kanji(2)}{pen.kanji(2)}　【従前本籍】{pen.place()}",
            f"【父】{pen.kanji(4)}　【母】{pen.kanji(4)}　【続柄】長男　【記録】{pen.kanji(6)}",
        )
        for line in lines:
            if y < _FOOT_MM - 2:
                pen.write(52, y, line, 9)
            y += 4.6
        pen.sheets.line((15, y - 2.3), (195, y - 2.3))
    pen.write(17, 254, "これは、戸籍に記録されている事項の全部を証明した書面である。", 9)
