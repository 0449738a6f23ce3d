"""What is printed once must be readable for ever: version 1 is pinned by its digests."""

import hashlib

import numpy as np

from center.antiforgery.compiled import Grey
from center.antiforgery.scramble.block import encode
from center.antiforgery.scramble.header import STRIPS
from center.antiforgery.scramble.layout import CORNER, HEIGHT, HOLE, MARK, PITCH, WIDTH, layout
from center.antiforgery.scramble.picture import ODDS
from center.antiforgery.scramble.words import shuffled, stream
from tests.center.antiforgery.scramble.sheets import KEYS, SHEET, SIGNING


class Drawn:
    """A front that no renderer draws: rings and bars by whole numbers alone.

    Without text: deflate may pack it in another way on another machine.
    """

    text = ""

    def grey(self, dpi: int) -> Grey:
        height, width = round(297 / 25.4 * dpi), round(210 / 25.4 * dpi)
        y, x = np.mgrid[0:height, 0:width] * 1000 // dpi
        rings = ((x - 4000) ** 2 + (y - 3000) ** 2) // 400_000 % 5 == 0
        bars = (x // 37 + y // 90) % 7 == 0
        inside = (y > 1000) & (y < 9000) & (x > 1000) & (x < 7000)
        inked = inside & (rings | (bars & (y > 6500)))
        return np.where(inked, 0, 255).astype(np.uint8)


def test_layout_and_odds_are_those_of_version_1() -> None:
    one = layout()
    parts = one.fixed.tobytes() + one.known.tobytes() + one.header.tobytes()
    assert hashlib.sha256(parts).hexdigest() == (
        "8dca5df09b513845655fdc060ebdef10eba616ca30f1cc949b19a5ca246998cd"
    )
    assert hashlib.sha256(ODDS.read_bytes()).hexdigest() == (
        "a1f74a46276fb3113af09dfbac2e6bb45bfd5ea36bac6da37ab6269c19636609"
    )
    assert shuffled(12, stream(b"key", b"test", 12)).tolist() == [
        9, 11, 1, 0, 4, 6, 5, 3, 7, 10, 2, 8,
    ]  # fmt: skip


def test_every_cell_has_one_use() -> None:
    one = layout()
    uses = one.known.reshape(-1).astype(int)
    uses[one.header] += 1
    uses[one.rest] += 1
    assert (uses == 1).all()
    assert len(one.header) + len(one.rest) > 1_200_000


def test_one_corner_is_unlike_the_others() -> None:
    fixed = layout().fixed
    corners = [np.rot90(fixed, turns)[:CORNER, :CORNER] for turns in range(4)]
    assert [int(corner.sum()) for corner in corners] == [
        CORNER**2 - HOLE**2, CORNER**2, CORNER**2, CORNER**2,
    ]  # fmt: skip
    assert fixed[PITCH : PITCH + MARK, :MARK].sum() == 33
    assert (HEIGHT, WIDTH) == (1231, 1111)


def test_a_block_is_made_cell_by_cell_as_version_1_made_it() -> None:
    block = encode(Drawn(), SHEET, KEYS, SIGNING, lambda size: bytes(range(size)))
    assert (block.dpi, block.fine) == (120, STRIPS)
    assert hashlib.sha256(block.packed()).hexdigest() == (
        "ce211b6678c85585d9dbe07f749d4e256eab222a76d84cc502feea75d5861d7c"
    )
