"""From a front to a block, through print, years and scanner, and back to the front."""

import dataclasses

import numpy as np
import pytest

from center.antiforgery.channel.conditions import condition
from center.antiforgery.channel.scanning import Scanner
from center.antiforgery.compiled import Grey
from center.antiforgery.scramble import allocation
from center.antiforgery.scramble import block as block_module
from center.antiforgery.scramble.allocation import shares
from center.antiforgery.scramble.block import drawn, encode, places
from center.antiforgery.scramble.decode import MISSING, Expected, read_block
from center.antiforgery.scramble.demodulate import Demodulated, demodulate
from center.antiforgery.scramble.front import Front
from center.antiforgery.scramble.header import CentreKey
from center.antiforgery.scramble.keys import MemoryKeyStore
from center.antiforgery.scramble.layout import layout
from center.antiforgery.scramble.recovered import Recovered, Strip, Verdict
from center.antiforgery.scramble.upload import pictures
from tests.center.antiforgery.scramble.sheets import (
    DOCUMENT,
    KEYS,
    SHEET,
    SIGNERS,
    SIGNING,
    Printed,
    printed,
    read,
    scanned,
)  # fmt: skip

pytestmark = pytest.mark.timeout(600)  # a page costs five seconds of CPU, and machines are shared


@pytest.mark.slow
@pytest.mark.parametrize(
    "scanner",
    [
        Scanner(dpi=200, quarter_turns=2),
        Scanner(dpi=300, quarter_turns=1, colour=False, format="PNG"),
    ],
    ids=lambda one: f"{one.dpi} {one.format} {90 * one.quarter_turns}",
)
def test_a_dense_page_however_it_was_laid_down(scanner: Scanner) -> None:
    """Turned, askew by up to 5 degrees, stretched by 2 %, fed unevenly, JPEG quality 50."""
    sheet = printed("dense", 2)
    rough = condition("nominal").but(
        rotation_deg=5.0, scale=0.02, jitter_px=1.0 * scanner.dpi / 300, jpeg_quality=50
    )
    found = read(scanned(sheet, rough, 2, scanner))
    assert found.verdict is Verdict.READ
    assert found.picture is not None
    assert np.array_equal(found.picture, sheet.truth(found.dpi))
    assert found.reading.scan_dpi == pytest.approx(scanner.dpi, rel=0.03)


@pytest.fixture(scope="module")
def once() -> Demodulated:
    return demodulate(next(pictures(scanned(printed("sparse", 1), "nominal", 5))))


@pytest.fixture
def plain(once: Demodulated) -> Demodulated:
    """A block whose cells were read; each test learns from it on its own."""
    return dataclasses.replace(once)


def found_in(block: Demodulated, expected: Expected | None = None) -> Recovered:
    return read_block(dataclasses.replace(block), KEYS, SIGNERS, expected)


def test_another_document_is_not_shown(plain: Demodulated) -> None:
    """Whoever asks for one sheet learns nothing of another: a block cut out of its back."""
    assert found_in(plain, Expected("abcd efgh jklm npqr", 1)).verdict is Verdict.READ
    for other in (Expected("ABCD-EFGH-JKLM-NPQS"), Expected(DOCUMENT, 2)):
        found = found_in(plain, other)
        assert found.verdict is Verdict.OTHER_DOCUMENT
        assert found.header is None
        assert found.picture is None


def test_a_key_that_is_not_held_and_a_key_that_is_another(plain: Demodulated) -> None:
    unknown = read_block(plain, MemoryKeyStore({1: bytes(32)}), SIGNERS)
    assert unknown.verdict is Verdict.KEY_UNKNOWN
    other = read_block(plain, MemoryKeyStore({2: bytes(32)}), SIGNERS)
    assert other.verdict is Verdict.NOT_GENUINE
    unsigned = read_block(plain, KEYS, {})
    assert unsigned.verdict is Verdict.NOT_GENUINE
    assert unsigned.picture is None


