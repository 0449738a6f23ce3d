"""What a certificate's PDF may hold, before it is believed or drawn. In the child process only.

A list of what is allowed, not of what is known to be dangerous: pages of A4 with pictures, text
and lines, fonts inside, one signature field, one stamp; nothing that acts, links, opens or hides.

Source: ISO 32000-2 7.7.2 (catalogue), 7.7.3 (pages), 12.6 (actions), 8.11 (optional content).
"""

import io
from collections.abc import Callable
from typing import Any, TypeVar

import pikepdf

from center.wire.canonical import decode
from center.wire.endpoints import STAMP_KEY
from center.wire.errors import WireError
from center.wire.messages import Stamp
from crypto.errors import CheckFailed

T = TypeVar("T")

FORBIDDEN = "document.forbidden_content"
COMPLEX = "document.too_complex"

A4_PT = (595.28, 841.89)
TOLERANCE_PT = 1.0
PAGES_MAX = 40
OBJECTS_MAX = 4000
STREAM_BYTES_MAX = 32 * 1024 * 1024
"""Of all streams together, unpacked: what a page of text and fonts needs, ten times over."""
DEPTH_MAX = 32

_CATALOGUE = frozenset({
    "/Type", "/Pages", "/AcroForm", "/Perms", "/Lang", "/Version", "/Metadata", "/PageMode",
    "/PageLayout", "/ViewerPreferences", "/Extensions", "/MarkInfo", "/StructTreeRoot", STAMP_KEY,
})  # fmt: skip
_PAGE = frozenset({
    "/Type", "/Parent", "/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox", "/Resources",
    "/Contents", "/Annots", "/Rotate", "/Group", "/Trans", "/Tabs", "/StructParents",
})  # fmt: skip
_FILTERS = frozenset({"/FlateDecode", "/CCITTFaxDecode", "/DCTDecode"})
_HOLDS_GLYPHS = frozenset({"/FontDescriptor", "/DescendantFonts", "/CharProcs"})
_NEVER = frozenset({
    "/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/URI", "/SubmitForm", "/EmbeddedFiles",
    "/EmbeddedFile", "/AF", "/XFA", "/RichMedia", "/OCProperties", "/OCGs", "/Outlines", "/Dests",
    "/GoToR", "/GoToE", "/Movie", "/Sound", "/3D", "/Collection", "/Encrypt", "/PS", "/OPI",
})  # fmt: skip


def check_content(document: bytes, pages: int) -> Stamp:
    """Only what a certificate needs, on `pages` sheets of A4; the stamp it carries.

    Raises CheckFailed `document.forbidden_content`, `document.too_complex`.
    """
    return _read(document, pages, _stamp)


def check_marks(marks: bytes, pages: int) -> None:
    """The marks hold nothing a certificate may not hold, on overlay and back of `pages` sheets.

    Raises CheckFailed `document.forbidden_content`, `document.too_complex`,
    `marks.sheet_count`.
    """
    if _read(marks, None, lambda pdf: len(pdf.pages)) != 2 * pages:
        raise CheckFailed("marks.sheet_count", "not an overlay and a back for every page")


def _read(document: bytes, pages: int | None, found: Callable[[pikepdf.Pdf], T]) -> T:
    _check_shell(document)
    try:
        with pikepdf.open(io.BytesIO(document), inherit_page_attributes=True) as pdf:
            _check_document(pdf, len(pdf.pages) if pages is None else pages)
            return found(pdf)
    except CheckFailed:
        raise
    except RecursionError:
        raise CheckFailed(COMPLEX, "nested too deeply") from None
    except Exception as error:  # noqa: BLE001 - a stranger's bytes in a parser with many errors
        raise CheckFailed(FORBIDDEN, f"cannot be read ({type(error).__name__})") from None


def _check_shell(document: bytes) -> None:
    """Nothing before the header, nothing after the end, and one revision."""
    ends_well = document.rstrip(b"\r\n").endswith(b"%%EOF")
    if not document.startswith(b"%PDF-") or not ends_well:
        raise CheckFailed(FORBIDDEN, "bytes lie outside the document")
    if document.count(b"%%EOF") != 1 or document.count(b"startxref") != 1:
        raise CheckFailed(FORBIDDEN, "more than one revision")


