"""Documents with things in them that a sheet of paper has no use for."""

import io
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from tests.kiosk.document.hostile.case import (
    COMPLEX,
    FORBIDDEN,
    Hostile,
    Make,
    after_signing,
    before_signing,
    with_object,
)

Pdf = pikepdf.Pdf
_SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _root(key: str, value: object) -> object:
    def mend(pdf: Pdf) -> None:
        pdf.Root[key] = value(pdf) if callable(value) else value

    return mend


def _page(key: str, value: object) -> object:
    def mend(pdf: Pdf) -> None:
        pdf.pages[0].obj[key] = value(pdf) if callable(value) else value

    return mend


def _note(**entries: object) -> object:
    """An annotation on the page."""

    def mend(pdf: Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=[0, 0, 99, 99], **entries)
        pdf.pages[0].obj.Annots = pdf.make_indirect(Array([pdf.make_indirect(note)]))

    return mend


def _resource(kind: str, value: object) -> object:
    def mend(pdf: Pdf) -> None:
        pdf.pages[0].obj.Resources[kind] = Dictionary(
            Extra=pdf.make_indirect(value(pdf) if callable(value) else value)
        )

    return mend


def _image(data: bytes = b"\0", **entries: object) -> object:
    def make(pdf: Pdf) -> object:
        return Stream(
            pdf, data, Type=Name.XObject, Subtype=Name.Image,
            **{"Width": 1, "Height": 1, "BitsPerComponent": 8, "ColorSpace": Name.DeviceGray,
               **entries},
        )  # fmt: skip

    return make


def _embedded(pdf: Pdf) -> object:
    file = Stream(pdf, b"MZ", Type=Name.EmbeddedFile)
    spec = Dictionary(Type=Name.Filespec, F="a.exe", EF=Dictionary(F=pdf.make_indirect(file)))
    return Dictionary(EmbeddedFiles=Dictionary(Names=[String("a"), pdf.make_indirect(spec)]))


def _xfa(pdf: Pdf) -> object:
    return Dictionary(Fields=[], XFA=pdf.make_indirect(Stream(pdf, b"<xdp:xdp/>")))


def _text_field(pdf: Pdf) -> object:
    field = Dictionary(FT=Name.Tx, T=String("a"), V=String("b"))
    return Dictionary(Fields=[pdf.make_indirect(field)])


def _entities(pdf: Pdf) -> object:
    text = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    return pdf.make_indirect(Stream(pdf, text, Type=Name.Metadata, Subtype=Name.XML))


def _far_content(pdf: Pdf) -> None:
    pdf.pages[0].obj.Contents.F = String("file:///etc/passwd")


def content_of(document: bytes) -> int:
    """The number of the page's content stream."""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        number: int = pdf.pages[0].obj.Contents.objgen[0]
        return number


def _packed(filters: bytes, data: bytes) -> Make:
    """Content packed some other way; written by hand, since libraries would unpack it."""

    def bend(document: bytes) -> bytes:
        frame = b"<< /Filter %b /Length %d >>\nstream\n" % (filters, len(data))
        return with_object(document, frame + data + b"\nendstream", content_of(document))

    return after_signing(bend)


def zeros(megabytes: int) -> bytes:
    """So many megabytes of nothing, packed by hand: a thousandth of it."""
    machine = zlib.compressobj(9)
    head = machine.compress(bytes(1 << 20)) + machine.flush(zlib.Z_FULL_FLUSH)
    again = machine.compress(bytes(1 << 20)) + machine.flush(zlib.Z_FULL_FLUSH)
    return head + again * (megabytes - 1)


def _bomb(pdf: Pdf) -> None:
    contents = Stream(pdf, b"")
    contents.write(zeros(1024), filter=Name.FlateDecode)
    pdf.pages[0].obj.Contents = pdf.make_indirect(contents)


def _bomb_in_font(pdf: Pdf) -> None:
    file = next(item for item in pdf.objects if isinstance(item, Stream) and "/Length1" in item)
    file.write(zeros(1024), filter=Name.FlateDecode)


def _bomb_in_stamp(pdf: Pdf) -> None:
    pdf.Root["/KskStamp"].write(zeros(64), filter=Name.FlateDecode)


