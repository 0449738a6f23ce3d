"""Which objects a certificate and its marks may be made of: what a form needs and nothing else.

Two tables for `objects.walk`, and the rules for single values they are written in.

Source: ISO 32000-2 7.7.2 (catalogue), 7.7.3 (pages), 9.6 (simple fonts), 8.9.5 (images), 8.10
(form XObjects), 12.8 (signatures).
"""

from decimal import Decimal
from typing import Any

import pikepdf

from center.wire.endpoints import STAMP_KEY
from crypto.errors import CheckFailed
from kiosk.document.objects import COMPONENTS, STREAM_BYTES_MAX, Rule, Shape, Walk
from kiosk.document.skeleton import COMPLEX, FORBIDDEN

A4_PT = (595.28, 841.89)
TOLERANCE_PT = 1.0
PAGES_MAX = 40
FONTS_MAX = 16
XOBJECTS_MAX = 32
IMAGE_SIDE_MAX = 7040
"""A4 at 600 dpi is 4961 x 7016 dots; no engine of this kind prints finer."""
_DIRECT = (0, 0)
_STRING_MAX = 8192
_WIDTHS_MAX = 256
_CONTENTS_MAX = 8


def _name(*allowed: str) -> Rule:
    def check(_walk: Walk, value: Any) -> None:
        if not isinstance(value, pikepdf.Name) or (allowed and str(value) not in allowed):
            raise CheckFailed(FORBIDDEN, f"a name that is not of {len(allowed)} that may be there")

    return check


def _whole(low: int, high: int) -> Rule:
    def check(_walk: Walk, value: Any) -> None:
        if type(value) is not int or not low <= value <= high:
            raise CheckFailed(FORBIDDEN, "a number that cannot be there")

    return check


def _is_number(value: Any) -> bool:
    return type(value) is int or isinstance(value, Decimal)


def _number(_walk: Walk, value: Any) -> None:
    if not _is_number(value):
        raise CheckFailed(FORBIDDEN, "something in a number's place")


def _true(_walk: Walk, value: Any) -> None:
    if value is not True:
        raise CheckFailed(FORBIDDEN, "something where only true may be")


def _string(_walk: Walk, value: Any) -> None:
    if not isinstance(value, pikepdf.String) or len(bytes(value)) > _STRING_MAX:
        raise CheckFailed(FORBIDDEN, "something in a string's place")


def _numbers(least: int, most: int) -> Rule:
    def check(_walk: Walk, value: Any) -> None:
        fits = isinstance(value, pikepdf.Array) and least <= len(value) <= most
        if not fits or not all(_is_number(one) for one in value):
            raise CheckFailed(FORBIDDEN, "something in a row of numbers' place")

    return check


def _exactly(*numbers: int) -> Rule:
    def check(_walk: Walk, value: Any) -> None:
        if not isinstance(value, pikepdf.Array) or tuple(value) != numbers:
            raise CheckFailed(FORBIDDEN, "numbers other than those that must be there")

    return check


def _a4(_walk: Walk, value: Any) -> None:
    _numbers(4, 4)(_walk, value)
    left, low, right, high = (float(side) for side in value)
    far = max(abs(right - A4_PT[0]), abs(high - A4_PT[1]), abs(left), abs(low))
    if far > TOLERANCE_PT:
        raise CheckFailed(FORBIDDEN, "a page is not A4")


def _one(kind: str) -> Rule:
    return lambda walk, value: walk.visit(kind, value)


def _image_or_drawing(walk: Walk, value: Any) -> None:
    is_image = isinstance(value, pikepdf.Stream) and value.get("/Subtype") == "/Image"
    walk.visit("image" if is_image else "drawing", value)


def _many(kind: str, most: int, least: int = 0) -> Rule:
    def check(walk: Walk, value: Any) -> None:
        if not isinstance(value, pikepdf.Array) or not least <= len(value) <= most:
            raise CheckFailed(FORBIDDEN, f"{kind}: too many, or none")
        for one in value:
            walk.visit(kind, one)

    return check


def _contents(walk: Walk, value: Any) -> None:
    """One stream, or several one after the other."""
    if isinstance(value, pikepdf.Array):
        _many("content", _CONTENTS_MAX, 1)(walk, value)
    else:
        walk.visit("content", value)


def _names(*allowed: str) -> Rule:
    def check(walk: Walk, value: Any) -> None:
        if not isinstance(value, pikepdf.Array) or len(value) > len(allowed):
            raise CheckFailed(FORBIDDEN, "something in a row of names' place")
        for one in value:
            _name(*allowed)(walk, one)

    return check


