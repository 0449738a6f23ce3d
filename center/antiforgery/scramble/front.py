"""The front of a sheet, rendered afresh from the signed PDF at the resolutions of the layers."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Protocol

import numpy as np
import pypdfium2

from center.antiforgery.compiled import Bits, Grey

A4_MM = (297.0, 210.0)
INK_BELOW = 176
"""Of 255: lighter grey than the middle, so that the thin strokes of Mincho stay."""
PDFIUM = threading.Lock()


class Front(Protocol):
    """What a block hides: a page at any resolution, and its text."""

    @property
    def text(self) -> str:
        """The page's text layer; advisory, since a PDF's text need not be what it shows."""
        ...

    def grey(self, dpi: int) -> Grey:
        """The page at `dpi`: about 297 x 210 mm."""
        ...


class PdfFront:
    """Page `number` (from 0) of `pdf`. Thread-safe as long as everybody uses `lock`.

    Inside `with` the page is parsed once, and not for every question; errors come when it begins.
    """

    def __init__(self, pdf: bytes, number: int, lock: threading.Lock = PDFIUM) -> None:
        self._pdf = pdf
        self._number = number
        self._lock = lock
        self._held: pypdfium2.PdfDocument | None = None
        self._page: pypdfium2.PdfPage | None = None

    def __enter__(self) -> "PdfFront":
        with self._lock:
            self._held = pypdfium2.PdfDocument(self._pdf)
            try:
                self._page = self._held[self._number]
            except BaseException:
                self._held.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._page = None
            if self._held is not None:
                self._held.close()
            self._held = None

    @property
    def text(self) -> str:
        with self._opened() as page:
            text: str = page.get_textpage().get_text_bounded()
        return text

    def grey(self, dpi: int) -> Grey:
        with self._opened() as page:
            made = page.render(scale=dpi / 72, grayscale=True).to_numpy().copy()
        return np.asarray(made.reshape(made.shape[0], made.shape[1]), np.uint8)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[pypdfium2.PdfPage]:
        with self._lock:
            if self._page is not None:
                yield self._page
                return
            document = pypdfium2.PdfDocument(self._pdf)
            try:
                yield document[self._number]
            finally:
                document.close()


def base_shape(dpi: int) -> tuple[int, int]:
    """Height and width of an A4 page in pixels of a base image."""
    height, width = (round(side / 25.4 * dpi) for side in A4_MM)
    return height, width


def ink(front: Front, dpi: int, shape: tuple[int, int]) -> Bits:
    """The page in black and white, cut or filled with white to `shape`."""
    grey = front.grey(dpi)
    made = np.zeros(shape, np.uint8)
    height, width = (min(one, other) for one, other in zip(grey.shape, shape, strict=True))
    made[:height, :width] = grey[:height, :width] < INK_BELOW
    return made