def _behind_packed(pdf: Pdf) -> None:
    contents = pdf.pages[0].obj.Contents
    contents.write(zlib.compress(contents.read_bytes()) + b"PK\3\4", filter=Name.FlateDecode)


def _predictor(pdf: Pdf) -> None:
    pdf.pages[0].obj.Contents.DecodeParms = Dictionary(Predictor=12, Columns=10**9)


def _no_stamp(pdf: Pdf) -> None:
    del pdf.Root["/KskStamp"]


def _stamp_of_nonsense(pdf: Pdf) -> None:
    pdf.Root["/KskStamp"] = pdf.make_indirect(Stream(pdf, b"{}"))


def _page_twice(pdf: Pdf) -> None:
    pages = pdf.Root.Pages
    pages.Kids = Array([pages.Kids[0], pages.Kids[0]])
    pages.Count = 2


def _one_more_page(pdf: Pdf) -> None:
    pdf.pages.append(pdf.pages[0])


def _far_too_many(pdf: Pdf) -> None:
    pdf.pages[0].obj.Resources.Many = Array(
        [pdf.make_indirect(Dictionary(N=n)) for n in range(4500)]
    )


def _stamp_as_content(pdf: Pdf) -> None:
    """One stream that is the page's drawing and its font map at once."""
    font = next(iter(pdf.pages[0].obj.Resources.Font.values()))
    font.ToUnicode = pdf.pages[0].obj.Contents


