"""Every screen of the service, as its session gives it: texts, boxes, contrast, script."""

from dataclasses import replace

import pytest

from kiosk.present.screens import present
from kiosk.session.samples import SAMPLES
from tests.ui.geometry import PANELS, complaints, pale_words
from ui.advances import FontSet
from ui.boxes import Page, Words
from ui.catalog_files import load_catalogue
from ui.layout import Desk, lay_out
from ui.model import LANGUAGES, Look, Screen, Size, Theme
from ui.theme import PALETTES
from ui.tones import TONES
from ui.voice import aloud, script


def screens(look: Look) -> dict[str, Screen]:
    return {name: present(replace(session, look=look)) for name, session in SAMPLES.items()}


def pages(desk: Desk, screen: Screen, look: Look) -> list[Page]:
    first = lay_out(desk, screen, look)
    return [first, *(lay_out(desk, screen, look, n) for n in range(1, first.of))]


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", PANELS)
def test_every_screen_fits(panel: str, language: str, size: Size, fonts: FontSet) -> None:
    look = Look(language, size)
    desk = Desk(PANELS[panel], fonts, load_catalogue(language))
    found = [
        f"{name} page {page.number + 1}: {complaint}"
        for name, screen in screens(look).items()
        for page in pages(desk, screen, look)
        for complaint in complaints(page, PANELS[panel], size)
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_has_a_glyph(language: str, fonts: FontSet) -> None:
    look = Look(language)
    desk = Desk(PANELS["17 inch"], fonts, load_catalogue(language))
    for name, screen in screens(look).items():
        for page in pages(desk, screen, look):
            said = "".join(r.text for w in page.items if isinstance(w, Words) for r in w.runs)
            assert "〓" not in said, name


@pytest.mark.parametrize(
    ("theme", "least"),
    [(Theme.NORMAL, 7.0), (Theme.CONTRAST_WHITE, 15.0), (Theme.CONTRAST_YELLOW, 15.0)],
)
def test_every_word_stands_out(theme: Theme, least: float, fonts: FontSet) -> None:
    look = Look("en", Size.NORMAL, theme)
    desk = Desk(PANELS["17 inch"], fonts, load_catalogue("en"))
    found = [
        f"{name}: {complaint}"
        for name, screen in screens(look).items()
        for page in pages(desk, screen, look)
        for complaint in pale_words(page, PALETTES[theme], least)
        if "on_disabled" not in complaint and "on_coin" not in complaint
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_has_a_script_without_names_for_the_loudspeaker(language: str) -> None:
    catalogue = load_catalogue(language)
    for name, screen in screens(Look(language)).items():
        heard = " ".join(utterance.said for utterance in aloud(script(screen, catalogue)))
        assert heard.strip(), name
        assert "見本　太郎" not in heard
        assert "ref-" not in heard


def test_every_sound_of_a_screen_exists() -> None:
    named = {screen.sound for screen in screens(Look()).values() if screen.sound}
    assert named - set(TONES) == set()


def test_an_alert_has_words_and_a_sound() -> None:
    for name, screen in screens(Look()).items():
        if screen.tone.value == "alert":
            assert screen.sound, name
