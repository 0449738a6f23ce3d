"""The font that embedded subsets are held against."""

from pathlib import Path

import pytest

from kiosk.document.glyphs import FontMissing, Glyph, Reference, find

REFERENCE = Reference(find())


@pytest.mark.parametrize("text", ["花", "Ａ", "1", "辻\U000e0102", "𠮷"])
def test_a_character_has_its_glyph(text: str) -> None:
    glyph = REFERENCE.glyph(text)
    assert glyph is not None
    assert glyph.outline
    assert glyph.advance > 0


def test_variants_are_different_characters() -> None:
    base, one, other = (REFERENCE.glyph("辻" + mark) for mark in ("", "\U000e0102", "\U000e0103"))
    assert base is not None
    assert one is not None
    assert other is not None
    assert one.outline != other.outline
    assert base.outline in (one.outline, other.outline)


@pytest.mark.parametrize("text", ["", "花子", "\0", "\U000f0000", "花\U000e01ef"])
def test_what_is_no_character_of_the_font(text: str) -> None:
    assert REFERENCE.glyph(text) is None


def test_a_space_has_a_width_and_no_outline() -> None:
    space = REFERENCE.glyph("　")
    assert space is not None
    assert space.outline == b""
    assert space.advance == REFERENCE.units


def test_an_advance_in_thousandths_is_the_same_character() -> None:
    held = Glyph(b"x", 10, 2048)
    assert Glyph(b"x", 10, 1000).shows(held, 2048)
    assert not Glyph(b"x", 10, 999).shows(held, 2048)
    assert not Glyph(b"x", 11, 2048).shows(held, 2048)
    assert not Glyph(b"y", 10, 2048).shows(held, 2048)


def test_a_terminal_without_the_font_says_which_package_has_it(tmp_path: Path) -> None:
    with pytest.raises(FontMissing, match="fonts-ipamj-mincho"):
        find((tmp_path / "none.ttf",))


def test_an_outline_is_the_same_to_its_end() -> None:
    held = Glyph(b"x\0", 10, 2048)
    assert Glyph(b"x\0\0\0", 10, 2048).shows(held, 2048)
    assert not Glyph(b"x", 10, 2048).shows(held, 2048)
    assert not Glyph(b"x\0\0\0\0\0", 10, 2048).shows(held, 2048)
    assert not Glyph(b"\0", 10, 2048).shows(Glyph(b"", 10, 2048), 2048)


def test_a_character_has_ink_by_its_own_header() -> None:
    """None is made of others, or the ink that is read from its header would not be its own."""
    for text in ("g", "Ç", "f", "＿", "葛\U000e0102"):
        glyph = REFERENCE.glyph(text)
        assert glyph is not None
        left, low, right, high = glyph.ink(REFERENCE.units)
        assert left < right
        assert low < high
        assert glyph.outline[0] == 0
