"""What the pages of a marks file may paint: lines, fills, bitmaps and text, in grey or in inks.

Marks do more than a certificate (colour, clipping, thousands of lines), and nobody takes their text
for a resident's, so they are held against their grammar as a whole and not read run by run. A front
lies over the certificate and may only add what is dark. Child process only.

Source: ISO 32000-2 Annex A (operators), 8.6.4 (device colours).
"""

import functools
import re
from collections import Counter
from typing import Any

from crypto.errors import CheckFailed
from kiosk.document.objects import Walk
from kiosk.document.operators import grammar, words
from kiosk.document.skeleton import COMPLEX, FORBIDDEN

DRAWN_MAX = 16
"""How often one page may use its drawings and bitmaps."""
SAVED_MAX = 64
OVERLAY_LIGHTEST = 0.5
"""What lies over text must not lighten it much."""

_GRAMMAR = grammar(
    dict.fromkeys(("c", "cm", "Tm"), "nnnnnn")
    | dict.fromkeys(("re", "k", "K"), "nnnn")
    | dict.fromkeys(("m", "l"), "nn")
    | dict.fromkeys(("w", "g", "G", "Tz", "TL"), "n")
    | {"Tf": "/n", "Do": "/", "Tj": "("}
    | dict.fromkeys(("q", "Q", "h", "n", "S", "s", "f", "f*", "B*", "W", "W*"), "")
    | dict.fromkeys(("BT", "ET", "T*"), "")
)
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
    _GRAMMAR.check(content)
    bare = words(content)
    count = Counter(bare.split())
    if count[b"Do"] > DRAWN_MAX or count[b"q"] > SAVED_MAX:
        raise CheckFailed(COMPLEX, "marks that save or draw too often")
    if count[b"q"] != count[b"Q"] or count[b"BT"] != count[b"ET"]:
        raise CheckFailed(FORBIDDEN, "a page that does not end as it began")
    if front and (count[b"k"] or count[b"K"]):
        raise CheckFailed(FORBIDDEN, "colour on a front")
    if front and any(float(grey) > OVERLAY_LIGHTEST for grey in _GREY.findall(bare)):
        raise CheckFailed(FORBIDDEN, "something light over the certificate")