def _called(rule: Rule, most: int) -> Rule:
    """A dictionary that gives things names of its own choice."""

    def check(walk: Walk, value: Any) -> None:
        if not isinstance(value, pikepdf.Dictionary) or len(value.keys()) > most:
            raise CheckFailed(COMPLEX, "too many resources, or none")
        if value.is_indirect and walk.seen.setdefault(value.objgen, "resources") != "resources":
            raise CheckFailed(FORBIDDEN, "an object that is resources and something else")
        for key in value.keys():  # noqa: SIM118 - no Python dictionary
            rule(walk, value[key])

    return check


def _nothing(_walk: Walk, value: Any) -> None:
    if not isinstance(value, pikepdf.Dictionary) or value.keys():
        raise CheckFailed(FORBIDDEN, "something where nothing may be")


def _page_tree(walk: Walk, value: Any) -> None:
    """Flat, and each page once: a tree could have loops, or a million leaves."""
    if isinstance(value, pikepdf.Array) and len(value) > PAGES_MAX:
        raise CheckFailed(COMPLEX, "too many pages")
    _many("page", PAGES_MAX, 1)(walk, value)
    walk.pages = list(value)
    if len({page.objgen for page in value}) != len(value):
        raise CheckFailed(FORBIDDEN, "a page comes twice")


def _back(kind: str) -> Rule:
    """A reference up to what was visited on the way here."""

    def check(walk: Walk, value: Any) -> None:
        if walk.seen.get(getattr(value, "objgen", _DIRECT)) != kind:
            raise CheckFailed(FORBIDDEN, f"a reference to no {kind}")

    return check


# --- the tables -----------------------------------------------------------------------------

_PACKED: dict[str, Rule] = {
    "/Length": _whole(0, STREAM_BYTES_MAX),
    "/Filter": _name("/FlateDecode"),
}
_CONTENT = Shape(_PACKED, frozenset({"/Filter"}), stream=True)

_SHARED: dict[str, Shape] = {
    "content": _CONTENT,
    "text map": _CONTENT,
    "font file": Shape(
        {**_PACKED, "/Length1": _whole(0, STREAM_BYTES_MAX)}, frozenset({"/Filter"}), stream=True
    ),
    "font": Shape({
        "/Type": _name("/Font"), "/Subtype": _name("/TrueType"), "/Name": _name(),
        "/BaseFont": _name(), "/FirstChar": _whole(0, 0), "/LastChar": _whole(0, 255),
        "/Widths": _numbers(1, _WIDTHS_MAX), "/FontDescriptor": _one("font descriptor"),
        "/ToUnicode": _one("text map"),
    }, frozenset({"/Name"})),
    "font descriptor": Shape({
        "/Type": _name("/FontDescriptor"), "/FontName": _name(), "/Flags": _whole(4, 4),
        "/FontBBox": _numbers(4, 4), "/ItalicAngle": _whole(0, 0), "/Ascent": _number,
        "/Descent": _number, "/CapHeight": _number, "/StemV": _number, "/MissingWidth": _number,
        "/FontFile2": _one("font file"),
    }, frozenset({"/MissingWidth"})),
    "information": Shape(
        dict.fromkeys(("/Producer", "/ModDate", "/CreationDate"), _string),
        frozenset({"/Producer", "/ModDate", "/CreationDate"}),
    ),
}  # fmt: skip
_PROCEDURES = _names("/PDF", "/Text", "/ImageB", "/ImageC", "/ImageI")
_PAGE: dict[str, Rule] = {
    "/Type": _name("/Page"), "/Parent": _back("pages"), "/MediaBox": _a4,
    "/Rotate": _whole(0, 0), "/Trans": _nothing, "/Resources": _one("resources"),
    "/Contents": _one("content"),
}  # fmt: skip
_PAGES = Shape({
    "/Type": _name("/Pages"), "/Count": _whole(1, PAGES_MAX), "/Kids": _page_tree,
})  # fmt: skip

