"""From an upload to the front that was issued: the best picture there is, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from typing_extensions import override

from center.antiforgery.compiled import Bits, Grey, Places, Soft
from center.antiforgery.scramble import allocation, ldpc, picture
from center.antiforgery.scramble.block import places, strip_edges, to_bits
from center.antiforgery.scramble.demodulate import (
    Demodulated,
    NoBlock,
    NotOurs,
    TooCoarse,
    demodulate,
)  # fmt: skip
from center.antiforgery.scramble.front import base_shape
from center.antiforgery.scramble.header import (
    BYTES,
    STRIPS,
    Header,
    HeaderRefused,
    digest,
    open_header,
    read_outside,
)  # fmt: skip
from center.antiforgery.scramble.keys import (
    BASE,
    FINE,
    KeyStore,
    KeyUnknown,
    nonce_of,
    open_sealed,
    purpose,
)  # fmt: skip
from center.antiforgery.scramble.layout import (
    DOTS_PER_INCH,
    HEIGHT,
    PITCH,
    WIDTH,
    layout,
    public_cover,
)  # fmt: skip
from center.antiforgery.scramble.placing import compared, taken
from center.antiforgery.scramble.recovered import Reading, Recovered, Strip, Verdict
from center.antiforgery.scramble.upload import NoPicture, TooLarge, pictures

MISSING = 168
"""The grey of what was not recovered."""
_ATTEMPTS = 2
"""Strips that fail are tried again with what the others taught."""

Signers = Mapping[bytes, Ed25519PublicKey]
"""Public keys with which the centre signed blocks, by `header.signer_name`; none ever dies."""

LEAST_SIDE = 256
"""Pixels. Half a block has more than twice as many at the coarsest scan that can be read."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the holder says the sheet is, read off its front; 0 for a page that was not said."""

    document: str
    page: int = 0


def decode(
    upload: bytes, keys: KeyStore, signers: Signers, expected: Expected | None = None
) -> tuple[Recovered, ...]:
    """One result for each page of `upload`. Never raises for what an upload holds."""
    made: list[Recovered] = []
    try:
        for grey in pictures(upload):
            made.append(decode_picture(grey, keys, signers, expected))  # noqa: PERF401  # may end early
    except NoPicture:
        made.append(Recovered(Verdict.NO_PICTURE))
    except TooLarge:
        made.append(Recovered(Verdict.TOO_LARGE))
    return tuple(made)


def decode_picture(
    grey: Grey, keys: KeyStore, signers: Signers, expected: Expected | None = None
) -> Recovered:
    """What the block in `grey` (0 black to 255 white) holds."""
    if min(grey.shape) < LEAST_SIDE:
        return Recovered(Verdict.NO_BLOCK)
    try:
        block = demodulate(grey)
    except NoBlock:
        return Recovered(Verdict.NO_BLOCK)
    except TooCoarse:
        return Recovered(Verdict.TOO_COARSE)
    except NotOurs:
        return Recovered(Verdict.UNREADABLE)
    return read_block(block, keys, signers, expected)


def read_block(
    block: Demodulated, keys: KeyStore, signers: Signers, expected: Expected | None = None
) -> Recovered:
    """What a block holds whose cells were read. `block` learns on the way."""
    return _Reader(block, keys).read(signers, expected)


