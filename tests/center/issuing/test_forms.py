"""Certificates are drawn right: true text, variants, embedded fonts, sheets, what is left out."""

import datetime
import subprocess
from pathlib import Path

import pypdfium2
import pytest

from center.issuing import resident_record, seal_registration
from center.issuing.extract import (
    DOMICILE,
    HOUSEHOLD,
    HOUSEHOLD_HEAD,
    INDIVIDUAL_NUMBER,
    PART,
    RESIDENT_RECORD,
    SEAL_REGISTRATION,
    SELF,
    Extract,
    Office,
)
from center.issuing.residents import Resident, load
from center.paper.font import FontError, find, font, to_unicode
from center.paper.sheet import Box, Cell, FormError, Sheets

OFFICE = Office("見本市", "見本県見本市長", "見本　太一", "見本市長之印", "見本")
DAY = datetime.date(2026, 11, 20)
EVERYTHING = frozenset({HOUSEHOLD_HEAD, DOMICILE, INDIVIDUAL_NUMBER})
BY_ID = {one.id: one for one in load()}


def household(name: str) -> tuple[Resident, ...]:
    return tuple(one for one in load() if one.household == name)


def record(kind: str, options: frozenset[str], persons: tuple[Resident, ...]) -> bytes:
    return resident_record.draw(Extract(RESIDENT_RECORD, kind, options, persons), OFFICE, DAY)


def by_pdfium(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def by_poppler(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-raw", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


@pytest.mark.parametrize("resident", load(), ids=lambda one: one.id)
def test_every_name_comes_out_as_it_is_recorded(resident: Resident, tmp_path: Path) -> None:
    """poppler writes an ideographic space as a plain one, being a break between words."""
    pdf = record(SELF, EVERYTHING, (resident,))
    pdfium, poppler = by_pdfium(pdf), by_poppler(pdf, tmp_path)
    for fact in (resident.name, resident.kana, resident.address, resident.first_registrant):
        assert fact in pdfium
        assert fact.replace("　", " ") in poppler


def test_the_variant_is_drawn_and_not_its_base_character() -> None:
    face = font().face
    for base, variant in (("邉", "邉\U000e0110"), ("葛", "葛\U000e0102"), ("辻", "辻\U000e0102")):
        drawn = font().typeset(variant)
        assert len(drawn) == 1
        assert face.charToGlyph[ord(drawn)] != face.charToGlyph[ord(base)]


@pytest.mark.parametrize("text", ["葛\U000e0100", "\U000e0102", "山\U000e0110", "\U0001f600"])
def test_what_the_font_cannot_draw_right_is_not_drawn_at_all(text: str) -> None:
    with pytest.raises(FontError) as caught:
        font().typeset("山田" + text if text[0] != "\U000e0102" else text)
    assert "山田" not in str(caught.value)


def test_seven_persons_take_two_sheets_with_one_tally_mark() -> None:
    everybody = household("h-watanabe")
    extract = Extract(RESIDENT_RECORD, HOUSEHOLD, EVERYTHING, everybody)
    assert resident_record.pages(extract) == 2
    document = pypdfium2.PdfDocument(resident_record.draw(extract, OFFICE, DAY))
    first, second = (page.get_textpage().get_text_bounded() for page in document)
    assert "２枚中　１枚目" in first
    assert "２枚中　２枚目" in second
    assert everybody[3].name in first
    assert everybody[4].name not in first
    assert everybody[6].name in second
    assert "相違ないことを証明する" not in first


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (SELF, "この写しは、住民票の原本と相違ないことを証明する。"),
        (HOUSEHOLD, "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"),
        (PART, "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。"),
    ],
)
def test_the_statement_says_of_whom_it_is_a_copy(kind: str, words: str) -> None:
    assert words in by_pdfium(record(kind, frozenset(), household("h-yamada")))


def test_what_was_not_chosen_is_left_out() -> None:
    yoko = BY_ID["watanabe-yoko"]
    text = by_pdfium(record(SELF, frozenset(), (yoko,)))
    for fact in (
        yoko.head,
        yoko.registered_domicile,
        yoko.first_registrant,
        yoko.individual_number,
        "妻",
    ):
        assert fact not in text
    assert text.count("【省略】") == 6
    assert yoko.resident_code not in by_pdfium(record(SELF, EVERYTHING, (yoko,)))


def test_a_foreign_national_has_nationality_in_place_of_honseki() -> None:
    maria = BY_ID["silva-maria"]
    text = by_pdfium(record(SELF, EVERYTHING, (maria,)))
    for fact in ("国籍・地域", "ブラジル", "定住者", "１９９２年８月２５日", maria.residence_card):
        assert fact in text
    assert "筆頭者" not in text
    hidden = by_pdfium(record(SELF, frozenset(), (maria,)))
    assert "ブラジル" not in hidden
    assert maria.residence_card not in hidden


def test_dates_stand_in_their_era() -> None:
    text = by_pdfium(record(SELF, frozenset(), (BY_ID["takahashi-michiko"],)))
    assert "大正１５年１２月２４日" in text
    assert "令和８年１１月２０日" in text


def test_seal_registration_states_the_person_and_draws_the_seal_as_no_text() -> None:
    jun = BY_ID["katsuragi-jun"]
    extract = Extract(SEAL_REGISTRATION, "", frozenset(), (jun,))
    assert seal_registration.pages(extract) == 1
    text = by_pdfium(seal_registration.draw(extract, OFFICE, DAY))
    for fact in ("印鑑登録証明書", jun.name, jun.address, "昭和４４年６月３０日"):
        assert fact in text
    assert text.count(jun.name.split("　")[0]) == 1


def test_only_embedded_subsets_of_the_one_font_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(record(HOUSEHOLD, EVERYTHING, household("h-watanabe")))
    listed = subprocess.run(["pdffonts", str(path)], capture_output=True, check=True).stdout
    rows = listed.decode().splitlines()[2:]
    assert rows
    for row in rows:
        name, *rest = row.split()
        assert name.endswith("+IPAmjMincho")
        assert rest[2:5] == ["yes", "yes", "yes"]


def test_a_long_value_is_narrowed_then_broken_then_refused() -> None:
    for length, fits in ((10, True), (25, True), (40, True), (90, False)):
        sheets = Sheets()
        cells = (Cell("住所", 10, "見" * length, 60),)
        if fits:
            sheets.row(10, 10, 12, cells)
            assert sheets.finish().startswith(b"%PDF")
        else:
            with pytest.raises(FormError):
                sheets.row(10, 10, 12, cells)
    assert Box(1, 2, 3, 4).height == 4


def test_to_unicode_blocks_hold_at_most_a_hundred_entries() -> None:
    made = to_unicode("X", ["𠮷"] * 101)
    assert made.count("beginbfchar") == 2
    assert "<00> <D842DFB7>" in made
    assert "<64> <D842DFB7>" in made


def test_a_missing_font_names_the_package(tmp_path: Path) -> None:
    with pytest.raises(FontError, match="fonts-ipamj-mincho"):
        find((tmp_path / "none.ttf",))
