"""Where a line may end: kinsoku for Japanese and Chinese, words for the rest.

No wire, no clock; what a text measures is asked of the caller.
Source: W3C, Requirements for Japanese Text Layout (JLREQ), 3.1.7 and 3.1.8 (characters not
starting and not ending a line), and 3.1.10 (numerals with their units are not separated).
"""

import unicodedata
from collections.abc import Callable

from ui.advances import is_selector
from ui.catalog import SOFT_BREAK

Measure = Callable[[str], float]

NOT_AT_START = frozenset("”’") | frozenset(
    "、。，．,.・：；:;？！?!」』）】》〉〕］｝)]}ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞヽヾ％%‐–〜～…‥°"
)
NOT_AT_END = frozenset("“‘") | frozenset("「『（【《〈〔［｛([{¥￥〒＃#")
_UNITS = frozenset("円通部枚年月日時分秒人回桁件口頁页张張份次元圓つけ")
_IDEOGRAPHIC = (
    range(0x2E80, 0xA000),
    range(0xF900, 0xFB00),
    range(0xFE30, 0xFE50),
    range(0xFF00, 0xFF66),
    range(0x20000, 0x40000),
)
_GLUE = frozenset("\u00a0\u2060\u202f")


def is_ideographic(char: str) -> bool:
    """Whether a line may end on either side of the character (kanji, kana, CJK marks)."""
    return any(ord(char) in block for block in _IDEOGRAPHIC)


def atoms(text: str) -> list[str]:
    """The text in pieces that are never broken; joined they give it back, without soft breaks.

    If it holds soft breaks (zero-width spaces) the pieces are those between them.
    """
    if SOFT_BREAK in text:
        return [part for part in text.split(SOFT_BREAK) if part]
    pieces: list[str] = []
    for char in text:
        if pieces and not _may_break(pieces[-1][-1], char, pieces[-1]):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _may_break(before: str, after: str, piece: str) -> bool:
    if _is_joined(before, after):
        return False
    if before == " ":
        return True
    if _ends_in_digits(piece) and (after in _UNITS or after.isdigit()):
        return False
    return is_ideographic(before) or is_ideographic(after)


def _is_joined(before: str, after: str) -> bool:
    return (
        after in NOT_AT_START
        or before in NOT_AT_END
        or after == " "
        or after in _GLUE
        or before in _GLUE
        or bool(unicodedata.combining(after))
        or is_selector(ord(after))
    )


def _ends_in_digits(piece: str) -> bool:
    return piece[-1].isdigit()


def break_lines(text: str, width: float, measure: Measure) -> list[str] | None:
    """The text in lines no wider than `width`, or None if one piece alone is wider.

    A newline always ends a line. Pieces between soft breaks that do not fit are broken further.
    """
    return _fill_all(text, width, measure) or _fill_all(_without_soft(text), width, measure)


def _without_soft(text: str) -> str:
    return text.replace(SOFT_BREAK, "")


def _fill_all(text: str, width: float, measure: Measure) -> list[str] | None:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        broken = _fill(atoms(paragraph), width, measure)
        if broken is None:
            return None
        lines += broken
    return lines


def _fill(pieces: list[str], width: float, measure: Measure) -> list[str] | None:
    lines = [""]
    for piece in pieces:
        if measure((lines[-1] + piece).rstrip()) <= width:
            lines[-1] += piece
        elif measure(piece.rstrip()) <= width:
            lines.append(piece)
        else:
            return None
    return [line.strip(" ") for line in lines if line.strip(" ") or len(lines) == 1]


def balance(text: str, width: float, measure: Measure) -> list[str] | None:
    """As `break_lines`, in as few lines, but of lengths as even as can be.

    A heading whose last line is one orphaned syllable looks like a mistake.
    """
    lines = break_lines(text, width, measure)
    if lines is None or len(lines) == 1 or "\n" in text:
        return lines
    if _fill_all(text, width, measure) is None:
        text = _without_soft(text)
    low, high = 0.0, width
    for _ in range(8):
        middle = (low + high) / 2
        trial = _fill_all(text, middle, measure)
        if trial is not None and len(trial) == len(lines):
            lines, high = trial, middle
        else:
            low = middle
    return lines