class _Reader:
    """One block being read: what is known of its cells grows from layer to layer."""

    def __init__(self, block: Demodulated, keys: KeyStore) -> None:
        self._block = block
        self._keys = keys
        self._known = layout().pilots.copy()
        self._truth = layout().fixed.astype(np.int8) * 2 - 1
        self._wrong = self._read_cells = 0
        self._refused: set[int] = set()

    def read(self, signers: Signers, expected: Expected | None) -> Recovered:
        where = layout().header
        likely = self._likely(where, public_cover(len(where)))
        bits, failing = ldpc.decode(likely, 8 * BYTES)
        data = np.packbits(bits).tobytes()
        if failing or read_outside(data) is None:
            return self._result(Verdict.UNREADABLE)
        self._learn(where, ldpc.encode(to_bits(data), len(where)), public_cover(len(where)))
        try:
            header = open_header(data, self._keys, signers)
        except KeyUnknown:
            return self._result(Verdict.KEY_UNKNOWN)
        except HeaderRefused:
            return self._result(Verdict.NOT_GENUINE)
        if expected is not None and not _is_expected(header, expected):
            return self._result(Verdict.OTHER_DOCUMENT)
        return self._images(header)

    def _images(self, header: Header) -> Recovered:
        where, cover = places(header.outside, self._keys)
        base, fine = self._strips(header, where, cover)
        strips = tuple(_state(base[n], fine[n], n in self._refused) for n in range(STRIPS))
        page, dpi = _drawn(header, base, fine)
        lost = sum(one in {Strip.LOST, Strip.REFUSED} for one in strips)
        verdict = Verdict.READ if not lost else Verdict.PARTLY
        if lost == STRIPS:
            verdict, dpi = Verdict.HEADER_ONLY, 0
        return Recovered(verdict, header, strips, page if dpi else None, dpi, self._reading())

    def _strips(
        self, header: Header, where: Places, cover: Bits
    ) -> tuple[list[bytes | None], list[bytes | None]]:
        counts = allocation.shares(header.base, header.fine, len(where))
        ends = np.cumsum((0, *counts.base, *counts.fine))
        lengths = (*header.base, *header.fine)
        made: list[bytes | None] = [None] * len(lengths)
        for _ in range(_ATTEMPTS):
            before = sum(one is not None for one in made)
            for number, length in enumerate(lengths):
                if made[number] is None:
                    span = slice(int(ends[number]), int(ends[number + 1]))
                    made[number] = self._strip(header, number, length, (where[span], cover[span]))
            if all(made) or sum(one is not None for one in made) == before:
                break
            self._block.learn(self._known, self._truth)
        return made[:STRIPS], [*made[STRIPS:], *[None] * (2 * STRIPS - len(made))]

    def _strip(
        self, header: Header, number: int, length: int, span: tuple[Places, Bits]
    ) -> bytes | None:
        """One strip's bytes; None when it is lost or refused, which `_refused` tells apart."""
        where, cover = span
        layer, place = (BASE, number) if number < STRIPS else (FINE, number - STRIPS)
        try:
            bits, failing = ldpc.decode(self._likely(where, cover), allocation.strip_bits(length))
        except ValueError:
            return None
        if failing:
            return None
        sealed = np.packbits(bits).tobytes()
        outside = header.outside
        key = self._keys.derive(outside.key_id, purpose(outside.document, outside.page, layer))
        try:
            data = open_sealed(key, nonce_of(outside.nonce, place), sealed)
        except InvalidTag:
            self._refused.add(number)
            return None
        self._learn(where, ldpc.encode(bits, len(where)), cover)
        if digest(layer, place, data) == header.digests[number]:
            self._refused.discard(number)
            return data
        self._refused.add(number)
        return None

    def _likely(self, where: Places, cover: Bits) -> Soft:
        return taken(self._block.likelihoods.reshape(-1), where, cover)

    def _learn(self, where: Places, bits: Bits, cover: Bits) -> None:
        """From now on these cells are known."""
        truth, read = self._truth.reshape(-1), self._block.read.reshape(-1)
        self._wrong += compared(truth, read, where, bits, cover)
        self._known.reshape(-1)[where] = 1
        self._read_cells += len(where)
        if len(where) == len(layout().header):
            self._block.learn(self._known, self._truth)

    def _result(self, verdict: Verdict) -> Recovered:
        return Recovered(verdict, reading=self._reading())

    def _reading(self) -> Reading:
        block = self._block
        rate = self._wrong / self._read_cells if self._read_cells else None
        return Reading(block.scan_dpi, block.quarter_turns, block.skew_deg, rate, block.damage())


def _is_expected(header: Header, expected: Expected) -> bool:
    outside = header.outside
    plain = expected.document.replace("-", "").replace(" ", "").upper()
    same = plain == outside.document.replace("-", "").upper()
    return same and expected.page in {0, outside.page}


def _state(base: bytes | None, fine: bytes | None, refused: bool) -> Strip:  # noqa: FBT001  # a fact
    if base is None:
        return Strip.REFUSED if refused else Strip.LOST
    return Strip.BASE if fine is None else Strip.FINE


def _drawn(header: Header, base: list[bytes | None], fine: list[bytes | None]) -> tuple[Grey, int]:
    """The page at the best resolution that any strip has; missing strips are grey."""
    height, width = base_shape(header.dpi)
    edges = strip_edges(height)
    scale = 2 if any(one is not None for one in fine) else 1
    page = np.full((scale * height, scale * width), MISSING, np.uint8)
    for number, data in enumerate(base):
        if data is None:
            continue
        top, end = edges[number], edges[number + 1]
        strip = picture.decode_base(data, (end - top, width))
        detail = fine[number]
        if detail is not None:
            strip = picture.decode_fine(detail, strip)
        elif scale > 1:
            strip = np.repeat(np.repeat(strip, scale, axis=0), scale, axis=1)
        page[scale * top : scale * end] = 255 - 255 * strip
    return page, header.dpi * scale


def decode_cells(cells: Bits, keys: KeyStore, signers: Signers) -> Recovered:
    """The same for cells known without doubt: a block that is read back before it is printed."""
    return _Reader(_Certain(cells), keys).read(signers, None)


class _Certain(Demodulated):
    """Cells straight from a file. There is nothing to learn from them."""

    def __init__(self, cells: Bits) -> None:
        # Small numbers: the cells are looked up in the order of a shuffle, from the cache or not.
        read = cells.astype(np.int8) * 2 - 1
        super().__init__(float(DOTS_PER_INCH), 0.0, 0, read, read, -read * _CERTAIN)

    @override
    def learn(self, known: Bits, truth: Soft) -> None:
        pass

    @override
    def damage(self) -> Soft:
        return np.zeros((HEIGHT // PITCH, WIDTH // PITCH), np.float32)


_CERTAIN = 9
