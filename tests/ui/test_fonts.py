"""The tables measure what SDL_ttf draws; the chains find every character."""

from pathlib import Path

import pytest

from ui import fonts as fonts_module
from ui.advances import REPLACEMENT, FontSet, clusters
from ui.fonts import SOURCES, FontFiles, FontMissing, load_fonts
from ui.paint import Painter

SIZES = (24, 28, 35, 47, 84)


@pytest.mark.parametrize("face", SOURCES)
@pytest.mark.parametrize("px", SIZES)
def test_kanji_are_as_wide_as_the_table_says(face: str, px: int, font_files: FontFiles) -> None:
    said = "住民票の写し、証明書を「確定」。"
    drawn = Painter(font_files.paths).font(face, px).size(said)[0]
    assert drawn == font_files.fonts.faces[face].width(said, px)


@pytest.mark.parametrize("face", [face for face in SOURCES if face != "ipamj"])
@pytest.mark.parametrize("px", SIZES)
def test_latin_is_never_wider_than_the_table_says(
    face: str, px: int, font_files: FontFiles
) -> None:
    """Kerning and ligatures take away, at most an eighth; a hinted sign may add one pixel."""
    for said in ("Certificado de los datos inscritos", "AVATAR To Ya fi", "1,200 yenes (×2)"):
        drawn = Painter(font_files.paths).font(face, px).size(said)[0]
        table = font_files.fonts.faces[face].width(said, px)
        assert table * 7 / 8 <= drawn <= table + 1


@pytest.mark.parametrize("face", ["noto-kr", "noto-kr:bold"])
@pytest.mark.parametrize("px", SIZES)
def test_hangul_is_never_wider_than_the_table_says(
    face: str, px: int, font_files: FontFiles
) -> None:
    """Noto kerns the space between hangul; the table takes the widest."""
    for said in ("주민표 사본을 확인", "동전을 넣어 주십시오.", "증명서(주민표)"):
        drawn = Painter(font_files.paths).font(face, px).size(said)[0]
        table = font_files.fonts.faces[face].width(said, px)
        assert table * 15 / 16 <= drawn <= table, said


@pytest.mark.parametrize("face", SOURCES)
def test_capitals_are_as_high_as_asked_for(face: str, font_files: FontFiles) -> None:
    table = font_files.fonts.faces[face]
    px = table.px(18.24)
    assert 18.24 <= px * table.capital_units / table.units_per_em < 18.24 + 1
    letter = Painter(font_files.paths).font(face, px).render("H", True, (0, 0, 0))
    assert abs(letter.get_bounding_rect().h - 18.24) <= 2


def test_a_variant_of_a_name_comes_from_the_face_that_has_it(fonts: FontSet) -> None:
    runs = fonts.runs("渡邉\U000e010f", "name", 20)
    assert [(run.face, run.text) for run in runs] == [("biz", "渡"), ("ipamj", "邉\U000e010f")]


def test_a_variant_nobody_has_is_drawn_as_its_base(fonts: FontSet) -> None:
    runs = fonts.runs("見\U000e01ef", "name", 20)
    assert [(run.face, run.text) for run in runs] == [("biz", "見")]
    assert fonts.missing("見\U000e01ef", "name") == "見\U000e01ef"


def test_rare_kanji_fall_through_the_chain(fonts: FontSet) -> None:
    faces = {c: fonts.runs(c, "name", 20)[0].face for c in ("山", "𠮷", "𪚥")}
    assert faces["山"] == "biz"
    assert faces["𠮷"] in ("noto-jp", "ipamj")
    assert fonts.missing("髙﨑𠮷葛辻邉邊", "name") == ""


def test_what_no_face_has_becomes_a_geta(fonts: FontSet) -> None:
    assert fonts.missing("あ♿", "ja") == "♿"
    assert "".join(run.text for run in fonts.runs("あ♿", "ja", 20)) == "あ" + REPLACEMENT


def test_clusters_keep_selectors() -> None:
    assert clusters("葛\U000e0102城") == ["葛\U000e0102", "城"]


def test_measured_names_are_forgotten(fonts: FontSet) -> None:
    fonts.runs("見本太郎", "name", 20)
    assert FontSet._runs.cache_info().currsize > 0
    fonts.forget()
    assert FontSet._runs.cache_info().currsize == 0


def test_a_missing_font_names_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts_module, "FONT_ROOT", tmp_path)
    with pytest.raises(FontMissing, match="install the Debian package fonts-"):
        load_fonts(tmp_path / "cache")


def test_the_cache_is_filled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = {name: SOURCES[name] for name in ("biz", "noto-kr")}
    monkeypatch.setattr(fonts_module, "SOURCES", small)
    load_fonts(tmp_path)
    first = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert sorted(Path(name).suffix for name in first) == [".advances", ".advances", ".otf"]
    load_fonts(tmp_path)
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == first