def _check_document(pdf: pikepdf.Pdf, pages: int) -> None:
    if pdf.is_encrypted:
        raise CheckFailed(FORBIDDEN, "encrypted")
    if len(pdf.objects) > OBJECTS_MAX or len(pdf.pages) > PAGES_MAX:
        raise CheckFailed(COMPLEX, "too many objects or pages")
    if len(pdf.pages) != pages:
        raise CheckFailed(FORBIDDEN, "the number of pages differs from the statement")
    _only(pdf.Root, _CATALOGUE, "catalogue")
    for page in pdf.pages:
        _check_page(page)
    unpacked = 0
    for item in pdf.objects:
        _walk(item, 0)
        unpacked += _check_stream(item)
        if unpacked > STREAM_BYTES_MAX:
            raise CheckFailed(COMPLEX, "too much unpacks from it")


def _check_page(page: pikepdf.Page) -> None:
    _only(page.obj, _PAGE, "page")
    left, low, right, high = (float(side) for side in page.mediabox)
    size = (right - left, high - low)
    if any(abs(is_ - a4) > TOLERANCE_PT for is_, a4 in zip(size, A4_PT, strict=True)):
        raise CheckFailed(FORBIDDEN, "a page is not A4")
    if int(page.obj.get("/Rotate", 0)) != 0:
        raise CheckFailed(FORBIDDEN, "a page is rotated")
    for note in page.obj.get("/Annots", ()):
        if note.get("/Subtype") != "/Widget" or note.get("/FT") != "/Sig":
            raise CheckFailed(FORBIDDEN, "an annotation that is no signature field")


def _only(dictionary: Any, allowed: frozenset[str], where: str) -> None:
    strange = set(dictionary.keys()) - allowed
    if strange:
        raise CheckFailed(FORBIDDEN, f"{len(strange)} entries of the {where} are not allowed")


def _walk(item: Any, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise CheckFailed(COMPLEX, "nested too deeply")
    if isinstance(item, pikepdf.Array):
        for part in item:
            _walk_direct(part, depth)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        keys = set(item.keys())
        if keys & _NEVER or str(item.get("/S", "")) in _NEVER:
            raise CheckFailed(FORBIDDEN, "an action, file or layer")
        _check_font(item)
        for key in keys:
            _walk_direct(item[key], depth)


def _walk_direct(part: Any, depth: int) -> None:
    """Indirect objects are visited by themselves; only what lies inside is followed."""
    if isinstance(part, pikepdf.Object) and not part.is_indirect:
        _walk(part, depth + 1)


def _check_font(item: Any) -> None:
    if item.get("/Type") == "/FontDescriptor":
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(item.keys()):
            raise CheckFailed(FORBIDDEN, "a font is not embedded")
    elif item.get("/Type") == "/Font" and not (
        {"/FontDescriptor", "/DescendantFonts"} & set(item.keys())
        or item.get("/Subtype") == "/Type3"
    ):
        raise CheckFailed(FORBIDDEN, "a font is not embedded")


def _check_stream(item: Any) -> int:
    if not isinstance(item, pikepdf.Stream):
        return 0
    filters = item.get("/Filter", pikepdf.Array())
    names = [filters] if isinstance(filters, pikepdf.Name) else list(filters)
    if any(str(name) not in _FILTERS for name in names) or "/F" in item:
        raise CheckFailed(FORBIDDEN, "a stream is packed in a way not allowed, or lies elsewhere")
    if any(str(name) != "/FlateDecode" for name in names):
        return len(item.read_raw_bytes())
    return len(item.read_bytes())


def _stamp(pdf: pikepdf.Pdf) -> Stamp:
    found = pdf.Root.get(STAMP_KEY)
    if not isinstance(found, pikepdf.Stream):
        raise CheckFailed(FORBIDDEN, "no stamp")
    try:
        return decode(Stamp, found.read_bytes())
    except WireError:
        raise CheckFailed(FORBIDDEN, "the stamp cannot be read") from None
