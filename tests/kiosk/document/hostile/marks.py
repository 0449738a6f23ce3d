"""Marks that hide, cover, swell or belong to another sheet."""

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from kiosk.document.job import Job
from tests.kiosk.document.hostile.case import COMPLEX, FORBIDDEN, READ_BACK, Hostile, Make, in_marks
from tests.kiosk.document.hostile.objects import zeros
from tests.kiosk.document.hostile.pages import lying_map
from tests.kiosk.document.papers import Press, drawn, marks_of

Pdf = pikepdf.Pdf
_FRONT, _BACK = 0, 1


def _painted(page: int, operators: bytes) -> Make:
    def mend(pdf: Pdf) -> None:
        pdf.pages[page].contents_add(pdf.make_stream(operators))

    return in_marks(mend)


def _used(page: int, data: bytes, **entries: object) -> Make:
    """A bitmap or a drawing on a page, drawn once."""

    def mend(pdf: Pdf) -> None:
        thing = pdf.make_indirect(Stream(pdf, data, Type=Name.XObject, **entries))
        pdf.pages[page].obj.Resources.XObject = Dictionary(Extra=thing)
        pdf.pages[page].contents_add(pdf.make_stream(b"q /Extra Do Q"))

    return in_marks(mend)


def _bitmap(page: int, data: bytes = b"\0", **entries: object) -> Make:
    shape = {"Width": 8, "Height": 1, "ImageMask": True, "BitsPerComponent": 1, **entries}
    return _used(page, data, Subtype=Name.Image, **shape)


def _loop(pdf: Pdf) -> None:
    drawing = pdf.make_indirect(
        Stream(pdf, b"/Extra Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    )
    drawing.Resources = Dictionary(XObject=Dictionary(Extra=drawing))
    pdf.pages[0].obj.Resources.XObject = Dictionary(Extra=drawing)


def _many_levels(pdf: Pdf) -> None:
    """Each drawing draws the one below it twenty times: a million at the bottom."""
    below = None
    for _ in range(5):
        drawing = pdf.make_indirect(
            Stream(pdf, b"/Extra Do " * 20, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
        )
        if below is not None:
            drawing.Resources = Dictionary(XObject=Dictionary(Extra=below))
        below = drawing
    pdf.pages[0].obj.Resources.XObject = Dictionary(Extra=below)


def _large_stencil(pdf: Pdf) -> None:
    stencil = Stream(
        pdf, b"", Type=Name.XObject, Subtype=Name.Image, Width=7040, Height=7040,
        ImageMask=True, BitsPerComponent=1,
    )  # fmt: skip
    stencil.write(zeros(1024), filter=Name.FlateDecode)
    pdf.pages[0].obj.Resources.XObject = Dictionary(Extra=pdf.make_indirect(stencil))


def _script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _two_numbers(press: Press) -> Job:
    other = "ZZZZ-BBBB-CCCC-DDDD"
    pages = drawn((press.job().document_id, other), (press.job().document_id, "1枚中　1枚目"))
    return press.job(marks=pages)


def _second_sheet_twice(press: Press) -> Job:
    number = press.job().document_id
    return press.job(marks=drawn((number,), (number, "1枚中　2枚目")))


def _no_number(press: Press) -> Job:
    return press.job(marks=drawn(("おもて",), ("うら", "1枚中　1枚目")))


MARKS: tuple[Hostile, ...] = (
    Hostile("marks that run a script", FORBIDDEN, "catalogue", in_marks(_script)),
    Hostile("marks with a white box", FORBIDDEN, "something light",
            _painted(_FRONT, b"q 1 g 0 0 500 500 re f Q")),
    Hostile("marks in white ink", FORBIDDEN, "colour on a front",
            _painted(_FRONT, b"q 0 0 0 0 k 0 0 500 500 re f Q")),
    Hostile("marks in light", FORBIDDEN, "not needed here",
            _painted(_BACK, b"q 1 0 0 rg 0 0 500 500 re f Q")),
    Hostile("marks over a picture of another page", FORBIDDEN, "cover the certificate",
            _used(_FRONT, b"\0" * 8, Subtype=Name.Image, Width=8, Height=1,
                  BitsPerComponent=8, ColorSpace=Name.DeviceGray)),
    Hostile("marks in JBIG2", FORBIDDEN, "a name", _bitmap(_BACK, Filter=Name.JBIG2Decode)),
    Hostile("marks in JPEG 2000", FORBIDDEN, "a name", _bitmap(_BACK, Filter=Name.JPXDecode)),
    Hostile("marks with a mask of their own", FORBIDDEN, "the image",
            _bitmap(_BACK, Mask=Array([0, 1]))),
    Hostile("marks of a palette", FORBIDDEN, "a name", _bitmap(
        _BACK, ColorSpace=Array([Name.Indexed, Name.DeviceRGB, 1, String("abcdef")]))),
    Hostile("marks wider than paper", FORBIDDEN, "number that cannot",
            _bitmap(_FRONT, Width=100_000)),
    Hostile("marks with less in them than they say", FORBIDDEN, "not what its frame says",
            _bitmap(_FRONT, b"\0", Height=1000)),
    Hostile("a thousand megabytes of marks", COMPLEX, "too much", in_marks(_large_stencil)),
    Hostile("marks that hold themselves", FORBIDDEN, "holds itself|the image", in_marks(_loop)),
    Hostile("a million drawings", FORBIDDEN, "the image", in_marks(_many_levels)),
    Hostile("marks that draw a thousand times", COMPLEX, "draw too often",
            _painted(_BACK, b"/Extra Do " * 1000)),
    Hostile("a megabyte of lines", COMPLEX, "too many operators",
            _painted(_BACK, b"0 0 m 1 1 l S\n" * 80_000)),
    Hostile("marks that do not end", FORBIDDEN, "does not end", _painted(_FRONT, b"q")),
    Hostile("marks in a pattern", FORBIDDEN, "not needed here",
            _painted(_BACK, b"/Pattern cs /P scn 0 0 9 9 re f")),
    Hostile("marks with an inline picture", FORBIDDEN, "not needed here",
            _painted(_BACK, b"BI /W 1 /H 1 /BPC 8 /CS /G ID \0 EI")),
    Hostile("marks in a font that lies", FORBIDDEN, "shows something else",
            lambda press: press.job(marks=_lying_marks())),
    Hostile("marks of another document", READ_BACK, "another document",
            lambda press: press.job(marks=marks_of("BBBB-BBBB-CCCC-DDDD"))),
    Hostile("marks with two numbers", READ_BACK, "another document", _two_numbers),
    Hostile("marks without a number", READ_BACK, "another document", _no_number),
    Hostile("marks of another sheet", READ_BACK, "another sheet", _second_sheet_twice),
)  # fmt: skip


def _lying_marks() -> bytes:
    from tests.kiosk.document.papers import mended

    number = "AAAA-BBBB-CCCC-DDDD"
    return mended(drawn((number, "花見"), (number, "1枚中　1枚目")), lying_map)