def test_nothing_personal_in_a_repr(plain: Demodulated) -> None:
    found = found_in(plain)
    assert found.header is not None
    assert found.header.text[:20] not in repr(found)
    assert repr(SIGNING).count("private") == 0


def test_every_strip_is_told_of(plain: Demodulated) -> None:
    found = found_in(plain)
    assert found.strips == (Strip.FINE,) * 16
    assert found.reading.damage is not None
    assert float(found.reading.damage.max()) < 0.2
    assert isinstance(SIGNING, CentreKey)


def clean(of: Printed) -> Demodulated:
    """The block as a perfect scanner would see it; no paper, no time."""
    ink = of.block.cells.astype(np.float32) * 2 - 1
    return Demodulated(300.0, 0.0, 0, ink, np.zeros(ink.shape, np.int32), -7 * ink)


def test_strips_that_cannot_be_read_are_grey_and_the_others_stay() -> None:
    """The cells of two strips are gone: whoever knew the key could do that."""
    sheet = printed("sparse", 6)
    block = clean(sheet)
    header = found_in(block).header
    assert header is not None
    where, _ = places(header.outside, KEYS)
    ends = np.cumsum((0, *shares(header.base, header.fine, len(where)).base))
    for strip in (2, 9):
        block.likelihoods.reshape(-1)[where[ends[strip] : ends[strip + 1]]] = 0
        block.read.reshape(-1)[where[ends[strip] : ends[strip + 1]]] = 0
    found = read_block(block, KEYS, SIGNERS)
    assert found.verdict is Verdict.PARTLY
    assert [n for n, one in enumerate(found.strips) if one is Strip.LOST] == [2, 9]
    assert found.picture is not None
    truth = sheet.truth(found.dpi)
    kept = found.picture != MISSING
    assert np.array_equal(found.picture[kept], truth[kept])
    assert 0.86 < kept.mean() < 0.89


@dataclasses.dataclass(frozen=True)
class Upper:
    """A page of which only the upper part holds anything: about 1,400 of 2,000 characters."""

    whole: Front
    share: float = 0.68
    text: str = ""

    def grey(self, dpi: int) -> Grey:
        made = self.whole.grey(dpi).copy()
        made[round(self.share * len(made)) :] = 255
        return made


def test_where_the_fine_image_has_no_room_as_a_whole_its_upper_strips_are_there() -> None:
    front = Upper(printed("dense", 1).front)
    made = encode(front, SHEET, KEYS, SIGNING, np.random.default_rng(1).bytes)
    assert made.dpi == 120
    assert 4 <= made.fine < 16
    found = read_block(clean(Printed(front, made)), KEYS, SIGNERS)
    assert found.verdict is Verdict.READ
    assert found.strips == (Strip.FINE,) * made.fine + (Strip.BASE,) * (16 - made.fine)
    assert found.picture is not None
    assert np.array_equal(found.picture == 0, drawn(front, 120, made.fine) == 1)
    assert found.header is not None
    base, fine = (allocation.weight(part) for part in (found.header.base, found.header.fine))
    room = len(layout().rest)
    assert base <= allocation.BASE_RATE * room
    assert fine <= allocation.FINE_RATE * (room - base / allocation.BASE_RATE)


def test_a_dense_page_s_base_image_gives_nothing_up_for_a_few_fine_strips() -> None:
    assert printed("dense", 1).block.fine == 0
    assert printed("sparse", 1).block.fine == 16


def test_a_strip_that_the_centre_did_not_sign_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealed with the right keys, so that only the signature's digest can tell."""
    real = block_module.digest

    def lying(layer: str, strip: int, data: bytes) -> bytes:
        return real(layer, strip, b"another" if (layer, strip) == ("base", 5) else data)

    monkeypatch.setattr(block_module, "digest", lying)
    printed.cache_clear()
    found = read_block(clean(printed("sparse", 7)), KEYS, SIGNERS)
    printed.cache_clear()
    assert found.verdict is Verdict.PARTLY
    assert [n for n, one in enumerate(found.strips) if one is Strip.REFUSED] == [5]
