"""Pages whose true text nobody sees, and pages on which two readers see a string in two places."""

import io
import re
from collections.abc import Callable

from center.issuing.document import put_stamp
from center.paper.font import NAME, font
from center.paper.plain import new_canvas, rewrite
from crypto.pdf_signature import sign_pdf
from tests.kiosk.document.hostile.case import COMPLEX, FORBIDDEN, Hostile, Make, added, on_page
from tests.kiosk.document.papers import AT, LINES, STAMP, Lines, Press, changed

Place = Callable[[int, int], tuple[float, float]]
"""Where a text of a line and a column stands."""

_ANOTHER = changed(
    氏名="山田　太郎", 生年月日="平成元年５月６日", 性別="男",
    住所="山形県山田市大字山田９９番地",
)  # fmt: skip
_NAME_AT = 180, 760 - 24 * 3
"""Where the form of `papers` has the name."""


def _form(line: int, column: int) -> tuple[float, float]:
    return 60 + 120 * column, 760 - 24 * line


def _page(*texts: tuple[Lines, float, Place]) -> Make:
    """Lines of the form, each set in a size and at places of its own; signed and stamped."""

    def make(press: Press) -> object:
        made = io.BytesIO()
        canvas = new_canvas(made)
        for lines, size, place in texts:
            canvas.setFont(NAME, size)
            for number, line in enumerate(lines):
                for column, text in enumerate(line.split("|")):
                    canvas.drawString(*place(number, column), font().typeset(text))
        canvas.showPage()
        canvas.save()
        return press.job(sign_pdf(put_stamp(rewrite(made.getvalue(), {}), STAMP), press.signer, AT))

    return make  # type: ignore[return-value]


def _letter_by_letter(lines: Lines) -> tuple[Lines, float, Place]:
    """A visible form whose labels no reader of text knows: each character is a run of its own."""
    spots = [
        (text, 60 + 120 * column + 12 * at, 760 - 24 * number)
        for number, line in enumerate(lines)
        for column, value in enumerate(line.split("|"))
        for at, text in enumerate(value)
        if text != "　"
    ]
    return tuple(text for text, _, _ in spots), 12, lambda line, _column: spots[line][1:]


def _at_the_edge(line: int, column: int) -> tuple[float, float]:
    return 15 + line // 3 * 145 + 50 * column, 6 + (2 - line % 3) * 0.5


def _small(line: int, column: int) -> tuple[float, float]:
    return 30 + line // 6 * 270 + 90 * column, 30 + (5 - line % 6) * 7


def _over_itself(line: int, column: int) -> tuple[float, float]:
    x, y = _form(line % len(LINES), column)
    return x, y + 4 * (line >= len(LINES))


_COVERED: Lines = ("■■■■■■■", "山", "田", "太", "郎")


def _cover(line: int, _column: int) -> tuple[float, float]:
    return (_NAME_AT[0] + (0 if line == 0 else 108 + 12 * line), _NAME_AT[1])


def _exchanged(content: bytes) -> bytes:
    """Name and birthday change places for whoever keeps a text's place when a state is restored."""
    found = re.compile(rb"BT 1 0 0 1 180 (688|664) Tm (.*?) (\(.*\)) Tj T\* ET")
    other = {b"688": b"664", b"664": b"688"}
    return found.sub(
        lambda run: (
            b"BT 1 0 0 1 180 %b Tm %b q 1 0 0 1 180 %b Tm Q %b Tj T* ET"
            % (other[run[1]], run[2], run[1], run[3])
        ),
        content,
    )


def _text(inside: bytes) -> Make:
    """A text of its own far from the others."""
    return added(b"BT 1 0 0 1 60 40 Tm /F1+0 12 Tf " + inside + b" ET")


