"""Files that are not what they seem: beside, before, behind and between the objects."""

import io
import re
import zipfile
import zlib

import pikepdf

from center.issuing.document import put_stamp
from kiosk.document.job import Job
from tests.kiosk.document.hostile.case import (
    COMPLEX,
    FORBIDDEN,
    SIGNATURE,
    Hostile,
    after_signing,
    before_signing,
    parts,
    with_object,
    written,
)
from tests.kiosk.document.papers import LINES, STAMP, Press, drawn

_UPDATE = (
    b"4 0 obj\n<< /Type /Page /Parent 3 0 R /MediaBox [0 0 612 792] >>\nendobj\n"
)  # fmt: skip


def _updated(document: bytes) -> bytes:
    """An incremental update that replaces the page, as a reader would accept it."""
    before = document.rpartition(b"startxref\n")[2].split()[0]
    out = document + _UPDATE
    table = len(out)
    out += b"xref\n4 1\n%010d 00000 n \n" % len(document)
    return out + b"trailer\n<< /Size 15 /Root 1 0 R /Prev %b >>\nstartxref\n%d\n%%%%EOF\n" % (
        before, table,
    )  # fmt: skip


def _zip(document: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("other.html", "<script>alert(1)</script>")
    return document + made.getvalue()


def _saved(document: bytes, **how: object) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.save(made, **how)
    return made.getvalue()


def _trailer(old: bytes, new: bytes, document: bytes) -> bytes:
    header, objects, trailer = parts(document)
    return written(header, objects, trailer.replace(old, new))


def _shifted(document: bytes) -> bytes:
    """Every place in the table one byte too early."""
    return re.sub(rb"(\d{10}) 00000 n", lambda m: b"%010d 00000 n" % (int(m[1]) - 1), document)


def _same_place(document: bytes) -> bytes:
    places = re.findall(rb"\d{10} 00000 n", document)
    return document.replace(places[3], places[2])


def _no_table(document: bytes) -> bytes:
    table = document.rindex(b"xref\n0 ")
    return document[:table] + document[document.rindex(b"trailer") :]


def _million_entries(document: bytes) -> bytes:
    table = document.rindex(b"xref\n0 ")
    entries = b"0000000000 65535 f \n" + b"0000000017 00000 n \n" * 999_999
    tail = b"trailer\n<< /Root 1 0 R /Size 1000000 >>\nstartxref\n%d\n%%%%EOF\n" % table
    return document[:table] + b"xref\n0 1000000\n" + entries + tail


def _between(document: bytes) -> bytes:
    header, objects, trailer = parts(document)
    objects[5] += b"% <html><script>alert(1)</script></html>\n"
    return written(header, objects, trailer)


def _before_objects(document: bytes) -> bytes:
    header, objects, trailer = parts(document)
    return written(header + b"%!PS-Adobe-3.0\n", objects, trailer)


def _object_in_a_stream(document: bytes) -> bytes:
    """A whole second object behind the first one's stream."""
    header, objects, trailer = parts(document)
    objects[5] = objects[5].replace(b"endobj", b"99 0 obj\n<<>>\nendobj")
    return written(header, objects, trailer)


def _two_generations(document: bytes) -> bytes:
    return document.replace(b" 00000 n", b" 00001 n", 1)


def _length(document: bytes, change: int) -> bytes:
    header, objects, trailer = parts(document)
    objects[5] = re.sub(
        rb"/Length (\d+)", lambda m: b"/Length %d" % (int(m[1]) + change), objects[5]
    )
    return written(header, objects, trailer)


def _bomb_of_objects(document: bytes) -> bytes:
    """An object stream of a million numbers, packed into kilobytes, behind a stream's table."""
    packed = zlib.compress(b"1 " * 1_000_000)
    data = b"<< /Type /ObjStm /N 1000000 /First 8 /Filter /FlateDecode /Length %d >>\n" % len(
        packed
    )
    return with_object(document, data + b"stream\n" + packed + b"\nendstream")


def _pages(document: bytes) -> bytes:
    """A million times the one page, in a flat tree."""
    kids = b"4 0 R " * 1_000_000
    return with_object(document, b"<< /Type /Pages /Count 1000000 /Kids [ %b ] >>" % kids, 3)


def _nested(document: bytes, opening: bytes, closing: bytes) -> bytes:
    return with_object(document, opening * 3000 + b"0" + closing * 3000, 3)


def _page_loop(document: bytes) -> bytes:
    return with_object(document, b"<< /Type /Pages /Count 1 /Kids [ 3 0 R ] >>", 3)


def _deep_tree(document: bytes) -> bytes:
    inner = b"<< /Type /Pages /Count 1 /Parent 3 0 R /Kids [ 4 0 R ] >>"
    document = with_object(document, inner)
    number = max(parts(document)[1])
    return with_object(
        document, b"<< /Type /Pages /Count 1 /Kids [ %d 0 R ] >>" % number, 3
    )  # fmt: skip


def _unsigned(press: Press) -> Job:
    return press.job(put_stamp(drawn(LINES), STAMP))


def _signed_plainly(press: Press, document: bytes, field: str) -> bytes:
    """By an update, by a signature that certifies nothing."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    from crypto.pdf_signature import _KeptKeySigner

    meta = signers.PdfSignatureMetadata(field_name=field)
    by = signers.PdfSigner(meta, _KeptKeySigner(press.signer))
    return by.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document))).getvalue()


def _signed_twice(press: Press) -> Job:
    """A second signature, as a reader would accept it."""
    once = _signed_plainly(press, put_stamp(drawn(LINES), STAMP), "Signature1")
    return press.job(_signed_plainly(press, once, "Signature2"))


def _not_certified(press: Press) -> Job:
    """A good signature that would allow any change; written as one revision."""
    signed = press.paper()
    header, objects, trailer = parts(signed)
    for number, data in objects.items():
        if b"/SubFilter" in data:
            begin, end = (
                data.index(b"/Reference"),
                data.index(b"] \n" if b"] \n" in data else b"]\n", data.index(b"/Reference")),
            )
            objects[number] = data[:begin] + data[end + 2 :]
    return press.job(written(header, objects, trailer))


def _two_fields(pdf: pikepdf.Pdf) -> None:
    """Room for a second signature, filled with a copy of nobody's."""
    field = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, F=132,
        T=pikepdf.String("Signature0"), P=pdf.pages[0].obj, Rect=[0, 0, 0, 0],
        V=pdf.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=pikepdf.String("x"))),
    )  # fmt: skip
    pdf.pages[0].obj.Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(field)]))
    pdf.Root.AcroForm = pdf.make_indirect(
        pikepdf.Dictionary(Fields=[pdf.pages[0].obj.Annots[0]], SigFlags=3)
    )


