"""Pages of a PWG raster stream. No wire, no clock.

Source: PWG 5102.4-2012 (PWG Raster Format): 4.2 the synchronization word, 4.3 the page
header, 4.4 the compressed bitmap.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_SYNC: Final = b"RaS2"
_HEADER: Final = 1796
_MEDIA_CLASS: Final = b"PwgRaster\0"
_PAGE_BYTES: Final = 512 * 1024 * 1024
"""An A4 page of 1200 dpi in four colours; a larger one is refused before it is unpacked."""

_REST_IS_WHITE: Final = 128
"""4.4: codes below repeat one pixel, codes above precede pixels as they are."""

_BLACK, _RGB, _CMYK, _SGRAY, _SRGB = 3, 1, 6, 18, 19
_MODES: Final = {
    (_BLACK, 1): "1",
    (_BLACK, 8): "L",
    (_SGRAY, 8): "L",
    (_RGB, 24): "RGB",
    (_SRGB, 24): "RGB",
    (_CMYK, 32): "CMYK",
}
"""(cupsColorSpace, cupsBitsPerPixel) to Pillow's name of the pixel format."""


class RasterError(ValueError):
    """The stream is not PWG raster, or breaks off."""


@dataclass(frozen=True, slots=True)
class RasterPage:
    """One page, still compressed."""

    width: int
    height: int
    dpi: int
    mode: str
    """Pillow's pixel format."""
    subtractive: bool
    """True where 1 means ink (the black colour space)."""
    duplex: bool
    line_bytes: int
    pixel_bytes: int
    packed: bytes = field(repr=False)

    def bitmap(self) -> bytes:
        """All lines, top to bottom, `line_bytes` each."""
        out = bytearray()
        at = 0
        white = b"\0" if self.subtractive else b"\xff"
        while len(out) < self.height * self.line_bytes:
            repeat = self.packed[at] + 1
            at, line = _line(self.packed, at + 1, self.line_bytes, self.pixel_bytes)
            out += line.ljust(self.line_bytes, white) * repeat
        return bytes(out[: self.height * self.line_bytes])


def read_pages(stream: bytes) -> Iterator[RasterPage]:
    """The pages of `stream` in order. Raises RasterError."""
    if stream[:4] != _SYNC:
        raise RasterError("the document is no PWG raster")
    at = 4
    while at < len(stream):
        page, at = _page(stream, at)
        yield page


def _page(stream: bytes, at: int) -> tuple[RasterPage, int]:
    header = stream[at : at + _HEADER]
    if len(header) < _HEADER or not header.startswith(_MEDIA_CLASS):
        raise RasterError("a page header is missing")
    (duplex,) = struct.unpack_from(">I", header, 272)
    (dpi,) = struct.unpack_from(">I", header, 276)
    width, height = struct.unpack_from(">II", header, 372)
    bits, line_bytes, _order, space = struct.unpack_from(">IIII", header, 388)
    mode = _MODES.get((space, bits))
    if mode is None:
        raise RasterError(f"colour space {space} with {bits} bits a pixel is not supported")
    if not 0 < height * line_bytes <= _PAGE_BYTES or line_bytes != (width * bits + 7) // 8:
        raise RasterError("a page header contradicts itself")
    pixel_bytes = max(1, bits // 8)
    end = _skip(stream, at + _HEADER, (height, line_bytes, pixel_bytes))
    packed = stream[at + _HEADER : end]
    ink = space in {_BLACK, _CMYK}
    return (
        RasterPage(width, height, dpi, mode, ink, bool(duplex), line_bytes, pixel_bytes, packed),
        end,
    )


def _skip(stream: bytes, at: int, shape: tuple[int, int, int]) -> int:
    """Where the page that begins at `at` ends: the format carries no length."""
    height, line_bytes, pixel_bytes = shape
    lines = 0
    try:
        while lines < height:
            lines += stream[at] + 1
            at = _line_end(stream, at + 1, line_bytes, pixel_bytes)
    except IndexError as error:
        raise RasterError("the bitmap breaks off") from error
    if at > len(stream):
        raise RasterError("the bitmap breaks off")
    return at


def _line_end(stream: bytes, at: int, line_bytes: int, pixel_bytes: int) -> int:
    filled = 0
    while filled < line_bytes:
        code = stream[at]
        if code < _REST_IS_WHITE:  # a pixel that is repeated
            filled += (code + 1) * pixel_bytes
            at += 1 + pixel_bytes
        elif code == _REST_IS_WHITE:  # white to the end of the line
            return at + 1
        else:  # pixels as they are
            filled += (257 - code) * pixel_bytes
            at += 1 + (257 - code) * pixel_bytes
    return at


def _line(stream: bytes, at: int, line_bytes: int, pixel_bytes: int) -> tuple[int, bytes]:
    line = bytearray()
    while len(line) < line_bytes:
        code = stream[at]
        if code < _REST_IS_WHITE:
            line += stream[at + 1 : at + 1 + pixel_bytes] * (code + 1)
            at += 1 + pixel_bytes
        elif code == _REST_IS_WHITE:
            return at + 1, bytes(line)
        else:
            end = at + 1 + (257 - code) * pixel_bytes
            line += stream[at + 1 : end]
            at = end
    return at, bytes(line[:line_bytes])
