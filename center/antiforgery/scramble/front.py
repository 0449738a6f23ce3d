"""The front of a sheet, rendered afresh from the signed PDF at the resolutions of the layers."""

import threading
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
    """Page `number` (from 0) of `pdf`. Thread-safe as long as everybody uses `lock`."""

    def __init__(self, pdf: bytes, number: int, lock: threading.Lock = PDFIUM) -> None:
        self._pdf = pdf
        self._number = number
        self._lock = lock

    @property
    def text(self) -> str:
        with self._lock:
            document = pypdfium2.PdfDocument(self._pdf)
            try:
                text: str = document[self._number].get_textpage().get_text_bounded()
            finally:
                document.close()
        return text

    def grey(self, dpi: int) -> Grey:
        with self._lock:
            document = pypdfium2.PdfDocument(self._pdf)
            try:
                page = document[self._number].render(scale=dpi / 72, grayscale=True)
                made = page.to_numpy().copy()
            finally:
                document.close()
        return np.asarray(made.reshape(made.shape[0], made.shape[1]), np.uint8)


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