CERTIFICATE: dict[str, Shape] = {
    **_SHARED,
    "catalogue": Shape({
        "/Type": _name("/Catalog"), "/Pages": _one("pages"), "/Lang": _string,
        "/AcroForm": _one("form"), "/Perms": _one("permissions"),
        "/Extensions": _one("extensions"), STAMP_KEY: _one("content"),
    }, frozenset({"/Lang", "/AcroForm", "/Perms", "/Extensions", STAMP_KEY})),
    "pages": _PAGES,
    "page": Shape(
        {**_PAGE, "/Annots": _many("signature field", 1)},
        frozenset({"/Rotate", "/Trans", "/Annots"}),
    ),
    "resources": Shape(
        {"/Font": _called(_one("font"), FONTS_MAX), "/ProcSet": _PROCEDURES},
        frozenset({"/ProcSet"}),
    ),
    "extensions": Shape({"/ESIC": _one("extension")}),
    "extension": Shape({
        "/Type": _name("/DeveloperExtensions"), "/BaseVersion": _name(),
        "/ExtensionLevel": _whole(0, 10),
    }),
    "form": Shape({"/Fields": _many("signature field", 1, 1), "/SigFlags": _whole(3, 3)}),
    "signature field": Shape({
        "/Type": _name("/Annot"), "/Subtype": _name("/Widget"), "/FT": _name("/Sig"),
        "/T": _string, "/F": _whole(132, 132), "/P": _back("page"), "/Rect": _exactly(0, 0, 0, 0),
        "/V": _one("signature"),
    }),
    "signature": Shape({
        "/Type": _name("/Sig"), "/Filter": _name("/Adobe.PPKLite"),
        "/SubFilter": _name("/ETSI.CAdES.detached"), "/ByteRange": _numbers(4, 4),
        "/Contents": _string, "/M": _string, "/Reference": _many("signature reference", 1, 1),
    }),
    "signature reference": Shape({
        "/Type": _name("/SigRef"), "/TransformMethod": _name("/DocMDP"),
        "/TransformParams": _one("permitted changes"),
    }),
    "permitted changes": Shape({
        "/Type": _name("/TransformParams"), "/P": _whole(1, 1), "/V": _name("/1.2"),
    }),
    "permissions": Shape({"/DocMDP": _one("signature")}),
}  # fmt: skip
"""What a municipality's form needs: text in embedded fonts, lines, one signature, one stamp.
No image: a picture could say anything, and no check could read it."""

_BITMAP: dict[str, Rule] = {
    **_PACKED,
    "/Type": _name("/XObject"), "/Subtype": _name("/Image"),
    "/Width": _whole(1, IMAGE_SIDE_MAX), "/Height": _whole(1, IMAGE_SIDE_MAX),
    "/ImageMask": _true, "/BitsPerComponent": _whole(1, 8),
    "/ColorSpace": _name(*COMPONENTS), "/Interpolate": lambda _walk, value: _not(value),
}  # fmt: skip


def _not(value: Any) -> None:
    if value is not False:
        raise CheckFailed(FORBIDDEN, "dots that are smoothed are not the dots that were meant")


MARKS: dict[str, Shape] = {
    **_SHARED,
    "catalogue": Shape(
        {"/Type": _name("/Catalog"), "/Pages": _one("pages"), "/Lang": _string},
        frozenset({"/Lang"}),
    ),
    "pages": _PAGES,
    "page": Shape({**_PAGE, "/Contents": _contents}, frozenset({"/Rotate", "/Trans"})),
    "resources": Shape({
        "/Font": _called(_one("font"), FONTS_MAX),
        "/XObject": _called(_image_or_drawing, XOBJECTS_MAX), "/ProcSet": _PROCEDURES,
    }, frozenset({"/Font", "/XObject", "/ProcSet"})),
    "drawing's resources": Shape({
        "/Font": _called(_one("font"), FONTS_MAX),
        "/XObject": _called(_one("image"), XOBJECTS_MAX), "/ProcSet": _PROCEDURES,
    }, frozenset({"/Font", "/XObject", "/ProcSet"})),
    "drawing": Shape({
        **_PACKED, "/Type": _name("/XObject"), "/Subtype": _name("/Form"),
        "/FormType": _whole(1, 1), "/BBox": _numbers(4, 4), "/Matrix": _numbers(6, 6),
        "/Resources": _one("drawing's resources"),
    }, frozenset({"/Filter", "/FormType", "/Matrix", "/Resources", "/Type"}), stream=True),
    "image": Shape(
        _BITMAP,
        frozenset({"/Filter", "/ImageMask", "/ColorSpace", "/BitsPerComponent", "/Interpolate"}),
        stream=True,
    ),
}  # fmt: skip
"""What the centre's marks need besides: bitmaps, and drawings that several pages share. No
drawing within a drawing: each level would multiply what a renderer has to do."""
