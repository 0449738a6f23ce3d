"""One hostile document: what it tries, which check must refuse it, and how it is made."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf

from kiosk.document.job import Job
from tests.kiosk.document.papers import Press, drawn, mended

FORBIDDEN = "document.forbidden_content"
COMPLEX = "document.too_complex"
SIGNATURE = "document.bad_signature"
READ_BACK = "marks.read_back"

Make = Callable[[Press], Job]


@dataclass(frozen=True)
class Hostile:
    """`why` stands in the refusal, so that it is refused for what it tries and for nothing else."""

    name: str
    failure: str
    why: str
    make: Make


def before_signing(mend: Callable[[pikepdf.Pdf], None]) -> Make:
    """A municipality signs it like that."""
    return lambda press: press.job(press.paper(mend=mend))


def after_signing(bend: Callable[[bytes], bytes]) -> Make:
    """Somebody bends the bytes that were signed."""
    return lambda press: press.job(bend(press.paper()))


def in_marks(mend: Callable[[pikepdf.Pdf], None]) -> Make:
    """The centre signs for such marks, of plain text besides."""

    def make(press: Press) -> Job:
        number = "AAAA-BBBB-CCCC-DDDD"
        return press.job(marks=mended(drawn((number,), (number, "1枚中　1枚目")), mend))

    return make


def on_page(change: Callable[[bytes], bytes]) -> Make:
    """Another content stream on the first page."""

    def mend(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        page.Contents = pdf.make_stream(change(page.Contents.read_bytes()))

    return before_signing(mend)


def added(operators: bytes) -> Make:
    """More operators behind those of the page."""
    return on_page(lambda content: content + b"\n" + operators + b"\n")


# --- files in parts -------------------------------------------------------------------------

_OBJECT = re.compile(rb"(\d+) 0 obj\s")


def parts(document: bytes) -> tuple[bytes, dict[int, bytes], bytes]:
    """Header, objects by number as they stand in the file, trailer dictionary."""
    table = int(document.rpartition(b"startxref\n")[2].split()[0])
    count = int(document[table:].split(b"\n", 2)[1].split()[1])
    begin = document.index(b"\n", document.index(b"\n", table) + 1) + 1
    places = sorted(
        int(document[begin + 20 * number :][:10]) for number in range(1, count)
    )  # fmt: skip
    objects = {}
    for at, end in zip(places, [*places[1:], table], strict=True):
        found = _OBJECT.match(document, at)
        assert found is not None
        objects[int(found.group(1))] = document[at:end]
    trailer = document[begin + 20 * count : document.rindex(b"startxref")]
    return document[: places[0]], objects, trailer


def written(header: bytes, objects: dict[int, bytes], trailer: bytes) -> bytes:
    """The file of such parts, its table right."""
    out, places = bytearray(header), {}
    for number, data in objects.items():
        places[number] = len(out)
        out += data
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(objects))
    return bytes(out + trailer + b"startxref\n%d\n%%%%EOF\n" % table)


def with_object(document: bytes, data: bytes, number: int = 0) -> bytes:
    """`document` with another object `number`, or one more; nothing else changed."""
    header, objects, trailer = parts(document)
    number = number or max(objects) + 1
    objects[number] = b"%d 0 obj\n%b\nendobj\n" % (number, data)
    size = b"/Size %d" % (max(objects) + 1)
    return written(header, objects, re.sub(rb"/Size \d+", size, trailer))
