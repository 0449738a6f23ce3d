"""What a certificate's PDF and its marks may hold, before they are believed or drawn.

In the order of what a reader has to trust: the file's frame (`skeleton`), its objects (`objects`,
`shapes`), its fonts (`glyphs`), its operators (`drawing`, `overlay`). Each is a list of what is
allowed, not of what is known to be dangerous. In the child process only.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pikepdf

from center.wire.canonical import decode
from center.wire.endpoints import STAMP_KEY
from center.wire.errors import WireError
from center.wire.messages import Stamp
from crypto.errors import CheckFailed
from kiosk.document.drawing import Run, read_page
from kiosk.document.glyphs import Face, Reference, read_face
from kiosk.document.job import DOCUMENT_BYTES_MAX, MARKS_BYTES_MAX
from kiosk.document.objects import Walk, walk
from kiosk.document.overlay import check_marks_page
from kiosk.document.shapes import CERTIFICATE, MARKS
from kiosk.document.skeleton import COMPLEX, FORBIDDEN, check_skeleton

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Content:
    """What was found in a certificate."""

    stamp: Stamp
    runs: tuple[Run, ...] = field(repr=False)
    """Everything that is written on its pages, in the order it is drawn."""


def check_content(document: bytes, pages: int, reference: Reference) -> Content:
    """Only what a certificate needs, on `pages` sheets of A4; its stamp and its text.

    Raises CheckFailed `document.forbidden_content`, `document.too_complex`.
    """

    def read(pdf: pikepdf.Pdf) -> Content:
        found = walk(pdf, CERTIFICATE)
        if len(found.pages) != pages:
            raise CheckFailed(FORBIDDEN, "the number of pages differs from the statement")
        faces = _Faces(found, reference)
        runs = [
            run
            for number, page in enumerate(found.pages)
            for run in read_page(found.content(page.Contents), number, faces.of(page))
        ]
        return Content(_stamp(found, pdf), tuple(runs))

    return _read(document, DOCUMENT_BYTES_MAX, read)


def check_marks_content(marks: bytes, reference: Reference) -> int:
    """Only what marks need, fonts that tell the truth; the number of their pages.

    Fronts and backs come in turn. Raises CheckFailed as `check_content`.
    """

    def read(pdf: pikepdf.Pdf) -> int:
        found = walk(pdf, MARKS)
        faces = _Faces(found, reference)
        for number, page in enumerate(found.pages):
            faces.of(page)
            check_marks_page(page, found, front=number % 2 == 0)
        faces.all_of(pdf)
        return len(found.pages)

    return _read(marks, MARKS_BYTES_MAX, read)


class _Faces:
    """The fonts of one document, each checked once."""

    def __init__(self, found: Walk, reference: Reference) -> None:
        self._found = found
        self._reference = reference
        self._read: dict[tuple[int, int], Face] = {}

    def of(self, page: Any) -> dict[str, Face]:
        """The fonts a page may choose, by the name it has for them."""
        fonts = page.Resources.get("/Font", {})
        return {key: self._face(fonts[key]) for key in fonts.keys()}  # noqa: SIM118 - no dict

    def all_of(self, pdf: pikepdf.Pdf) -> None:
        """Those that only drawings use, too."""
        for at, kind in self._found.seen.items():
            if kind == "font":
                self._face(pdf.get_object(at))

    def _face(self, font: Any) -> Face:
        if not font.is_indirect:
            raise CheckFailed(FORBIDDEN, "a font that is no object of its own")
        if font.objgen not in self._read:
            self._read[font.objgen] = read_face(font, self._found, self._reference)
        return self._read[font.objgen]


def _read(document: bytes, most_bytes: int, found: Callable[[pikepdf.Pdf], T]) -> T:
    check_skeleton(document, most_bytes)
    try:
        # No recovery: what has to be repaired can be repaired in more than one way.
        with pikepdf.open(
            io.BytesIO(document),
            attempt_recovery=False,
            suppress_warnings=True,
            inherit_page_attributes=False,
        ) as pdf:
            return found(pdf)
    except CheckFailed:
        raise
    except RecursionError:
        raise CheckFailed(COMPLEX, "nested too deeply") from None
    except MemoryError:
        raise CheckFailed(COMPLEX, "it takes too much memory") from None
    except Exception as error:  # noqa: BLE001 - a stranger's bytes in a parser with many errors
        raise CheckFailed(FORBIDDEN, f"cannot be read ({type(error).__name__})") from None


def _stamp(found: Walk, pdf: pikepdf.Pdf) -> Stamp:
    stamp = pdf.Root.get(STAMP_KEY)
    if stamp is None:
        raise CheckFailed(FORBIDDEN, "no stamp")
    try:
        return decode(Stamp, found.content(stamp))
    except WireError:
        raise CheckFailed(FORBIDDEN, "the stamp cannot be read") from None
