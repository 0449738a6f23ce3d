"""From the front of a sheet to the block on its back.

`encode` seals three layers, each for itself: header and text, a base image, a fine image. Each
is coded against damage and spread over the whole block, so that a stain takes a little of
everything and all of nothing.
"""

import dataclasses
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from center.antiforgery.compiled import Bits, Places
from center.antiforgery.scramble import allocation, ldpc, picture
from center.antiforgery.scramble.front import Front, base_shape, ink
from center.antiforgery.scramble.header import (
    BYTES,
    STRIPS,
    CentreKey,
    Header,
    Outside,
    digest,
    write,
)  # fmt: skip
from center.antiforgery.scramble.keys import (
    BASE,
    FINE,
    NONCE_BYTES,
    PLACES,
    KeyStore,
    nonce_of,
    purpose,
    seal,
)  # fmt: skip
from center.antiforgery.scramble.layout import CELL_DOTS, HEIGHT, WIDTH, layout, public_cover
from center.antiforgery.scramble.placing import put
from center.antiforgery.scramble.words import shuffled_values, stream

STEPS = (120, 100, 75, 50)
"""Resolutions of the base image, dots per inch, best first; the fine image has twice as many."""


class TooMuchInk(Exception):
    """No resolution of the page fits into a block; never says what the page holds."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a block says beside the picture."""

    document: str
    """The document's number, at most 20 ASCII characters."""
    page: int
    pages: int
    issued: int
    """UTC seconds."""
    municipality: str
    """Six digits."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block, ready to be printed."""

    cells: Bits = field(repr=False)
    """HEIGHT x WIDTH, 1 is ink; each cell is 4 x 4 dots at 600 dpi, placed on whole dots."""
    dpi: int
    """Of the base image."""
    fine: int
    """How many strips, from the top, have a fine image."""

    def packed(self) -> bytes:
        """Rows of cells, eight a byte, most significant bit left, padded to whole bytes."""
        return np.packbits(self.cells, axis=1).tobytes()

    def dots(self) -> Bits:
        """The block at 600 dpi."""
        return np.repeat(np.repeat(self.cells, CELL_DOTS, axis=0), CELL_DOTS, axis=1)


@dataclass(frozen=True, slots=True)
class _Images:
    dpi: int
    page: Bits
    """The base image that `base` codes."""
    base: tuple[bytes, ...]
    fine: tuple[bytes, ...]
    """Of as many strips, from the top, as there is room for."""


