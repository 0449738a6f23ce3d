"""Draws screens to PNG files: every language, size and theme. `kiosk shots` calls it."""

from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

from ui.boxes import Page
from ui.catalog import Catalogue
from ui.catalog_files import load_catalogue
from ui.fonts import FontFiles, load_fonts
from ui.layout import Desk, lay_out
from ui.model import LANGUAGES, Look, Screen, Size, Theme
from ui.paint import Painter, png_bytes
from ui.theme import PALETTES, Panel

REFERENCE_PANEL = Panel.of_diagonal(1280, 1024, 431.8)
"""17 inch, 1280 x 1024."""

ALL_LOOKS: tuple[Look, ...] = tuple(
    Look(language, size, theme) for language, size, theme in product(LANGUAGES, Size, Theme)
)


class Camera:
    """Paints pages off screen. No window is opened."""

    def __init__(
        self,
        panel: Panel,
        files: FontFiles,
        catalogue_of: Callable[[str], Catalogue] = load_catalogue,
    ) -> None:
        self.panel = panel
        self.files = files
        self.catalogue_of = catalogue_of
        self._painter = Painter(files.paths)

    def pages(self, screen: Screen, look: Look) -> list[Page]:
        """All pages of a screen. Raises DoesNotFit."""
        desk = Desk(self.panel, self.files.fonts, self.catalogue_of(look.language))
        first = lay_out(desk, screen, look)
        return [first, *(lay_out(desk, screen, look, page) for page in range(1, first.of))]

    def png(self, page: Page, look: Look) -> bytes:
        """The page as PNG."""
        return png_bytes(self._painter.picture(page, PALETTES[look.theme]))


def shots(
    screens: Iterable[Screen],
    out: Path,
    looks: Iterable[Look] = ALL_LOOKS,
    panel: Panel = REFERENCE_PANEL,
    catalogue_of: Callable[[str], Catalogue] = load_catalogue,
) -> list[Path]:
    """Write `<language>/<size>-<theme>/<screen id>[-page].png` for every screen; returns them.

    Raises DoesNotFit when a text has no room, naming its key and language.
    """
    camera = Camera(panel, load_fonts(), catalogue_of)
    written: list[Path] = []
    chosen = tuple(screens)
    for look in looks:
        folder = out / look.language / f"{look.size}-{look.theme}"
        folder.mkdir(parents=True, exist_ok=True)
        for screen in chosen:
            for page in camera.pages(screen, look):
                mark = f"-{page.number + 1}" if page.of > 1 else ""
                path = folder / f"{screen.id}{mark}.png"
                path.write_bytes(camera.png(page, look))
                written.append(path)
    return written
