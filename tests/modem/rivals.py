"""QR and Data Matrix symbols in the place of the block, cells of the same size, the same fate.

The rivals are helped: every symbol is looked for where it is known to lie, and a page counts as
recovered as soon as enough symbols were read to hold its header and base image, as if a perfect
code over the symbols said which. The reader is zxing-cpp, which tries five ways on each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import zxingcpp
from PIL import Image

from center.antiforgery.channel.conditions import condition
from center.antiforgery.channel.scanning import Scanner, scan
from center.antiforgery.compiled import Bits, Grey
from center.antiforgery.scramble.layout import CELL_DOTS
from center.antiforgery.scramble.upload import pictures
from tests.center.antiforgery.scramble.sheets import A4_DOTS, LEFT, PLACE, TOP


@dataclass(frozen=True, slots=True)
class Symbol:
    """A kind of symbol."""

    format: Any
    options: str
    bytes_each: int
    cells: int
    """With its quiet zone."""


_WAYS = (
    (3, zxingcpp.Binarizer.LocalAverage), (4, zxingcpp.Binarizer.LocalAverage),
    (2, zxingcpp.Binarizer.LocalAverage), (1, zxingcpp.Binarizer.LocalAverage),
    (2, zxingcpp.Binarizer.GlobalHistogram),
)  # fmt: skip
"""Enlargement and binarizer: a symbol counts as read if one of these reads it."""
RIVALS = {
    "QR v40-L": Symbol(zxingcpp.BarcodeFormat.QRCode, "version=40,ecLevel=L", 2951, 185),
    "QR v40-H": Symbol(zxingcpp.BarcodeFormat.QRCode, "version=40,ecLevel=H", 1271, 185),
    "Data Matrix 144": Symbol(zxingcpp.BarcodeFormat.DataMatrix, "version=24", 1550, 148),
}


def rival(case: dict[str, Any], needed: dict[str, int]) -> dict[str, Any]:
    """How many bytes come back, of how many, and which pages of `needed` bytes they would hold."""
    symbol = RIVALS[case["what"]]
    rng = np.random.default_rng(case["seed"])
    page, sent = np.zeros(A4_DOTS, np.uint8), {}
    for spot in _spots(symbol):
        payload = rng.bytes(symbol.bytes_each)
        sent[spot] = payload
        dots = _dots(symbol, payload)
        page[spot[0] : spot[0] + dots.shape[0], spot[1] : spot[1] + dots.shape[1]] = dots
    seen = next(pictures(scan(page, PLACE, condition(case["condition"]), Scanner(), case["seed"])))
    read = sum(_is_read(seen, symbol, spot, payload) for spot, payload in sent.items())
    carried = read * symbol.bytes_each
    recovered = [name for name, least in needed.items() if carried >= least]
    return {
        "symbols": len(sent), "read": read, "sent_bytes": len(sent) * symbol.bytes_each,
        "read_bytes": carried, "pages": recovered,
    }  # fmt: skip


def _spots(symbol: Symbol) -> Iterator[tuple[int, int]]:
    side = symbol.cells * CELL_DOTS
    for y in range(TOP, TOP + PLACE[2] - side + 1, side):
        for x in range(LEFT, LEFT + PLACE[3] - side + 1, side):
            yield y, x


def _dots(symbol: Symbol, payload: bytes) -> Bits:
    made = zxingcpp.create_barcode(payload, symbol.format, options=symbol.options)
    picture = np.asarray(made.to_image(scale=1, add_quiet_zones=False))
    cells = (picture.reshape(picture.shape[0], picture.shape[1]) < 128).astype(np.uint8)
    return np.repeat(np.repeat(cells, CELL_DOTS, axis=0), CELL_DOTS, axis=1)


def _is_read(seen: Grey, symbol: Symbol, spot: tuple[int, int], payload: bytes) -> bool:
    scale = 300 / 600
    margin = 6 / 25.4 * 300
    side = symbol.cells * CELL_DOTS * scale
    top, left = (int(one * scale + margin - 40) for one in spot)
    part = seen[max(top, 0) : int(top + side + 80), max(left, 0) : int(left + side + 80)]
    return any(payload in _read_by(part, symbol, way) for way in _WAYS)


def _read_by(part: Grey, symbol: Symbol, way: tuple[int, Any]) -> list[bytes]:
    enlarged = Image.fromarray(part).resize(
        (part.shape[1] * way[0], part.shape[0] * way[0]), Image.Resampling.BICUBIC
    )
    found = zxingcpp.read_barcodes(
        np.asarray(enlarged), formats=symbol.format, binarizer=way[1], try_rotate=False
    )
    return [one.bytes for one in found]