def _range(document: bytes, number: int, change: int) -> bytes:
    """The signature says that it covers other bytes; the file keeps its length."""
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", document)
    assert found is not None
    said = [int(one) for one in found.groups()]
    said[number] += change
    new = b"/ByteRange [%d %d %d %d]" % tuple(said)
    return document.replace(found.group(0), new.ljust(len(found.group(0)), b" ")[: len(found[0])])


def _hole(document: bytes) -> bytes:
    """Bytes in the place of the signature's own zeros, which nothing signs."""
    end = document.index(b">", document.index(b"/Contents <"))
    return document[: end - 40] + b"DEADBEEF" * 5 + document[end:]


def _emptied(document: bytes) -> bytes:
    begin = document.index(b"/Contents <") + len(b"/Contents <")
    end = document.index(b">", begin)
    return document[:begin] + b"0" * (end - begin) + document[end:]


_BROKEN = "does not hold|cannot be verified"

FILES: tuple[Hostile, ...] = (
    Hostile("bytes before the header", FORBIDDEN, "does not begin",
            after_signing(lambda d: b"\n" + d)),
    Hostile("HTML before the header", FORBIDDEN, "does not begin",
            after_signing(lambda d: b"<html><script>alert(1)</script>\n" + d)),
    Hostile("PostScript behind the header", FORBIDDEN, "between header and objects",
            after_signing(_before_objects)),
    Hostile("bytes after the end", FORBIDDEN, "does not end",
            after_signing(lambda d: d + b"\n% more")),
    Hostile("PDF and ZIP in one", FORBIDDEN, "does not end", after_signing(_zip)),
    Hostile("a version that does not exist", FORBIDDEN, "does not begin",
            after_signing(lambda d: d.replace(b"%PDF-1.7", b"%PDF-9.9"))),
    Hostile("HTML between two objects", FORBIDDEN, "between objects", after_signing(_between)),
    Hostile("an object behind an object", FORBIDDEN, "another revision|repaired|nothing",
            after_signing(_object_in_a_stream)),
    Hostile("an update after signing", FORBIDDEN, "no cross-reference table",
            after_signing(_updated)),
    Hostile("an update that is a whole file", FORBIDDEN, "no trailer",
            after_signing(lambda d: d + d)),
    Hostile("an earlier revision", FORBIDDEN, "another revision",
            after_signing(lambda d: _trailer(b"/Size", b"/Prev 17 /Size", d))),
    Hostile("a table that is its own earlier one", FORBIDDEN, "another revision",
            after_signing(lambda d: _trailer(
                b"/Size", b"/Prev %d /Size" % d.rindex(b"xref\n0 "), d))),
    Hostile("a hybrid file", FORBIDDEN, "another revision",
            after_signing(lambda d: _trailer(b"/Size", b"/XRefStm 17 /Size", d))),
    Hostile("two roots", FORBIDDEN, "another revision",
            after_signing(lambda d: _trailer(b"/Size", b"/Root 4 0 R /Size", d))),
    Hostile("objects in streams", FORBIDDEN, "no cross-reference table",
            after_signing(lambda d: _saved(
                d, object_stream_mode=pikepdf.ObjectStreamMode.generate))),
    Hostile("a bomb of objects in a stream", FORBIDDEN, "belongs to nothing",
            after_signing(_bomb_of_objects)),
    Hostile("a table one byte off", FORBIDDEN, "between header and objects|not where",
            after_signing(_shifted)),
    Hostile("two objects at one place", FORBIDDEN, "not where the table says",
            after_signing(_same_place)),
    Hostile("no table", FORBIDDEN, "no cross-reference table", after_signing(_no_table)),
    Hostile("a table of a million objects", COMPLEX, "larger than|too many objects",
            after_signing(_million_entries)),
    Hostile("an object of another generation", FORBIDDEN, "not plain",
            after_signing(_two_generations)),
    Hostile("line ends of another age", FORBIDDEN, "does not",
            after_signing(lambda d: d.replace(b"\n", b"\r"))),
    Hostile("a stream longer than it is", FORBIDDEN, "Contents is missing",
            after_signing(lambda d: _length(d, 20))),
    Hostile("a stream shorter than it is", FORBIDDEN, "Contents is missing",
            after_signing(lambda d: _length(d, -20))),
    Hostile("encrypted", FORBIDDEN, "no cross-reference table|another revision",
            after_signing(lambda d: _saved(
                d, encryption=pikepdf.Encryption(owner="x", user="", R=6)))),
    Hostile("encrypted, old kind, no password", FORBIDDEN, "another revision",
            after_signing(lambda d: _saved(
                d, encryption=pikepdf.Encryption(owner="", user="", R=4)))),
    Hostile("a million pages", COMPLEX, "larger than|too large", after_signing(_pages)),
    Hostile("pages that hold themselves", FORBIDDEN, "holds itself",
            after_signing(_page_loop)),
    Hostile("a side from above", FORBIDDEN, "the pages",
            after_signing(lambda d: with_object(
                d, b"<< /Type /Pages /Count 1 /Kids [ 4 0 R ] /Rotate 90 >>", 3))),
    Hostile("a tree of pages", FORBIDDEN, "the page", after_signing(_deep_tree)),
    Hostile("an object of forty megabytes", COMPLEX, "larger than",
            after_signing(lambda d: with_object(d, b"(" + b"a" * 40_000_000 + b")"))),
    Hostile("an object of one megabyte", COMPLEX, "an object is too large",
            after_signing(lambda d: with_object(d, b"(" + b"a" * 1_000_000 + b")"))),
    Hostile("arrays in arrays", COMPLEX, "nested",
            after_signing(lambda d: _nested(d, b"[", b"]"))),
    Hostile("dictionaries in dictionaries", COMPLEX, "nested",
            after_signing(lambda d: _nested(d, b"<</A ", b">>"))),
    Hostile("ten thousand numbers in a row", COMPLEX, "too large",
            after_signing(lambda d: with_object(d, b"[" + b"1.5 " * 10_000 + b"]"))),
    Hostile("an object nobody needs", FORBIDDEN, "belongs to nothing",
            after_signing(lambda d: with_object(d, b"<< /S /JavaScript /JS (x) >>"))),
    Hostile("not signed", SIGNATURE, "cannot be verified", _unsigned),
    Hostile("signed twice", FORBIDDEN, "no trailer", _signed_twice),
    Hostile("signed, and open to changes", FORBIDDEN, "the signature", _not_certified),
    Hostile("room for another signature", FORBIDDEN, "signature", before_signing(_two_fields)),
    Hostile("a range that leaves bytes out", SIGNATURE, _BROKEN,
            after_signing(lambda d: _range(d, 3, -9))),
    Hostile("a range with a larger hole", SIGNATURE, _BROKEN,
            after_signing(lambda d: _range(d, 1, -64))),
    Hostile("a range that begins later", SIGNATURE, _BROKEN,
            after_signing(lambda d: _range(d, 0, 9))),
    Hostile("bytes in the signature's hole", SIGNATURE, "bytes lie beside it",
            after_signing(_hole)),
    Hostile("a signature of zeros", SIGNATURE, _BROKEN, after_signing(_emptied)),
)  # fmt: skip