def encode(
    front: Front,
    sheet: Sheet,
    keys: KeyStore,
    signing: CentreKey,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> Block:
    """The block that hides `front`. Raises TooMuchInk, KeyUnknown, ValueError.

    Two blocks of the same front differ: each has a nonce of its own. `entropy` is for
    measurements that must be repeatable; a nonce must never serve two sheets.
    """
    room = len(layout().rest)
    images = _images(front, room)
    nonce = entropy(NONCE_BYTES)
    outside = Outside(keys.current(), signing.name, sheet.document, sheet.page, sheet.pages, nonce)
    layers = ((BASE, images.base), (FINE, images.fine))
    digests = tuple(
        digest(layer, number, data)
        for layer, strips in layers
        for number, data in enumerate(strips)
    )
    lengths = [tuple(map(len, strips)) for _, strips in layers]
    header = Header(
        outside, sheet.issued, sheet.municipality, images.dpi, lengths[0], lengths[1],
        digests, front.text,
    )  # fmt: skip
    cells = layout().fixed.copy().reshape(-1)
    _put_header(cells, write(header, keys, signing))
    _put_images(cells, outside, layers, keys)
    return Block(cells.reshape(HEIGHT, WIDTH), images.dpi, len(images.fine))


def drawn(front: Front, dpi: int, fine: int) -> Bits:
    """The page that a block with a base image of `dpi` and `fine` fine strips holds, ink 1.

    At twice `dpi` where any strip is fine.
    """
    height, width = base_shape(dpi)
    if not fine:
        return ink(front, dpi, (height, width))
    page = ink(front, 2 * dpi, (2 * height, 2 * width))
    coarse = strip_edges(height)[fine]
    if coarse < height:
        base = ink(front, dpi, (height, width))
        page[2 * coarse :] = np.repeat(np.repeat(base[coarse:], 2, axis=0), 2, axis=1)
    return page


def strip_edges(height: int) -> list[int]:
    """Where the strips of an image of `height` rows begin and end."""
    return [height * number // STRIPS for number in range(STRIPS + 1)]


def places(outside: Outside, keys: KeyStore) -> tuple[Places, Bits]:
    """Which cells the images fill, in order, and the noise laid over them: known with the key only.

    Whoever lacks the key cannot tell the cells of one strip from those of another, and so cannot
    make unreadable what was changed and nothing else.
    """
    rest = layout().rest
    key = keys.derive(outside.key_id, purpose(outside.document, outside.page, PLACES))
    order = shuffled_values(rest, stream(key, b"places" + outside.nonce, len(rest)))
    cover = stream(key, b"cover" + outside.nonce, len(rest)) & 1
    return order, cover.astype(np.uint8)


def to_bits(data: bytes) -> Bits:
    """Eight bits a byte, most significant first."""
    return np.unpackbits(np.frombuffer(data, np.uint8))


def _put_header(cells: Bits, data: bytes) -> None:
    where = layout().header
    if len(data) != BYTES:
        raise ValueError("Layer 0 has another length.")
    put(cells, where, ldpc.encode(to_bits(data), len(where)), public_cover(len(where)))


def _put_images(
    cells: Bits, outside: Outside, layers: Sequence[tuple[str, tuple[bytes, ...]]], keys: KeyStore
) -> None:
    where, cover = places(outside, keys)
    counts = allocation.shares(
        [len(data) for data in layers[0][1]], [len(data) for data in layers[1][1]], len(where)
    )
    at = 0
    for (layer, strips), shares in zip(layers, (counts.base, counts.fine), strict=True):
        key = keys.derive(outside.key_id, purpose(outside.document, outside.page, layer))
        for number, (data, count) in enumerate(zip(strips, shares, strict=True)):
            sealed = seal(key, nonce_of(outside.nonce, number), data)
            coded = ldpc.encode(to_bits(sealed), count)
            put(cells, where[at : at + count], coded, cover[at : at + count])
            at += count
    cells[where[at:]] = cover[at:]


def _images(front: Front, room: int) -> _Images:
    """The page at the best resolution that leaves it strong enough, and fine where there is room.

    Fine strips come from the top of the page, where the names are.
    """
    made = [_base(front, dpi) for dpi in STEPS[:1]]
    for dpi in STEPS[1:]:
        if allocation.fits_alone([len(one) for one in made[-1].base], room):
            break
        made.append(_base(front, dpi))
    images = _alone(made, room)
    if not _leaves_room(images, room):
        return images
    fine = _fine(front, images)
    count = allocation.fitting([*map(len, images.base)], [*map(len, fine)], room)
    return dataclasses.replace(images, fine=fine[:count]) if count >= _FEWEST_FINE else images


def _alone(made: Sequence[_Images], room: int) -> _Images:
    for rate in (allocation.BASE_RATE, allocation.DENSEST_RATE):
        for images in made:
            if allocation.fits_alone([len(one) for one in images.base], room, rate):
                return images
    raise TooMuchInk("The page holds more than a block can carry at any resolution.")


_FINE_A_BASE = 1.5
"""A fine image takes at least so many times the bytes of its base."""
_FEWEST_FINE = 4
"""Fewer fine strips would only make a page look patched."""


def _leaves_room(images: _Images, room: int) -> bool:
    base = [len(one) for one in images.base]
    least = [int(_FINE_A_BASE * one) for one in base]
    return allocation.fitting(base, least, room) >= _FEWEST_FINE


def _base(front: Front, dpi: int) -> _Images:
    page = ink(front, dpi, base_shape(dpi))
    strips = _side_by_side(lambda a, z: picture.encode_base(page[a:z]), len(page))
    return _Images(dpi, page, strips, ())


def _fine(front: Front, images: _Images) -> tuple[bytes, ...]:
    base = images.page
    height, width = base.shape
    fine = ink(front, 2 * images.dpi, (2 * height, 2 * width))
    return _side_by_side(lambda a, z: picture.encode_fine(fine[2 * a : 2 * z], base[a:z]), height)


_LANES = 2
"""Strips at a time: they are coded without Python's lock."""


def _side_by_side(code: Callable[[int, int], bytes], height: int) -> tuple[bytes, ...]:
    """`code` of the first and last row of every strip of a page of `height` rows."""
    edges = strip_edges(height)
    with ThreadPoolExecutor(_LANES) as lanes:
        return tuple(lanes.map(code, edges[:-1], edges[1:]))