_OTHER_FILE = Dictionary(Type=Name.Filespec, F=String("\\\\server\\share\\a.pdf"))
_CASES: tuple[tuple[str, object, str], ...] = (
    ("a script when it opens", _root("/OpenAction", _SCRIPT), "catalogue"),
    ("a script at every turn", _root("/AA", Dictionary(WC=_SCRIPT)), "catalogue"),
    ("scripts by name", _root("/Names", Dictionary(JavaScript=Dictionary(Names=[]))), "catalogue"),
    ("an embedded file", _root("/Names", _embedded), "catalogue"),
    ("an associated file", _root("/AF", Array([])), "catalogue"),
    ("a program to launch", _page("/AA", Dictionary(
        O=Dictionary(S=Name.Launch, F=String("cmd.exe")))), "the page"),
    ("a link", _note(Subtype=Name.Link, A=Dictionary(
        S=Name.URI, URI=String("https://x.example/"))), "signature field"),
    ("a way into another file", _note(Subtype=Name.Link, A=Dictionary(
        S=Name.GoToR, F=_OTHER_FILE)), "signature field"),
    ("a button that sends", _note(Subtype=Name.Widget, FT=Name.Btn, A=Dictionary(
        S=Name.SubmitForm, F=String("https://x.example/"))), "signature field"),
    ("an attachment", _note(Subtype=Name.FileAttachment, FS=_OTHER_FILE), "signature field"),
    ("a note", _note(Subtype=Name.FreeText, Contents=String("x")), "signature field"),
    ("rich media", _note(Subtype=Name.RichMedia, RichMediaContent=Dictionary()),
     "signature field"),
    ("a film", _note(Subtype=Name.Movie, Movie=Dictionary(F=_OTHER_FILE)), "signature field"),
    ("a space of three dimensions", _note(Subtype=Name("/3D")), "signature field"),
    ("a page in a web", _root("/URI", Dictionary(Base=String("https://x.example/"))), "catalogue"),
    ("a form of XML", _root("/AcroForm", _xfa), "the form"),
    ("a field to fill in", _root("/AcroForm", _text_field), "the form|signature field"),
    ("layers", _root("/OCProperties", Dictionary(OCGs=[], D=Dictionary())), "catalogue"),
    ("a collection", _root("/Collection", Dictionary()), "catalogue"),
    ("an outline", _root("/Outlines", Dictionary(Count=0)), "catalogue"),
    ("threads", _root("/Threads", Array([])), "catalogue"),
    ("metadata with entities", _root("/Metadata", _entities), "catalogue"),
    ("needs of a reader", _root("/Requirements", Array([])), "catalogue"),
    ("private data of a program", _page("/PieceInfo", Dictionary()), "the page"),
    ("a page on its side", _page("/Rotate", 90), "a number that cannot"),
    ("a page of another size", _page("/MediaBox", Array([0, 0, 612, 792])), "not A4"),
    ("a page elsewhere", _page("/MediaBox", Array([100, 0, 695.32, 841.92])), "not A4"),
    ("a page turned inside out", _page("/MediaBox", Array([595.32, 841.92, 0, 0])), "not A4"),
    ("a unit of its own", _page("/UserUnit", 10), "the page"),
    ("a cut page", _page("/CropBox", Array([0, 0, 100, 100])), "the page"),
    ("a transparent page", _page("/Group", Dictionary(S=Name.Transparency)), "the page"),
    ("a page that changes", _page("/Trans", Dictionary(S=Name.Dissolve)), "nothing may be"),
    ("blending", _resource("/ExtGState", Dictionary(BM=Name.Multiply, ca=0)), "resources"),
    ("a shading", _resource("/Shading", Dictionary(ShadingType=2)), "resources"),
    ("a pattern", _resource("/Pattern", Dictionary(PatternType=2)), "resources"),
    ("a colour space", _resource("/ColorSpace", Array([Name.Indexed])), "resources"),
    ("layers by page", _resource("/Properties", Dictionary(Type=Name.OCG)), "resources"),
    ("a picture", _resource("/XObject", _image()), "resources"),
    ("a picture in JBIG2", _resource("/XObject", _image(Filter=Name.JBIG2Decode)), "resources"),
    ("a picture in JPEG 2000", _resource("/XObject", _image(Filter=Name.JPXDecode)), "resources"),
    ("a picture of ten thousand million dots", _resource(
        "/XObject", _image(Width=100_000, Height=100_000)), "resources"),
    ("a picture that lies elsewhere", _resource(
        "/XObject", _image(F=_OTHER_FILE)), "resources"),
    ("PostScript in a page", _resource("/XObject", lambda pdf: Stream(
        pdf, b"showpage", Type=Name.XObject, Subtype=Name.PS)), "resources"),
    ("content that lies elsewhere", _far_content, "the content"),
    ("content behind a predictor", _predictor, "the content"),
    ("bytes behind packed content", _behind_packed, "not what its frame says"),
    ("no stamp", _no_stamp, "no stamp"),
    ("a stamp that says nothing", _stamp_of_nonsense, "stamp cannot be read"),
    ("a page that comes twice", _page_twice, "repaired|comes twice"),
    ("a page more than stated", _one_more_page, "pages differs"),
    ("one object in two places", _stamp_as_content, "something else"),
)  # fmt: skip
_TOO_MUCH: tuple[tuple[str, object, str], ...] = (
    ("a thousand megabytes of content", _bomb, "too much unpacks"),
    ("a thousand megabytes of font", _bomb_in_font, "too much unpacks"),
    ("a stamp of sixty megabytes", _bomb_in_stamp, "too much unpacks"),
    ("four thousand objects", _far_too_many, "too many objects"),
)

_PACKED: tuple[tuple[str, bytes, bytes], ...] = (
    ("content in LZW", b"/LZWDecode", b"\x80\x0b\x60\x50"),
    ("content in hex", b"/ASCIIHexDecode", b"71>"),
    ("content in the letters of the eighties", b"/ASCII85Decode", b"~>"),
    ("content in runs", b"/RunLengthDecode", b"\x81q\x80"),
    ("content of a crypt filter", b"/Crypt", b"q Q"),
    ("a bomb within a bomb", b"[ /FlateDecode /FlateDecode ]", zlib.compress(zeros(1024))),
)

OBJECTS: tuple[Hostile, ...] = (
    *(Hostile(name, FORBIDDEN, "a name", _packed(how, data)) for name, how, data in _PACKED),
    *(Hostile(name, FORBIDDEN, why, before_signing(mend)) for name, mend, why in _CASES),  # type: ignore[arg-type]
    *(Hostile(name, COMPLEX, why, before_signing(mend)) for name, mend, why in _TOO_MUCH),  # type: ignore[arg-type]
)