_F = b"/F1+0 12 Tf"
_ONE = b"(\\001) Tj"
_MODE = "where none of its kind"
_OVER = "painted over text"
_PLACED: tuple[tuple[str, Make, str], ...] = (
    # Two readers, two places.
    ("two places for one string", on_page(_exchanged), _MODE),
    ("a state restored within text", added(b"q BT Q 1 0 0 1 60 40 Tm " + _F + b" " + _ONE + b" ET"),
     "saved state"),
    ("a state restored that text saved", _text(b"q " + _ONE + b" Q"), _MODE),
    ("a drawing moved within text", _text(b"1 0 0 1 0 0 cm " + _ONE), _MODE),
    ("a colour chosen within text", _text(b"0.1 g " + _ONE), _MODE),
    ("a line drawn within text", _text(b"60 40 m 70 40 l S " + _ONE), _MODE),
    ("a width of lines within text", _text(b"1 w " + _ONE), _MODE),
    ("text within text", _text(b"BT " + _ONE + b" ET"), _MODE),
    ("text that ends twice", _text(_ONE + b" ET"), _MODE),
    ("text within a path", added(
        b"10 10 m BT 1 0 0 1 60 40 Tm /F1+0 12 Tf (\\001) Tj ET 20 20 l S"), _MODE),
    ("a state saved within a path", added(b"10 10 m q 20 10 l Q S"), _MODE),
    ("a width chosen within a path", added(b"10 10 m 3 w 20 10 l S"), _MODE),
    ("a path that never ends", added(b"10 10 m 20 10 l"), "does not end as it began"),
    ("a line that begins nowhere", added(b"20 10 l S"), _MODE),
    ("a place without text", added(b"1 0 0 1 60 40 Tm"), _MODE),
    ("a font without text", added(b"/F1+0 12 Tf"), _MODE),
    ("a width of text that outlives it", added(
        b"BT 50 Tz 1 0 0 1 60 40 Tm /F1+0 12 Tf (\\001) Tj ET "
        b"BT 1 0 0 1 90 40 Tm /F1+0 12 Tf (\\001) Tj ET"), "without font or place"),
    ("a string that narrows on its way", _text(_ONE + b" 50 Tz " + _F + b" " + _ONE),
     "changes on its way"),
    ("a string that goes on in its own font", _text(_ONE + b" " + _F + b" " + _ONE),
     "without font or place"),
    ("a string that grows on its way", _text(_ONE + b" /F1+0 30 Tf " + _ONE),
     "without font or place"),
    # Strings of other bytes for other readers.
    ("a line's end within a string", _text(b"(\001\r\001) Tj"), "not needed here"),
    ("an escape that does not exist", _text(b"(\\x\\001) Tj"), "not needed here"),
    ("an escaped line's end", _text(b"(\\001\\\r\n\\001) Tj"), "not needed here"),
    ("a space that is none", _text(b"(\\001)\x0bTj"), "not needed here"),
    # True text that nobody sees.
    ("true text in the margin", _page((LINES, 6, _at_the_edge), _letter_by_letter(_ANOTHER)),
     "off the page"),
    ("true text in fine print", _page((LINES, 5, _small), _letter_by_letter(_ANOTHER)),
     "too small"),
    ("text over text", _page((LINES, 12, _form), (_letter_by_letter(_ANOTHER))),
     "touches other text"),
    ("text over half of the text", _page(((*LINES, *LINES), 12, _over_itself)),
     "touches other text"),
    ("squares over a name", _page((LINES, 12, _form), (_COVERED, 14, _cover)),
     "touches other text"),
    ("text at the left edge", added(b"BT 1 0 0 1 13 40 Tm /F1+0 12 Tf (\\001) Tj ET"),
     "off the page"),
    ("text at the right edge", added(b"BT 1 0 0 1 570 40 Tm /F1+0 12 Tf (\\001) Tj ET"),
     "off the page"),
    ("text at the upper edge", added(b"BT 1 0 0 1 60 825 Tm /F1+0 12 Tf (\\001) Tj ET"),
     "off the page"),
    ("text at the lower edge", added(b"BT 1 0 0 1 60 14 Tm /F1+0 12 Tf (\\001) Tj ET"),
     "off the page"),
    # Lines that hide what they cross.
    ("lines over a name", added(b"0 G 3 w " + b"".join(
        b"175 %d m 300 %d l S " % (y, y) for y in range(686, 702, 3))), _OVER),
    ("one stroke in a name", added(b"0 G 1 w 228 692 m 240 692 l S 234 688 m 234 700 l S"), _OVER),
    ("the thinnest line there is in a name", added(b"0 w 175 692 m 300 692 l S"), _OVER),
    ("a name crossed out", added(b"1 w 170 680 m 300 705 l S"), _OVER),
    ("a frame through a name", added(b"1 w 150 692 300 100 re S"), _OVER),
    ("a frame of no height", added(b"3 w 175 692 100 0 re S"), _OVER),
    ("a frame drawn backwards", added(b"1 w 450 792 -300 -100 re S"), _OVER),
    ("a curve through a name", added(b"1 w 170 660 m 200 720 260 720 300 660 c S"), _OVER),
    ("a line that closes through a name", added(
        b"1 w 150 692 m 150 750 l 400 750 l 400 692 l h S"), _OVER),
    ("a corner whose spike reaches a name", added(
        b"3 w 150 710 m 170 692 l 150 711 l S"), _OVER),
    ("a thin bar over a name", added(b"170 688 130 0.5 re f"), _OVER),
    ("an outline around a name, filled", added(
        b"170 680 m 300 680 l 300 705 l 170 705 l h 171 681 m 299 681 l 299 704 l 171 704 l h f*"),
     _OVER),
    ("a line kept wide by a state", added(b"3 w q 0 w Q 175 699 m 300 699 l S"), _OVER),
)  # fmt: skip

PLACED: tuple[Hostile, ...] = (
    *(Hostile(name, FORBIDDEN, why, make) for name, make, why in _PLACED),
    Hostile("five thousand lines", COMPLEX, "too many lines", added(b"1 1 m 2 1 l S\n" * 5000)),
)
