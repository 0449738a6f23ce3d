"""The tally mark (電子契印): the same punched-looking code on every sheet of one certificate.

It stands for what an office's perforator does to a pile of sheets: the code is a digest of
everything printed on all of them, so a sheet of another certificate does not fit in.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

DIGITS = 10
_COLUMNS = 5
_DOTS = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "11111 00010 00100 00010 00001 10001 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "B": "11110 10001 10001 11110 10001 10001 11110",
    "C": "01110 10001 10000 10000 10000 10001 01110",
    "D": "11100 10010 10001 10001 10001 10010 11100",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "F": "11111 10000 10000 11110 10000 10000 10000",
}


def code(texts: Iterable[str]) -> str:
    """Ten hexadecimal digits over everything the sheets say, in order."""
    digest = hashlib.sha256()
    for text in texts:
        encoded = text.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.hexdigest()[:DIGITS].upper()


def draw(canvas: Any, x: float, y: float, pitch: float, mark: str) -> None:
    """Punch `mark` as dots of `pitch` points, the lower left dot at (x, y)."""
    canvas.saveState()
    canvas.setFillGray(0)
    for place, digit in enumerate(mark):
        for row, dots in enumerate(reversed(_DOTS[digit].split())):
            for column, dot in enumerate(dots):
                if dot == "1":
                    across = place * (_COLUMNS + 1) + column
                    canvas.circle(
                        x + across * pitch, y + row * pitch, pitch * 0.36, stroke=0, fill=1
                    )
    canvas.restoreState()
