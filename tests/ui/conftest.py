"""The fonts, once for all tests of the screen."""

import pytest

from ui.advances import FontSet
from ui.fonts import FontFiles, load_fonts


@pytest.fixture(scope="session")
def font_files() -> FontFiles:
    return load_fonts()


@pytest.fixture(scope="session")
def fonts(font_files: FontFiles) -> FontSet:
    return font_files.fonts
