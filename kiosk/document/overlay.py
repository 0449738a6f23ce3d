"""What the pages of a marks file may paint: lines, fills, bitmaps and text, in grey or in inks.

Marks do more than a certificate (colour, clipping, thousands of lines), and nobody takes their text
for a resident's, so they are read by one expression that knows every operator with its operands and
not run by run. A front lies over the certificate and may only add what is dark. Child process only.

Source: ISO 32000-2 Annex A (operators), 7.2 (tokens), 8.6.4 (device colours).
"""

import functools
import re
from collections import Counter
from typing import Any

from crypto.errors import CheckFailed
from kiosk.document.objects import Walk
from kiosk.document.skeleton import COMPLEX, FORBIDDEN

CONTENT_BYTES_MAX = 512 * 1024
"""Of one page's own operators, or of one drawing's; an emblem takes two hundred thousand."""
DRAWN_MAX = 16
"""How often one page may use its drawings and bitmaps."""
SAVED_MAX = 64
OVERLAY_LIGHTEST = 0.5
"""What lies over text must not lighten it much."""

_NUMBER = rb"[-+]?(?>\d++(?:\.\d*+)?|\.\d++)\s++"
_NAME = rb"/[A-Za-z0-9+._-]{1,64}\s++"
_TEXT = rb"\((?>[^()\\]|\\.)*+\)\s*+"
_BY_OPERANDS: tuple[tuple[bytes, str], ...] = (
    (_NUMBER * 6, "c cm Tm"),
    (_NUMBER * 4, "re k K"),
    (_NUMBER * 2, "m l"),
    (_NUMBER, "w g G Tz TL"),
    (_NAME + _NUMBER, "Tf"),
    (_NAME, "Do"),
    (_TEXT, "Tj"),
    (b"", "q Q h n S s f f* B* W W* BT ET T*"),
)
"""What stands before an operator, and the operators it may stand before."""


def _one_of(operators: str) -> bytes:
    longest_first = sorted(operators.split(), key=len, reverse=True)
    return b"|".join(re.escape(operator.encode()) for operator in longest_first)


_INSTRUCTION = b"|".join(
    rb"%b(?:%b)" % (operands, _one_of(operators)) for operands, operators in _BY_OPERANDS
)
_CONTENT = re.compile(rb"\s*+(?>(?>%b)(?:\s++|\Z))*+" % _INSTRUCTION, re.DOTALL)
"""Without a way back: it takes time in proportion to what it reads, whatever that is."""
_STRINGS = re.compile(_TEXT, re.DOTALL)
_GREY = re.compile(rb"(?<!\S)(\S+)\s+[gG](?!\S)")


def check_marks_page(page: Any, walk: Walk, *, front: bool) -> None:
    """A page of marks, and the drawings it uses, hold only operators that marks need.

    On a front: no colour, no light grey, no bitmap that would paint its own paper. Raises
    CheckFailed `document.forbidden_content`, `document.too_complex`.
    """
    _check_operators(b"\n".join(_contents(page, walk)), front=front)
    used = page.Resources.get("/XObject", {})
    _check_bitmaps(used, front=front)
    for key in used.keys():  # noqa: SIM118 - no Python dictionary
        if used[key].Subtype == "/Form":
            _check_operators(walk.content(used[key]), front=front)
            _check_bitmaps(used[key].get("/Resources", {}).get("/XObject", {}), front=front)


def _contents(page: Any, walk: Walk) -> list[bytes]:
    if page.Contents.is_indirect and page.Contents.objgen in walk.streams:
        return [walk.content(page.Contents)]
    return [walk.content(part) for part in page.Contents]


def _check_bitmaps(used: Any, *, front: bool) -> None:
    for key in used.keys():  # noqa: SIM118 - no Python dictionary
        is_bitmap = used[key].Subtype == "/Image"
        if front and is_bitmap and used[key].get("/ImageMask") is not True:
            raise CheckFailed(FORBIDDEN, "a bitmap that would cover the certificate")


@functools.lru_cache(maxsize=32)  # Sheets share their drawings; what was refused is not kept.
def _check_operators(content: bytes, *, front: bool) -> None:
    if len(content) > CONTENT_BYTES_MAX:
        raise CheckFailed(COMPLEX, "too many operators")
    if not _CONTENT.fullmatch(content):
        raise CheckFailed(FORBIDDEN, "an operator that marks do not need")
    bare = _STRINGS.sub(b"() ", content)
    count = Counter(bare.split())
    if count[b"Do"] > DRAWN_MAX or count[b"q"] > SAVED_MAX:
        raise CheckFailed(COMPLEX, "marks that save or draw too often")
    if count[b"q"] != count[b"Q"] or count[b"BT"] != count[b"ET"]:
        raise CheckFailed(FORBIDDEN, "a page that does not end as it began")
    if front and (count[b"k"] or count[b"K"]):
        raise CheckFailed(FORBIDDEN, "colour on a front")
    if front and any(float(grey) > OVERLAY_LIGHTEST for grey in _GREY.findall(bare)):
        raise CheckFailed(FORBIDDEN, "something light over the certificate")
