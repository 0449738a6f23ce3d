"""The slip's picture: nothing outside the paper, nothing missing, nothing on top of another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFont

from drivers.receipt.contract import Slip, SlipLine
from drivers.receipt.slip import FACES, draw_slip, wrap

WIDTH = 576
FONT = ImageFont.truetype(str(FACES["ja"][0].path), 26, layout_engine=ImageFont.Layout.BASIC)


def ink(image: Image.Image) -> tuple[int, int, int, int] | None:
    """The box around all black dots."""
    return image.point(lambda dot: 0 if dot else 255).convert("L").getbbox()


def black(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    return sum(1 for dot in image.crop(box).tobytes() for bit in range(8) if not dot >> bit & 1)


def test_a_slip_is_as_wide_as_the_roll_and_purely_black_and_white() -> None:
    image = draw_slip(Slip("領収書", (SlipLine("手数料", "600円"),)), WIDTH)
    assert image.width == WIDTH
    assert image.mode == "1"


def test_right_text_ends_at_the_right_edge_and_left_text_begins_at_the_left() -> None:
    image = draw_slip(Slip("", (SlipLine("手数料", "600円"),)), WIDTH)
    box = ink(image)
    assert box is not None
    assert box[0] <= 4
    assert box[2] >= WIDTH - 4


def test_a_large_line_is_higher() -> None:
    plain = draw_slip(Slip("", (SlipLine("金額", "600円"),)), WIDTH)
    large = draw_slip(Slip("", (SlipLine("金額", "600円", large=True),)), WIDTH)
    assert large.height > plain.height + 26


def test_a_rule_goes_from_edge_to_edge() -> None:
    box = ink(draw_slip(Slip("", (SlipLine("", rule=True),)), WIDTH))
    assert box is not None
    assert (box[0], box[2], box[3] - box[1]) == (0, WIDTH, 2)


def test_an_empty_slip_is_white() -> None:
    assert ink(draw_slip(Slip("", ()), WIDTH)) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "領収書 円 部 髙﨑"),
        ("en", "Receipt No. 1"),
        ("ko", "영수증 거스름돈"),
        ("zh-Hans", "收据 找零 号"),
        ("zh-Hant", "收據 找零 號"),
        ("es", "Recibo nº 1: emisión, año, ¿listo?"),
        ("pt", "Recibo: emissão eletrônica, nº 1"),
    ],
)
def test_every_character_of_every_language_has_a_glyph(language: str, text: str) -> None:
    face = FACES.get(language, FACES["ja"])[0]
    font = ImageFont.truetype(str(face.path), 26, face.index)
    missing = font.getmask("\U0010fffd").getbbox(), bytes(font.getmask("\U0010fffd"))
    for character in text.replace(" ", ""):
        mask = font.getmask(character)
        assert (mask.getbbox(), bytes(mask)) != missing, character
    assert ink(draw_slip(Slip(text, (), language), WIDTH)) is not None


DRAWN = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))


@given(st.text(DRAWN, max_size=60), st.integers(60, 576))
def test_wrapped_text_is_whole_and_fits(text: str, width: int) -> None:
    lines = wrap(text, FONT, width)
    assert lines
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert len(line) <= 1 or FONT.getlength(line) <= width


def test_no_line_begins_with_a_closing_mark() -> None:
    text = "あいうえおかきくけこさしす。たちつてと、なにぬねの」はひふへほ"
    for width in range(60, 576, 7):
        for line in wrap(text, FONT, width)[1:]:
            assert line[0] not in "。、」", (width, line)


def test_latin_text_breaks_at_blanks() -> None:
    text = "una copia del registro de residentes"
    for width in range(200, 576, 11):
        assert [word for line in wrap(text, FONT, width) for word in line.split()] == text.split()


def test_long_left_text_never_runs_into_the_right_one() -> None:
    line = SlipLine("住民票記載事項証明書（世帯の一部）の交付手数料", "1,200円")
    image = draw_slip(Slip("", (line,)), WIDTH)
    below = draw_slip(Slip("", (SlipLine("短い", "1,200円"),)), WIDTH)
    assert image.height > below.height


@settings(max_examples=20)
@given(st.text(max_size=40), st.text(max_size=10), st.booleans())
def test_any_text_gives_a_picture(left: str, right: str, large: bool) -> None:
    image = draw_slip(Slip("題", (SlipLine(left, right, large=large),)), WIDTH)
    assert image.width == WIDTH


def test_a_missing_font_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"/nowhere\.ttf: install fonts-"):
        draw_slip(Slip("題", ()), WIDTH, "/nowhere.ttf")
